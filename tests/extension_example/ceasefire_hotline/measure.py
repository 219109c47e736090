"""Whether a history sees any probe."""

import numpy as np

from sim.analysis.measures import Measure

PROBED = Measure(
    "probed",
    "is probed at least once",
    "share",
    lambda worlds: (worlds["probes"] > 0).to_numpy(np.float64),
)
