"""Means over worlds with two intervals: the sampling error, and the spread over parameter designs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from sim.analysis.measures import Measure
from sim.uncertainty import Floats

CONFIDENCE = 0.95
SPREAD = (0.05, 0.95)
"""Nine of ten parameter designs lie between these quantiles."""


@dataclass(frozen=True)
class Estimate:
    """A mean over worlds. The spread is NaN where one history a design cannot tell chance from parameters."""

    value: float
    low: float              # sampling error: 95 % confidence interval
    high: float
    spread_low: float       # what we do not know: 5 to 95 % of parameter designs
    spread_high: float


def estimate(measure: Measure, worlds: pd.DataFrame, against: pd.DataFrame | None = None) -> Estimate:
    """Mean of a measure, or of its paired difference from the same worlds `against` another regime.

    Replicates of a design are not independent, so that the sampling error comes from the means of the designs. Raises
    ValueError if the worlds are not pairs, or if there are fewer than two designs.
    """
    each = measure.of(worlds)
    if against is not None:
        if not np.array_equal(worlds["world"], against["world"]) or not np.array_equal(worlds["design"], against["design"]):
            raise ValueError("the two runs have different designs or replicates: their worlds are not pairs")
        each = each - measure.of(against)
    means, replicates = _by_design(each, worlds["design"].to_numpy())
    middle = float(means.mean())
    error = float(means.std(ddof=1) / np.sqrt(len(means)))
    low, high = (_wilson(middle, error, len(means)) if measure.is_share and against is None else
                 _student(middle, error, len(means)))
    shrunk = _without_chance(each.reshape(len(means), replicates))
    spread_low, spread_high = (float(q) for q in np.quantile(shrunk, SPREAD))
    return Estimate(middle, low, high, spread_low, spread_high)


def _by_design(each: Floats, design: Floats) -> tuple[Floats, int]:
    """The mean of each design, and the number of its replicates, which is the same for all."""
    first = np.flatnonzero(np.diff(design, prepend=design[0] - 1))
    count = len(first)
    if count < 2 or len(each) % count:      # noqa: PLR2004  said in the message
        raise ValueError("a sampling error needs at least two designs, each with the same number of replicates")
    return each.reshape(count, -1).mean(axis=1), len(each) // count


def _student(middle: float, error: float, designs: int) -> tuple[float, float]:
    """Student's t interval over the means of designs."""
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, designs - 1)) * error
    return middle - half, middle + half


def _wilson(share: float, error: float, designs: int) -> tuple[float, float]:
    """Wilson's interval with the effective number of worlds of a clustered sample (Korn & Graubard 1998).

    It stays within [0, 1], and says how little is known of a thing that no world showed: then each design counts once.
    """
    effective = share * (1 - share) / error**2 if error > 0 else float(designs)
    z = float(stats.t.ppf((1 + CONFIDENCE) / 2, designs - 1))
    centre = (share + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = z / (1 + z**2 / effective) * np.sqrt(share * (1 - share) / effective + z**2 / (4 * effective**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def _without_chance(each: Floats) -> Floats:
    """Means of designs from worlds (design, replicate), drawn together until they vary as designs do, without their own chance.

    Constrained empirical Bayes (Louis 1984): a mean of few replicates varies by chance even where parameters do not matter.
    """
    means, replicates = each.mean(axis=1), each.shape[1]
    if replicates == 1:
        return np.full_like(means, np.nan)
    by_chance, total = each.var(axis=1, ddof=1).mean() / replicates, means.var(ddof=1)
    kept = np.sqrt(max(0.0, total - by_chance) / total) if total > 0 else 0.0
    return np.asarray(means.mean() + kept * (means - means.mean()))
