"""The reassurance of Russia."""

from typing import ClassVar, final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Quantity, parameter


@final
class Reassurance(Provision):
    """Assurances given to Russia: neutrality, limits, reciprocity."""

    contributes_to: ClassVar = frozenset({"reassurance"})

    value: Quantity = parameter(
        0.0,
        "value of the assurances to an insecure Russia",
        unit="utility",
        symbol="r",
        low=0,
        source=(
            "0 because no assurances are given unless a scenario gives them; that they matter "
            "to an insecure adversary: Kydd 2005"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """Assurances add up."""
        return {"reassurance": self.value}
