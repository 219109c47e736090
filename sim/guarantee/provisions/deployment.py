"""The deployment of allied force in Ukraine."""

from typing import ClassVar, final

import numpy as np

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import SMALLEST, Brigades, Quantity, parameter


@final
class Deployment(Provision):
    """Allied force stationed in Ukraine."""

    contributes_to: ClassVar = frozenset({"deployed_force", "exposed_force"})

    brigades: Brigades = parameter(
        0.0,
        "allied force stationed in Ukraine",
        unit="brigades",
        symbol="n_F",
        low=0,
        source="0 because no allied force is stationed unless a scenario says so",
    )
    half_life: Quantity = parameter(
        0.75,
        "time to deploy half of the force",
        unit="years",
        symbol="T_F",
        low=SMALLEST,
        source=(
            "fixed judgement: a brigade within a year and a division within two, as NATO's "
            "battlegroups (2017) and Germany's brigade in Lithuania (2023-27) suggest; minor "
            "beside exposure"
        ),
    )
    exposure: Quantity = parameter(
        0.5,
        "share of the force that stands where an attack would come",
        unit="share",
        symbol="X",
        low=0,
        high=1,
        source=(
            "half: a force whose place nobody has named is taken to stand partly behind and "
            "partly near the line; scenarios with hubs far from it or a force on it say so"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """F = n_F f (1 - 2^(-(t+h)/T_F)) ω and F_X = X F.

        The coalition's will ω is its own, and left out here.
        """
        if not np.any(self.brigades):
            return {}
        force = self.brigades * at.in_force * (1 - np.exp2(-at.years_stationed / self.half_life))
        return {"deployed_force": force, "exposed_force": self.exposure * force}
