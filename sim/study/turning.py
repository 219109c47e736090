"""The belief nearest to the present one under which a ranking of two guarantees turns round."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize

from sim.analysis.designs import ranks
from sim.analysis.estimate import estimate
from sim.analysis.freed import by_design
from sim.analysis.measures import Measure
from sim.analysis.resampling import bags, weighted_quantiles
from sim.ensemble.store import Run
from sim.levels import TAILS
from sim.study.assumptions import key_and_run, meaning
from sim.study.columns import RESAMPLE_LIMIT, Column, Kind, TableSchema, with_limits
from sim.study.discovery import difference
from sim.uncertainty import Floats

STRATA, FOLDS = 20, 5
"""Strata of an assumption, equally likely now, in which a belief may differ, and folds of the
parameter sets for cross-fitting: judgements.
"""
MIN_DESIGNS_PER_STRATUM = 25
"""With fewer, the mean difference in a stratum is mostly chance: a judgement."""
MIN_EFFECTIVE_DESIGNS = 20
"""Parameter sets that a ranking takes, and that the weights of a belief must be worth: a judgement,
that fewer are no evidence.
"""
_STRENGTHS = np.geomspace(0.01, 300, 60)
"""How strongly weights lean on a difference, in its standard deviations: from hardly at all to
weights on its extremes only.
"""
QUARTILES = (0.25, 0.5, 0.75)
ALL_ASSUMPTIONS = "all"
"""In place of a parameter: every assumption at once."""
_BELIEF: tuple[Column, ...] = (
    *(
        Column(name, Kind.NUMBER, "parameter", f"{quantile} of what is believed now")
        for name, quantile in (("now_low", "quartile"), ("now", "median"), ("now_high", "quartile"))
    ),
    *(
        Column(name, Kind.NUMBER, "parameter", f"{quantile} of the belief that it takes")
        for name, quantile in (
            ("needed_low", "quartile"),
            ("needed", "median"),
            ("needed_high", "quartile"),
        )
    ),
    Column("needed_from", Kind.NUMBER, "parameter", "lower 95 % confidence limit of needed"),
    Column("needed_to", Kind.NUMBER, "parameter", "upper 95 % confidence limit of needed"),
    *(
        Column(name, Kind.NUMBER, "share", f"{needed} as a quantile of what is believed now")
        for name, needed in (
            ("rank_low", "needed_low"),
            ("rank", "needed"),
            ("rank_high", "needed_high"),
        )
    ),
    *(
        Column(name, Kind.NUMBER, unit, f"{end} of the values made less than half as likely as now")
        for name, unit, end in (
            ("doubted_from", "parameter", "lowest"),
            ("doubted_to", "parameter", "highest"),
            ("doubted_rank_from", "share", "quantile of the lowest"),
            ("doubted_rank_to", "share", "quantile of the highest"),
        )
    ),
)
_BELIEF_NAMES = [column.name for column in _BELIEF]
TURNING = TableSchema(
    (
        Column("best", Kind.TEXT, "-", "name of the scenario that is best on average"),
        Column("rival", Kind.TEXT, "-", "name of the scenario that it is compared with"),
        *with_limits(
            Column("difference", Kind.NUMBER, "outcome", "mean lead of the best over the rival")
        ),
        Column("parameter", Kind.TEXT, "-", f"dotted key, or {ALL_ASSUMPTIONS!r}"),
        Column("meaning", Kind.TEXT, "-", "what the parameter means"),
        Column("unit", Kind.TEXT, "-", "unit of the parameter"),
        *_BELIEF,
        *with_limits(
            Column("divergence", Kind.NUMBER, "nats", "of the belief from the present one"),
            RESAMPLE_LIMIT,
        ),
        Column("kept", Kind.NUMBER, "share", "parameter sets that the weights are worth"),
        Column("turns", Kind.NUMBER, "share", "resamples in which some belief is enough"),
    )
)


def turning(
    measure: Measure, best: Run, rival: Run, x: pd.DataFrame, sign: float = 1.0
) -> Iterator[dict[str, Any]]:
    """Rows of the table `turning` of `TABLES`: for each assumption, and for all at once, the belief
    nearest to the present one under which a rival is as good as the best.

    Values that a belief makes less than half as likely as now are its doubted ones. The divergence
    is infinite where no belief on the assumption alone is enough.
    """
    apart, seed = difference(measure, rival), best.scenario.sampling.seed
    mean = estimate(measure, best.worlds, rival.worlds)
    means = sign * by_design(apart, best.worlds)
    means += sign * mean.value - means.mean()
    low, high = sorted((sign * mean.low, sign * mean.high))
    both = {
        "best": best.name,
        "rival": rival.name,
        "difference": sign * mean.value,
        "difference_low": low,
        "difference_high": high,
    }
    for column in x:
        _, run_name = key_and_run(str(column))
        if run_name not in ("", best.name, rival.name):
            continue
        text, unit = meaning(str(column))
        yield (
            both
            | {"parameter": column, "meaning": text, "unit": unit}
            | _belief(x[column].to_numpy(np.float64), means, seed)
        )
    yield (
        both
        | {"parameter": ALL_ASSUMPTIONS, "meaning": "all assumptions together", "unit": ""}
        | _together(means, seed)
    )


def _belief(values: Floats, means: Floats, seed: int) -> dict[str, float]:
    """The belief on one assumption, from its value and the mean difference in each design."""
    count = len(values)
    shares = (ranks(values) - 0.5) / count
    strata = np.floor(shares * max(2, min(STRATA, count // MIN_DESIGNS_PER_STRATUM))).astype(int)
    folds = np.arange(count) % FOLDS
    weights, divergence = tilt(means, expected(strata, means, folds))
    needed, again = [], []
    for bag in bags(count, seed):
        other, far = tilt(means[bag], expected(strata[bag], means[bag], folds[bag]))
        again.append(far)
        if np.isfinite(far):
            needed.append(weighted_quantiles(values[bag], other, QUARTILES)[1])
    now = weighted_quantiles(values, np.full(count, 1 / count), QUARTILES)
    turned = np.isfinite(divergence)
    then, there = (
        (weighted_quantiles(scale, weights, QUARTILES) if turned else np.full(3, np.nan))
        for scale in (values, shares)
    )
    limits = np.quantile(needed, TAILS) if turned and needed else (np.nan, np.nan)
    doubted = _doubted(values, strata, weights) if turned else (np.nan,) * 4
    return dict(zip(_BELIEF_NAMES, (*now, *then, *limits, *there, *doubted), strict=True)) | _far(
        divergence, again
    )


def expected(strata: NDArray[np.intp], means: Floats, folds: NDArray[np.intp]) -> Floats:
    """The mean difference in the stratum of each design, from designs of the other folds only, so
    that chance is not taken for a turn; that of all where no other fold has any.
    """
    shape = (FOLDS, int(strata.max()) + 1)
    counts, sums = (
        np.bincount(folds * shape[1] + strata, weights, np.prod(shape)).reshape(shape)
        for weights in (None, means)
    )
    counts, sums = counts.sum(axis=0) - counts, sums.sum(axis=0) - sums
    cases = counts.sum(axis=1)
    elsewhere = np.where(cases > 0, sums.sum(axis=1) / np.maximum(1, cases), means.mean())
    by_stratum = np.where(counts > 0, sums / np.maximum(1, counts), elsewhere[:, None])
    return np.asarray(by_stratum[folds, strata])


def _doubted(values: Floats, strata: NDArray[np.intp], weights: Floats) -> tuple[float, ...]:
    """From where to where the belief makes values less than half as likely as now, infinite at an
    end of them: the longest such stretch.

    Then the same as quantiles of what is believed now.
    """
    counts = np.bincount(strata)
    halved = np.bincount(strata, weights) * len(values) < counts / 2
    edges = np.flatnonzero(
        np.diff(np.concatenate([[0], (halved | (counts == 0)).astype(int), [0]]))
    )
    if not halved.any():
        return (np.nan,) * 4
    first, last = max(edges.reshape(-1, 2), key=lambda ends: ends[1] - ends[0])
    inside = values[(strata >= first) & (strata < last)]
    low, high = float(inside.min()), float(inside.max())
    return (
        -np.inf if low == values.min() else low,
        np.inf if high == values.max() else high,
        float((values < low).mean()),
        float((values <= high).mean()),
    )


def _together(means: Floats, seed: int) -> dict[str, float]:
    """The weights on whole designs: no belief whatever has a smaller divergence."""
    return dict.fromkeys(_BELIEF_NAMES, np.nan) | _far(
        tilt(means)[1], [tilt(means[bag])[1] for bag in bags(len(means), seed)]
    )


def _far(divergence: float, again: list[float]) -> dict[str, float]:
    low, high = (float(np.quantile(again, tail, method="nearest")) for tail in TAILS)
    return {
        "divergence": divergence,
        "divergence_low": low,
        "divergence_high": high,
        "kept": float(np.exp(-divergence)),
        "turns": float(np.isfinite(again).mean()),
    }


def tilt(differences: Floats, along: Floats | None = None) -> tuple[Floats, float]:
    """Weights of the designs under which the mean difference is 0, nearest to equal ones, and their
    divergence from them in nats.

    They are exponential in `along`, a function of what the belief is about, by default the
    difference itself, for which no weights are nearer (Csiszár 1975). Where the mean is not above 0
    already, they are equal and the divergence is 0; where no such weights leave those of twenty
    designs or more, they are NaN, and the divergence infinite.
    """
    count, along = len(differences), differences if along is None else along
    values, place = np.unique(along - along.min(), return_inverse=True)
    counts, sums = np.bincount(place), np.bincount(place, differences)

    def mean(strength: Any) -> Any:
        """The mean difference, of designs with the same value of `along` together."""
        weights = np.exp(-strength * values)
        return (weights * sums).sum(axis=-1) / (weights * counts).sum(axis=-1)

    if mean(0.0) <= 0:
        return np.full(count, 1 / count), 0.0
    nothing = np.full(count, np.nan), np.inf
    if differences.min() >= 0 or along.std() == 0:
        return nothing
    strengths = np.concatenate([[0.0], _STRENGTHS / along.std()])
    if not (turned := int(np.argmax(mean(strengths[:, None]) <= 0))):
        return nothing
    strength = optimize.brentq(mean, strengths[turned - 1], strengths[turned], xtol=1e-12)
    weights = np.exp(-strength * values[place])
    weights /= weights.sum()
    positive = weights[weights > 0]
    divergence = max(0.0, float(positive @ np.log(count * positive)))
    return (
        (weights, divergence) if np.exp(-divergence) * count >= MIN_EFFECTIVE_DESIGNS else nothing
    )
