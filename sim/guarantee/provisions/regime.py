"""A guarantee regime: its provisions, each of which may be left out."""

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
from sim.guarantee.terms import TERMS, Moment, Standing, Terms, combined
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

    def terms(self, at: Moment, wanted: frozenset[str] = TERMS) -> Terms:
        """What the regime changes in crises imagined at t + h; terms that are not `wanted` may be
        left as if it changed nothing.
        """
        standing = self.standing(at)
        provisions = [getattr(self, name) for name in type(self).model_fields]
        return combined(
            provision.contributes(standing)
            for provision in provisions
            if isinstance(provision, Provision) and not wanted.isdisjoint(provision.contributes_to)
        )
