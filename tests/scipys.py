"""What SciPy has for each distribution of a scenario file: the quantiles of the product are held to
it, and tests look up its distribution functions.
"""

import numpy as np
from scipy import stats

from sim.uncertainty import Distribution, Normal


def frozen(distribution: Distribution):
    """The frozen distribution of `scipy.stats`; of a choice and of draws, that of the position."""
    return _SCIPYS[distribution.kind](distribution)


def _normal(normal: Normal):
    """Truncated only where it is cut off."""
    if normal.low is None and normal.high is None:
        return stats.norm(normal.mean, normal.sd)
    low, high = ((limit - normal.mean) / normal.sd for limit in normal.limits())
    return stats.truncnorm(low, high, loc=normal.mean, scale=normal.sd)


def _position(weights):
    shares = np.array(weights) / np.sum(weights)
    return stats.rv_discrete(values=(np.arange(len(shares)), shares))


_SCIPYS = {
    "uniform": lambda d: stats.uniform(d.low, d.high - d.low),
    "normal": _normal,
    "lognormal": lambda d: stats.lognorm(d.sigma, scale=d.median),
    "triangular": lambda d: stats.triang(
        (d.mode - d.low) / (d.high - d.low), loc=d.low, scale=d.high - d.low
    ),
    "beta": lambda d: stats.beta(d.a, d.b),
    "choice": lambda d: _position(d.weights or [1.0] * len(d.values)),
    "draws": lambda d: stats.randint(0, len(d.values)),
}
