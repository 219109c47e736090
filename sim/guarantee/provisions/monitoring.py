"""The monitoring of the line of contact."""

from typing import ClassVar, final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Quantity, parameter


@final
class Monitoring(Provision):
    """Observers and verification on the line of contact."""

    contributes_to: ClassVar = frozenset({"incidents", "disputed"})

    quality: Quantity = parameter(
        0.2,
        "share of serious incidents prevented",
        unit="share",
        symbol="M",
        low=0,
        high=1,
        source=(
            "judgement: the OSCE mission of 2014-22 counted hundreds of thousands of violations "
            "a year and could prevent few"
        ),
    )
    attribution: Quantity = parameter(
        0.3,
        "chance that who broke the ceasefire is established",
        unit="probability",
        symbol="a",
        low=0,
        high=1,
        source=(
            "judgement: below an even chance: the OSCE mission reported violations without "
            "saying whose they were; satellites and open sources still settle some cases"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """It prevents its share of incidents, and leaves disputed what it does not attribute."""
        return {"incidents": 1 - self.quality, "disputed": 1 - self.attribution}
