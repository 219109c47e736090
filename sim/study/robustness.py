"""Several guarantees over the same parameter designs.

How often each is best, regret, the worst decile, and what would turn the ranking.

Regret is what a guarantee falls short of the best one in a design (Savage 1951). A ranking turns
round where designs are weighted so that two guarantees are level on average; the weights that do so
and depart least from what is believed now, by the divergence of Kullback & Leibler (1951), are
exponential in the difference (Csiszár 1975); those that depend on one assumption alone, in the mean
difference in each stratum of its values, which is taken from other designs than those that it
weights (cross-fitting).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from sim.analysis.durability import NotPairedError, paired
from sim.analysis.estimate import by_design, chance_left, estimate, share_of_designs
from sim.analysis.measures import Measure, named
from sim.analysis.resampling import TAILS, bags, weighted_quantiles
from sim.ensemble.store import Run
from sim.game.endings import Cause
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario
from sim.study.assumptions import assumptions, at_odds, meaning, simulated
from sim.study.discovery import UNSURE, chance_of_error, difference
from sim.study.finding import Finding, called
from sim.uncertainty import Floats

TENTH = 0.1
STRATA, FOLDS = 20, 5
"""Strata of an assumption, equally likely now, in which a belief may differ, and parts of the
designs for cross-fitting: judgements.
"""
_DESIGNS_A_STRATUM = 25
LEFT = 20
"""Designs that a ranking takes, and that the weights of a belief must be worth.

