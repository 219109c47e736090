"""The limit on Ukraine's force."""

from typing import ClassVar, final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import SMALLEST, Brigades, parameter


@final
class ForceLimit(Provision):
    """A cap on Ukraine's strength."""

    contributes_to: ClassVar = frozenset({"strength_cap"})

    brigades: Brigades | None = parameter(
        None,
        "cap on Ukraine's strength; leave it out for no limit",
        unit="brigade-equivalents",
        symbol="C",
        low=SMALLEST,
        source=(
            "none: no limit unless a scenario has one; texts of 2025 name 600,000 and 800,000 "
            "soldiers"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """The lowest cap holds."""
        return {} if self.brigades is None else {"strength_cap": self.brigades}
