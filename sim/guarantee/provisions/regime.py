"""A guarantee regime: its provisions, each of which may be left out.

Those that formulas and studies name have a line in `Regime`, whose order is that of files, tables
and draws. Those that stand in a file of this package alone follow them, by the names of their
files, and after these the provisions of other packages.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import SerializerFunctionWrapHandler, model_serializer

from sim.extensions import Extension
from sim.guarantee.provisions.accession import Accession
from sim.guarantee.provisions.arms import Arms
from sim.guarantee.provisions.commitment import Commitment
from sim.guarantee.provisions.deployment import Deployment
from sim.guarantee.provisions.discovered import with_provisions_of_files
from sim.guarantee.provisions.force_limit import ForceLimit
from sim.guarantee.provisions.joined import is_at_defaults, with_provisions_of_others
from sim.guarantee.provisions.monitoring import Monitoring
from sim.guarantee.provisions.provision import Provision
from sim.guarantee.provisions.provocation import Provocation
from sim.guarantee.provisions.reassurance import Reassurance
from sim.guarantee.provisions.response import Response
from sim.guarantee.provisions.sanctions import Sanctions
from sim.guarantee.provisions.separation import Separation
from sim.guarantee.provisions.territory import Territory
from sim.guarantee.terms import TERMS, Contributions, Moment, Standing, Terms, combined, named_terms
from sim.quantity import Parameters


@with_provisions_of_others
@with_provisions_of_files
class Regime(Parameters):
    """A guarantee regime: its provisions, which may be left out.

    A provision of another package takes part where a scenario changes one of its values; where none
    does, results and their names are those of a regime without it.
    """

    joined: ClassVar[Mapping[str, Extension]] = {}
    """The provisions of other packages, by name."""

    commitment: Commitment = Commitment()
    response: Response = Response()
    deployment: Deployment = Deployment()
    arms: Arms = Arms()
    force_limit: ForceLimit = ForceLimit()
    monitoring: Monitoring = Monitoring()
    separation: Separation = Separation()
    reassurance: Reassurance = Reassurance()
    provocation: Provocation = Provocation()
    sanctions: Sanctions = Sanctions()
    territory: Territory = Territory()
    accession: Accession | None = None

    def standing(self, at: Moment) -> Standing:
        """How far the regime is in force at t + h: wholly, for one without an accession."""
        return Standing.of_moment(at) if self.accession is None else self.accession.standing(at)

    def terms(
        self,
        at: Moment,
        wanted: frozenset[str] = TERMS,
        others: Contributions = MappingProxyType({}),
    ) -> Terms:
        """What the regime changes in crises imagined at t + h, with what `others` contribute; terms
        that are not `wanted` may be left as if it changed nothing.
        """
        return combined([*self._contributions(self.standing(at), wanted), others])

    def _contributions(self, at: Standing, wanted: frozenset[str]) -> Iterator[Contributions]:
        for name in type(self).model_fields:
            provision = getattr(self, name)
            if not isinstance(provision, Provision) or wanted.isdisjoint(provision.contributes_to):
                continue
            if name not in self.joined:
                yield provision.contributes(at)
            elif self.takes_part(name):
                contribution = provision.contributes(at)
                if unknown := sorted(named_terms(contribution) - provision.contributes_to):
                    no_term = f"contributes {', '.join(unknown)}, not in its `contributes_to`"
                    raise self.joined[name].error(no_term)
                yield contribution

    def takes_part(self, name: str) -> bool:
        """Whether a provision counts: every one of our own, others if a value was changed."""
        return name not in self.joined or not is_at_defaults(getattr(self, name))

    def extensions(self) -> dict[str, dict[str, str]]:
        """The provisions of other packages that take part, by name: what results hang on."""
        return {
            name: extension.identity
            for name, extension in self.joined.items()
            if self.takes_part(name)
        }

    @model_serializer(mode="wrap")
    def _without_idle(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in whole(self).items() if self.takes_part(name)}