A judgement, that fewer are no evidence.
"""
_STRENGTHS = np.geomspace(0.01, 300, 60)
QUARTILES = (0.25, 0.5, 0.75)
ALL = "all"
"""In place of a parameter: every assumption at once."""
Chosen = NDArray[np.bool_]


def robust(
    scenarios: Sequence[Scenario], outcome: str | None = None, **options: Any
) -> pd.DataFrame:
    """How guarantees do over the same parameter designs: a row each, the best on average first.

    `outcome` is that of `sim.analysis.measures.named`, by default survival@10 or that at a nearer
    horizon; `options` are those of `sim.run`. Columns, each with its 95 % limits (`_low`, `_high`):
    name; mean (over designs); best (share of designs in which it is best, ties divided; its limits
    run from those in which it is surely best to those in which it may be, since few histories do
    not tell near guarantees apart, and more designs do not help); surely (share in which it is
    ahead of every other by more than chance); regret (mean shortfall from the best); worst_regret
    (its mean in the tenth of designs where it is largest); worst_decile (mean outcome in the tenth
    of designs where it is worst). Raises ScenarioError, and NotPairedError if the worlds are not
    pairs.
    """
    return find(scenarios, outcome, **options).table


def find(scenarios: Sequence[Scenario], outcome: str | None = None, **options: Any) -> Finding:
    """The finding of kind `robustness`; tables: `guarantees` (see `robust`), `turning` (see
    `turning`), `calls` (how sure a best is).
    """
    names = [each.name for each in scenarios]
    if len(names) < 2 or len(set(names)) < len(names):  # noqa: PLR2004  said in the message
        raise ScenarioError(
            [
                (
                    "robust needs two or more scenarios of different names; it was given "
                    f"{', '.join(names)}"
                )
            ]
        )
    horizon = min(each.sampling.horizon_years for each in scenarios)
    measure = named(outcome or f"survival@{min(10, horizon)}", horizon)
    for each in scenarios[1:]:
        if each.sampling != scenarios[0].sampling:
            raise NotPairedError(
                f"{each.name}: differs from {names[0]} in seed, horizon or step, designs or "
                "replicates, so that their worlds are not pairs; give --designs, --replicates, "
                "--seed and --years for both"
            )
    if problems := at_odds(scenarios):
        raise ScenarioError(problems)
    if scenarios[0].sampling.designs < LEFT:
        raise ScenarioError(
            [
                (
                    f"--designs {scenarios[0].sampling.designs}: are no evidence of a ranking; "
                    f"take "
                    f"{LEFT} or more"
                )
            ]
        )
    return found(measure, simulated(scenarios, **options))


def found(measure: Measure, runs: Sequence[Run]) -> Finding:
    """The finding from runs of the same worlds. Raises NotPairedError, ScenarioError."""
    for each in runs[1:]:
        paired(each, runs[0])
    x = assumptions(runs)
    sign = -1.0 if worse_if_more(measure) else 1.0
    better = sign * relative(measure, runs)
    surely, maybe = ahead(measure, runs, better)
    rows = sorted(
        _guarantees(measure, runs, better, surely, maybe, sign), key=lambda row: -sign * row["mean"]
    )
    order = [next(run for run in runs if run.name == row["name"]) for row in rows]
    turned = [row for rival in order[1:] for row in turning(measure, order[0], rival, x, sign)]
    asked = {
        "outcome": measure.name,
        "label": measure.label,
        "unit": measure.unit,
        "less_is_better": sign < 0,
        "scenarios": [each.name for each in runs],
        "hashes": [each.manifest["hash"] for each in runs],
    }
    return Finding(
        "robustness",
        asked,
        {
            "guarantees": pd.DataFrame(rows),
            "turning": pd.DataFrame(turned, columns=TURNING),
            "calls": _calls(better, surely, runs),
        }
        | called(runs),
    )


def worse_if_more(measure: Measure) -> bool:
    """Whether less of it is better: every outcome but those that say how long a ceasefire holds."""
    return not (
        measure.name.startswith("survival@")
        or measure.name in ("restricted_mean_years", f"cause.{Cause.HELD.value}")
    )


def relative(measure: Measure, runs: Sequence[Run]) -> Floats:
    """How each guarantee does in each design beside the mean of all (guarantee, design), freed of
    the chance of few histories.
    """
    middle = np.mean([measure.of(run.worlds) for run in runs], axis=0)
    beside = Measure(
        measure.name, measure.label, "difference", lambda worlds: measure.of(worlds) - middle
    )
    return np.stack([by_design(beside, run.worlds) for run in runs])


def best_shares(better: Floats) -> Floats:
    """For each guarantee and design 1 where it is best, divided between those that are level
    (guarantee, design).
    """
    best = better >= better.max(axis=0) - 1e-9
    return np.asarray(best / best.sum(axis=0))


def regrets(better: Floats) -> Floats:
    """What each guarantee falls short of the best one in each design (Savage 1951)."""
    return np.asarray(better.max(axis=0) - better)


def _calls(better: Floats, surely: Chosen, runs: Sequence[Run]) -> pd.DataFrame:
    """One row: in which share of designs any guarantee is surely best, of how many designs and
    histories of each.
    """
    sure = share_of_designs(surely.sum(axis=0, dtype=np.float64), runs[0].worlds)
    return pd.DataFrame(
        [
            {
                "sure": sure.value,
                "sure_low": sure.low,
                "sure_high": sure.high,
                "designs": better.shape[1],
                "replicates": runs[0].scenario.sampling.replicates,
            }
        ]
    )


def _guarantees(
    measure: Measure,
    runs: Sequence[Run],
    better: Floats,
    surely: Chosen,
    maybe: Chosen,
    sign: float,
) -> Iterator[dict[str, Any]]:
    regret, share, seed = regrets(better), best_shares(better), runs[0].scenario.sampling.seed
    for number, run in enumerate(runs):
        mean = estimate(measure, run.worlds)
        best, sure, most = (
            share_of_designs(np.asarray(each[number], dtype=np.float64), run.worlds)
            for each in (share, surely, maybe)
        )
        outcomes = sign * by_design(measure, run.worlds)
        row = {
            "name": run.name,
            "mean": mean.value,
            "mean_low": mean.low,
            "mean_high": mean.high,
            "best": best.value,
            "best_low": sure.low,
            "best_high": most.high,
            "surely": sure.value,
            "surely_low": sure.low,
            "surely_high": sure.high,
        }
        row |= _resampled("regret", regret[number], np.mean, seed)
        row |= _resampled("worst_regret", regret[number], lambda each: -worst_tenth(-each), seed)
        row |= _resampled("worst_decile", outcomes, lambda each: sign * worst_tenth(each), seed)
        yield row


def worst_tenth(values: Floats) -> float:
    """The mean of the lowest tenth of the values."""
    return float(np.sort(values)[: max(1, round(TENTH * len(values)))].mean())


def _resampled(name: str, values: Floats, of: Any, seed: int) -> dict[str, float]:
    """A number of some designs, with the limits of 95 % of resamples of them."""
    each = [of(values[bag]) for bag in bags(len(values), seed)]
    return dict(
        zip(
            (name, f"{name}_low", f"{name}_high"),
            (float(of(values)), *np.quantile(each, TAILS)),
            strict=True,
        )
    )


def ahead(measure: Measure, runs: Sequence[Run], better: Floats) -> tuple[Chosen, Chosen]:
    """Whether a guarantee is ahead of every other in a design by more than the chance of few
    histories, and whether none is so of it.

    Both (guarantee, design): surely best, and perhaps best.
    """
    surely, maybe = better >= better.max(axis=0), np.ones(better.shape, dtype=np.bool_)
    for one, other in combinations(range(len(runs)), 2):
        gap, error = (
            better[one] - better[other],
            chance_left(difference(measure, runs[other]), runs[one].worlds),
        )
        level = (chance_of_error(gap, error) > UNSURE) | (gap == 0)
        surely[one] &= ~level
        surely[other] &= ~level
        maybe[one] &= level | (gap > 0)
        maybe[other] &= level | (gap < 0)
    return np.asarray(surely), maybe


_BELIEF = [
    "now_low",
    "now",
    "now_high",
    "needed_low",
    "needed",
    "needed_high",
    "needed_from",
    "needed_to",
    "rank_low",
    "rank",
    "rank_high",
    "doubted_from",
    "doubted_to",
    "doubted_rank_from",
    "doubted_rank_to",
]
TURNING = [
    "best",
    "rival",
    "difference",
    "difference_low",
    "difference_high",
    "parameter",
    "meaning",
    "unit",
    *_BELIEF,
    "divergence",
    "divergence_low",
    "divergence_high",
    "kept",
    "turns",
]


def turning(
    measure: Measure, best: Run, rival: Run, x: pd.DataFrame, sign: float = 1.0
) -> Iterator[dict[str, Any]]:
    """For each assumption, and for all at once, the belief nearest to the present one under which a
    rival is as good as the best.

    Columns: best, rival, difference (mean over designs, with limits), parameter, meaning, unit;
    now_low, now, now_high (quartiles and median of what is believed now), needed_low, needed,
    needed_high (of the belief that it takes), needed_from, needed_to (95 % limits of its median),
    rank_low, rank, rank_high (the needed ones as quantiles of what is believed now), doubted_from,
    doubted_to (values that it makes less than half as likely as now, and doubted_rank_from and
    doubted_rank_to as quantiles); divergence (nats, infinite where no belief on the assumption
    alone is enough) with its limits, kept (share of designs that the weights are worth, exp of
    minus the divergence), turns (share of resamples in which some belief is enough).
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
        under = str(column).rpartition(" under ")
        if under[1] and under[2] not in (best.name, rival.name):
            continue
        told, unit = meaning(str(column))
        yield (
            both
            | {"parameter": column, "meaning": told, "unit": unit}
            | _belief(x[column].to_numpy(np.float64), means, seed)
        )
    yield (
        both
        | {"parameter": ALL, "meaning": "all assumptions together", "unit": ""}
        | _together(means, seed)
    )


