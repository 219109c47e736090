"""The response: how soon the pledged force is there."""

from typing import ClassVar, final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Quantity, parameter


@final
class Response(Provision):
    """How soon the pledged force is there."""

    contributes_to: ClassVar = frozenset({"europe_days", "united_states_days"})

    europe_days: Quantity = parameter(
        60.0,
        "from an attack to the arrival of the coalition's pledged force",
        unit="days",
        symbol="d_E",
        low=0,
        source=(
            "judgement: without a plan or forces set aside, two months to bring what is "
            "pledged: the build-up in the Gulf of 1990 took five, NATO's first reinforcements "
            "of 2022 weeks"
        ),
    )
    united_states_days: Quantity = parameter(
        60.0,
        "from an attack to the arrival of the American force",
        unit="days",
        symbol="d_A",
        low=0,
        source=(
            "judgement: without a plan or forces set aside, two months: the build-up in the "
            "Gulf of 1990 took five, the first reinforcements of Europe in 2022 weeks"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """Delays add up."""
        return {"europe_days": self.europe_days, "united_states_days": self.united_states_days}
