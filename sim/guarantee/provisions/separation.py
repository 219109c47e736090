"""The separation of the armies by a zone."""

from typing import ClassVar, final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Quantity, parameter


@final
class Separation(Provision):
    """A zone between the armies."""

    contributes_to: ClassVar = frozenset({"incidents", "surprise"})

    warning: Quantity = parameter(
        0.0,
        "share of an attacker's surprise that the zone takes away",
        unit="share",
        symbol="ŵ",
        low=0,
        high=1,
        source=(
            "0 because the armies stand face to face unless a scenario draws a zone between them"
        ),
    )
    prevented: Quantity = parameter(
        0.0,
        "share of serious incidents prevented",
        unit="share",
        symbol="M_S",
        low=0,
        high=1,
        source=(
            "0 because the armies stand face to face unless a scenario draws a zone between them"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """It prevents its share of what others let through, and warns."""
        return {"incidents": 1 - self.prevented, "surprise": 1 - self.warning}
