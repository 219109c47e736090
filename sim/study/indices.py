"""Sensitivity indices of anything that is evaluated at points, by chance or not: elementary effects, and shares of variance.

What is evaluated is a mean of histories, and chance gives it a variance of its own. It would pass for influence: two points differ by
chance alone. The chance of each point is estimated from its histories and taken out of every square in which it stands; a product of
different points has none, since their histories are independent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimate import CONFIDENCE
from sim.ensemble.store import RunError
from sim.study.points import Evaluate, Evaluated, checked
from sim.uncertainty import Floats

RESAMPLES = 1000
LEVELS = 4
"""Levels of each factor in the screening, evenly spaced (Morris 1991)."""
REACH = (0.05, 0.95)
"""Quantiles between which factors are screened: nine of ten plausible values, as in the intervals of runs."""
_HALF_NORMAL = np.sqrt(2 / np.pi)
_TAIL = 1.645


@dataclass(frozen=True)
class Interval:
    """An estimate for each factor with its 95 % limits, shape (factor,) each."""

    estimate: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Screening:
    """Elementary effects of each factor, shape (factor,) each, in units of the outcome over nine of ten of the factor's values."""

    size: Interval              # mean of their absolute values, mu*; chance included
    mean: Floats                # mu
    spread: Floats              # sigma, without chance: how far the effect depends on the factor's own value and on the others
    by_chance: Floats           # what the size of a factor without effect stays below, by chance, in 95 of 100 screenings


@dataclass(frozen=True)
class Variance:
    """What the variance of the outcome comes from. Indices are free of chance, and by error may be a little below 0."""

    first: Interval             # (factor,): share that would go if the factor alone were known
    total: Interval             # (factor,): share that would stay if all but the factor were known
    apart: NDArray[np.bool_]    # (factor - 1,): whether each total index, the largest first, exceeds the next beyond error
    sum_of_first: Interval      # (1,): 1 where factors add up, less where they interact
    by_parameters: Interval     # (1,): variance of the outcome's mean over points, V
    by_chance: Interval         # (1,): variance of one history at a point, over points on average, s²
    chance_share: Interval      # (1,): s² / (s² + V)


def saltelli(factors: int, samples: int, seed: int) -> Floats:
    """Points of the unit cube (sample, matrix, factor) on a scrambled Sobol sequence: A, A with each column in turn from B, and B.

    Sobol (1967), Owen (1998); the scheme is that of Saltelli et al. (2010), by SALib.
    """
    from SALib.sample import sobol  # noqa: PLC0415  slow to import
    points = sobol.sample(_problem(factors, (0.0, 1.0)), samples, calc_second_order=False, seed=np.random.default_rng(seed))
    return np.asarray(points).reshape(samples, factors + 2, factors)


def variance(evaluate: Evaluate, points: Floats, replicates: int, seed: int) -> tuple[Variance, Evaluated]:
    """First-order (Saltelli et al. 2010) and total (Jansen 1999) indices, free of chance, and what came out at each point.

    `points` are those of `saltelli`. Limits are those of 95 % of resamples of the samples, whose outcomes hold their chance (Archer,
    Saltelli & Sobol 1997). Raises RunError where what parameters do is not told from chance, so that it cannot be shared out.
    """
    samples, matrices, factors = points.shape
    came = checked(evaluate(points.reshape(-1, factors), replicates), samples * matrices)
    f, noise = (each.reshape(samples, matrices) for each in came)
    f = f - f.mean()
    (a, b), swapped = (f[:, 0], f[:, -1]), f[:, 1:-1]
    terms = np.column_stack([
        b[:, None] * (swapped - a[:, None]),
        ((swapped - a[:, None]) ** 2 - noise[:, 1:-1] - noise[:, :1]) / 2,
        (a + b) / 2, (a**2 + b**2) / 2, (noise[:, 0] + noise[:, -1]) / 2])
    resampled = _resampled(terms, seed)
    estimate, others = _shares(terms.mean(axis=0), factors, replicates), _shares(resampled, factors, replicates)
    if not np.quantile(others["by_parameters"], (1 - CONFIDENCE) / 2) > 0:
        raise RunError(f"what the {factors} uncertain parameters do to the outcome is not told from chance with {samples} samples of "
                       f"{replicates} histories; ask with more of either, or for an outcome that is less rare")
    found = {name: _interval(estimate[name], others[name]) for name in estimate}
    ranked = others["total"][:, np.argsort(-estimate["total"], kind="stable")]
    apart = np.quantile(ranked[:, :-1] - ranked[:, 1:], (1 - CONFIDENCE) / 2, axis=0) > 0
    return Variance(apart=apart, **found), came


