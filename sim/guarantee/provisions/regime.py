"""A guarantee regime: its provisions, each of which may be left out.

Those that formulas and studies name have a line in `Regime`, whose order is that of files, tables
and draws. Those that stand in a file of this package alone follow them, by the names of their
files.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import create_model

from sim.guarantee.provisions.accession import Accession
from sim.guarantee.provisions.arms import Arms
from sim.guarantee.provisions.commitment import Commitment
from sim.guarantee.provisions.deployment import Deployment
from sim.guarantee.provisions.force_limit import ForceLimit
from sim.guarantee.provisions.monitoring import Monitoring
from sim.guarantee.provisions.provision import Provision
from sim.guarantee.provisions.provocation import Provocation
from sim.guarantee.provisions.reassurance import Reassurance
from sim.guarantee.provisions.response import Response
from sim.guarantee.provisions.sanctions import Sanctions
from sim.guarantee.provisions.separation import Separation
from sim.guarantee.provisions.territory import Territory
from sim.guarantee.terms import TERMS, Contributions, Moment, Standing, Terms, combined
from sim.quantity import Parameters


class Regime(Parameters):
    """A guarantee regime: its provisions, which may be left out."""

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
        return Standing.of(at) if self.accession is None else self.accession.standing(at)

    def terms(
        self,
        at: Moment,
        wanted: frozenset[str] = TERMS,
        others: Contributions = MappingProxyType({}),
    ) -> Terms:
        """What the regime changes in crises imagined at t + h, with what `others` contribute; terms
        that are not `wanted` may be left as if it changed nothing.
        """
        standing = self.standing(at)
        provisions = [getattr(self, name) for name in type(self).model_fields]
        return combined(
            [
                *(
                    provision.contributes(standing)
                    for provision in provisions
                    if isinstance(provision, Provision)
                    and not wanted.isdisjoint(provision.contributes_to)
                ),
                others,
            ]
        )


def _provisions_of(module: str) -> Iterator[type[Provision]]:
    """The provisions that a module defines."""
    for kind in vars(import_module(module)).values():
        if isinstance(kind, type) and issubclass(kind, Provision) and kind.__module__ == module:
            yield kind


def unnamed() -> dict[str, type[Provision]]:
    """The provisions of this package that have no line in `Regime`, by the names of their files,
    which are those of their blocks.
    """
    package = __name__.rpartition(".")[0]
    path = import_module(package).__path__
    known = {__name__.rpartition(".")[2], "provision", *Regime.model_fields}
    names = sorted(name for _, name, _ in pkgutil.iter_modules(path) if name not in known)
    return {name: kind for name in names for kind in _provisions_of(f"{package}.{name}")}


if not TYPE_CHECKING and (others := unnamed()):
    Regime = create_model(
        "Regime",
        __base__=Regime,
        __module__=__name__,
        __doc__=Regime.__doc__,
        **{name: (kind, kind()) for name, kind in others.items()},
    )
