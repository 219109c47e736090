"""The territory that the agreement gives to Russia."""

from typing import ClassVar, final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Quantity, parameter


@final
class Territory(Provision):
    """Land that the agreement gives to Russia."""

    contributes_to: ClassVar = frozenset({"prize", "fortifications"})

    granted: Quantity = parameter(
        0.0,
        "share of the prize that the agreement gives to Russia",
        unit="share",
        symbol="G",
        low=0,
        high=1,
        source="0 because the line stays where it is unless a scenario moves it",
    )
    fortifications_lost: Quantity = parameter(
        0.0,
        "share of the defender's advantage given up with it",
        unit="share",
        symbol="ĝ",
        low=0,
        high=1,
        source="0 because the line stays where it is unless a scenario moves it",
    )

    ceded: Quantity = parameter(
        0.0,
        "what Ukraine loses by giving it up",
        unit="utility",
        symbol="-",
        low=0,
        source="0 because the line stays where it is unless a scenario moves it",
    )

    def contributes(self, at: Standing) -> Contributions:
        """What has been granted need not be won; what fortifications remain multiply."""
        return {"prize": 1 - self.granted, "fortifications": 1 - self.fortifications_lost}
