"""What a scenario may say of the line, and what it changes in a crisis."""

from typing import ClassVar, final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Quantity, parameter


@final
class Hotline(Provision):
    """A direct line between the commanders."""

    contributes_to: ClassVar = frozenset({"incidents"})

    settled: Quantity = parameter(
        0.0,
        "share of serious incidents that a call settles",
        unit="share",
        symbol="M_H",
        low=0,
        high=1,
        source="0 because there is no line unless a scenario lays one",
    )

    def contributes(self, at: Standing) -> Contributions:
        """It settles its share of what others let through, as far as the regime is in force."""
        return {"incidents": 1 - self.settled * at.in_force}