def _belief(values: Floats, means: Floats, seed: int) -> dict[str, float]:
    """The belief on one assumption, from its value and the mean difference in each design."""
    count = len(values)
    ranks = (stats.rankdata(values) - 0.5) / count
    strata = np.floor(ranks * max(2, min(STRATA, count // _DESIGNS_A_STRATUM))).astype(int)
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
        (weighted_quantiles(each, weights, QUARTILES) if turned else np.full(3, np.nan))
        for each in (values, ranks)
    )
    limits = np.quantile(needed, TAILS) if turned and needed else (np.nan, np.nan)
    doubted = _doubted(values, strata, weights) if turned else (np.nan,) * 4
    return dict(zip(_BELIEF, (*now, *then, *limits, *there, *doubted), strict=True)) | _far(
        divergence, again
    )


def expected(strata: NDArray[np.intp], means: Floats, folds: NDArray[np.intp]) -> Floats:
    """The mean difference in the stratum of each design, from designs of the other folds only, so
    that chance is not taken for a turn.
    """
    found = np.empty(len(means))
    for fold in range(FOLDS):
        others = folds != fold
        counts, sums = (
            np.bincount(strata[others], weights, strata.max() + 1)
            for weights in (None, means[others])
        )
        by_stratum = np.where(counts > 0, sums / np.maximum(counts, 1), means[others].mean())
        found[~others] = by_stratum[strata[~others]]
    return found


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
    first, last = max(edges.reshape(-1, 2), key=lambda each: each[1] - each[0])
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
    return dict.fromkeys(_BELIEF, np.nan) | _far(
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
    if differences.mean() <= 0:
        return np.full(count, 1 / count), 0.0
    nothing = np.full(count, np.nan), np.inf
    if differences.min() >= 0 or along.std() == 0:
        return nothing

    def weighted(strength: float) -> Floats:
        weights = np.exp(-strength * (along - along.min()))
        return np.asarray(weights / weights.sum())

    def mean(strength: float) -> float:
        return float(weighted(strength) @ differences)

    strengths = np.concatenate([[0.0], _STRENGTHS / along.std()])
    turned = next((number for number, strength in enumerate(strengths) if mean(strength) <= 0), 0)
    if not turned:
        return nothing
    weights = weighted(optimize.brentq(mean, strengths[turned - 1], strengths[turned], xtol=1e-12))
    some = weights[weights > 0]
    divergence = max(0.0, float(some @ np.log(count * some)))
    return (weights, divergence) if np.exp(-divergence) * count >= LEFT else nothing
