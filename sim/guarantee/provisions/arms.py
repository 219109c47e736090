"""The delivery of foreign arms during the ceasefire."""

from typing import ClassVar, final

import numpy as np

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Array, Quantity, parameter


@final
class Arms(Provision):
    """Foreign arms delivered to Ukraine during the ceasefire, evenly over some years."""

    contributes_to: ClassVar = frozenset({"arms_due", "american_arms_due"})

    package_usd_bn: Quantity = parameter(
        0.0,
        "arms package",
        unit="USD billion",
        symbol="package",
        low=0,
        source=(
            "0 because no arms come unless a scenario says so; what has been on the table is 90 "
            "USD billion (Kyiv, August 2025)"
        ),
    )
    delivery_years: Quantity = parameter(
        4.0,
        "years over which the package is delivered",
        unit="years",
        symbol="T_P",
        low=0,
        source=(
            "90 USD billion over four years are 22 a year, about what the United States alone "
            "gave in each of 2022-24 (20 to 23 EUR billion, Kiel Institute)"
        ),
    )
    united_states_share: Quantity = parameter(
        0.5,
        "share of arms that the United States gives, by a vote each year",
        unit="share",
        symbol="a_A",
        low=0,
        high=1,
        source=(
            "51 % of military allocations of 2022-24 were American, next to none since (Kiel "
            "Institute, release 29): half is what it did while it took part"
        ),
    )

    def due(self, now: Array, ahead: Array, step: float) -> Array:
        """package (min(t+h, T_P) - min(t, T_P)) / T_P: what is due in (t, t + h], USD billion."""
        duration = np.maximum(self.delivery_years, step)
        return (
            self.package_usd_bn
            * (np.minimum(now + ahead, duration) - np.minimum(now, duration))
            / duration
        )

    def contributes(self, at: Standing) -> Contributions:
        """What is due from now on, and the American part of it."""
        if not np.any(self.package_usd_bn):
            return {}
        due = self.due(at.now, at.ahead, at.step)
        return {"arms_due": due, "american_arms_due": self.united_states_share * due}