def screening(evaluate: Evaluate, factors: int, trajectories: int, replicates: int, seed: int, unordered: tuple[int, ...] = ()) -> Screening:
    """Elementary effects (Morris 1991; mu*: Campolongo, Cariboni & Saltelli 2007) on trajectories of SALib, with what chance makes of them.

    The values of `unordered` factors have no order, such as rows of joint draws: each trajectory compares two of them at random.
    """
    from SALib.analyze import morris as analysis  # noqa: PLC0415  slow to import
    from SALib.sample import morris  # noqa: PLC0415
    problem, rng = _problem(factors, REACH), np.random.default_rng(seed)
    points = np.asarray(morris.sample(problem, trajectories, num_levels=LEVELS, seed=rng)).reshape(trajectories, factors + 1, factors)
    moved = np.abs(np.diff(points, axis=1)).argmax(axis=2)
    asked = points.copy()
    for factor in unordered:
        asked[:, :, factor] = (points[:, :, factor] + rng.random((trajectories, 1))) % 1
    came = checked(evaluate(asked.reshape(-1, factors), replicates), points[..., 0].size)
    found = analysis.analyze(problem, points.reshape(-1, factors), came.mean, num_levels=LEVELS, num_resamples=RESAMPLES, seed=rng)
    size, half, sigma, mean = (np.asarray(found[name], dtype=np.float64) for name in ("mu_star", "mu_star_conf", "sigma", "mu"))
    noise = came.noise.reshape(trajectories, factors + 1)
    step = LEVELS / 2 / (LEVELS - 1)
    by_chance = np.array([(noise[:, 1:] + noise[:, :-1])[moved == factor].mean() for factor in range(factors)]) / step**2
    limit = np.sqrt(by_chance) * (_HALF_NORMAL + _TAIL * np.sqrt((1 - _HALF_NORMAL**2) / trajectories))
    return Screening(Interval(size, size - half, size + half), mean, np.sqrt(np.maximum(sigma**2 - by_chance, 0)), limit)


def _problem(factors: int, bounds: tuple[float, float]) -> dict[str, object]:
    """What SALib asks for."""
    return {"num_vars": factors, "names": [f"x{number}" for number in range(factors)], "bounds": [list(bounds)] * factors}


def _resampled(terms: Floats, seed: int) -> Floats:
    """Means of the columns of terms (sample, term) in resamples of the samples (Efron 1979), shape (resample, term)."""
    rng, samples = np.random.default_rng(seed), len(terms)
    counts = (np.bincount(rng.integers(samples, size=samples), minlength=samples) for _ in range(RESAMPLES))
    return np.array([each @ terms for each in counts]) / samples


def _shares(means: Floats, factors: int, replicates: int) -> dict[str, Floats]:
    """Indices and variances from the means of the terms (…, term), each of shape (…, factor) or (…, 1)."""
    first, total = means[..., :factors], means[..., factors:2 * factors]
    mean, square, noise = (means[..., 2 * factors + number, None] for number in range(3))
    parameters, chance = square - mean**2 - noise, replicates * noise
    with np.errstate(divide="ignore", invalid="ignore"):     # a resample without variance is refused by its lower limit
        return {"first": first / parameters, "total": total / parameters, "sum_of_first": first.sum(axis=-1, keepdims=True) / parameters,
                "by_parameters": parameters, "by_chance": chance, "chance_share": chance / (chance + parameters)}


def _interval(estimate: Floats, resampled: Floats) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail], axis=0)
    return Interval(estimate, np.minimum(low, estimate), np.maximum(high, estimate))
