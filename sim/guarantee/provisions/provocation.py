"""The provocation of Russia by the regime itself."""

from typing import ClassVar, final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Quantity, parameter


@final
class Provocation(Provision):
    """What an insecure Russia loses by the regime beside its troops and arms: membership."""

    contributes_to: ClassVar = frozenset({"provocation"})

    value: Quantity = parameter(
        0.0,
        "what the regime provokes beside its troops and arms",
        unit="utility",
        symbol="v",
        low=0,
        source=(
            "0 because troops and arms provoke by themselves; this is for membership and the "
            "like, where a scenario has it (Jervis 1978)"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """Provocation is felt as far as the regime is in force."""
        return {"provocation": self.value * at.in_force}
