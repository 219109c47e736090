"""The sanctions that snap back, and their relief."""

from typing import ClassVar, final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Quantity, parameter


@final
class Sanctions(Provision):
    """Sanctions that snap back if Russia resumes the war, and relief while it does not."""

    contributes_to: ClassVar = frozenset({"added_cost_of_war", "relief"})

    snapback: Quantity = parameter(
        0.0,
        "added cost to Russia of resuming the war",
        unit="utility",
        symbol="z",
        low=0,
        source="0 because no penalty is agreed in advance unless a scenario says so",
    )
    relief: Quantity = parameter(
        0.0,
        "what relief is worth to Russia while the peace lasts",
        unit="utility per unit of discounted time",
        symbol="Q_S",
        low=0,
        source="0 because sanctions stay as they are unless a scenario eases them",
    )

    def contributes(self, at: Standing) -> Contributions:
        """Costs add up, as far as the regime is in force; relief is given from the first day."""
        return {"added_cost_of_war": self.snapback * at.in_force, "relief": self.relief}
