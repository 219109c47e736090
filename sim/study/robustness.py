"""Several guarantees over the same parameter designs.

How often each is best, regret, the worst decile, and what would turn the ranking.

Regret is what a guarantee falls short of the best one in a design (Savage 1951). A ranking turns
round where designs are weighted so that two guarantees are level on average; the weights that do so
and depart least from what is believed now, by the divergence of Kullback & Leibler (1951), are
exponential in the difference (Csiszár 1975); those that depend on one assumption alone, in the mean
difference in each stratum of its values, which is taken from other designs than those that it
weights (cross-fitting).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from sim.analysis.durability import paired
from sim.analysis.estimate import by_design, chance_left, estimate, share_of_designs
from sim.analysis.measures import Measure, named
from sim.analysis.resampling import bags, weighted_quantiles
from sim.ensemble.store import Run
from sim.errors import ArgumentFault, Fault, NotPairedError, ScenarioError
from sim.game.war import Cause
from sim.levels import TAILS
from sim.scenario.schema import Scenario
from sim.study.assumptions import assumptions, at_odds, meaning, run_all
from sim.study.columns import LABEL_TABLE, Column, Kind, TableSchema, with_limits
from sim.study.discovery import MAX_ERROR_CHANCE, chance_of_error, difference
from sim.study.finding import LABELS, Finding, label_table
from sim.uncertainty import Floats

WORST_SHARE = 0.1
"""The worst tenth of the parameter sets: rare enough to hurt, and still estimated well."""
STRATA, FOLDS = 20, 5
"""Strata of an assumption, equally likely now, in which a belief may differ, and folds of the
parameter sets for cross-fitting: judgements.
"""
_MIN_DESIGNS_PER_STRATUM = 25
"""With fewer, the mean difference in a stratum is mostly chance: a judgement."""
MIN_EFFECTIVE_DESIGNS = 20
"""Parameter sets that a ranking takes, and that the weights of a belief must be worth: a judgement,
that fewer are no evidence.
"""
_STRENGTHS = np.geomspace(0.01, 300, 60)
"""How strongly weights lean on a difference, in its standard deviations: from hardly at all to
weights on its extremes only.
"""
_TIE = 1e-9
"""Guarantees that differ by less are level: rounding differs by less."""
QUARTILES = (0.25, 0.5, 0.75)
ALL_ASSUMPTIONS = "all"
"""In place of a parameter: every assumption at once."""
_LIMIT = "limit of 95 % of resamples"
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
TABLES: Mapping[str, TableSchema] = {
    "guarantees": TableSchema(
        (
            Column("name", Kind.TEXT, "-", "name of the scenario"),
            *with_limits(Column("mean", Kind.NUMBER, "outcome", "mean over parameter sets")),
            Column(
                "best", Kind.NUMBER, "share", "parameter sets in which it is best, ties divided"
            ),
            Column("best_low", Kind.NUMBER, "share", "lower limit of those in which it surely is"),
            Column("best_high", Kind.NUMBER, "share", "upper limit of those in which it may be"),
            *with_limits(
                Column("surely", Kind.NUMBER, "share", "where it leads all others beyond chance")
            ),
            *with_limits(
                Column("regret", Kind.NUMBER, "outcome", "mean shortfall from the best"), _LIMIT
            ),
            *with_limits(
                Column(
                    "worst_regret", Kind.NUMBER, "outcome", "mean of the largest tenth of regret"
                ),
                _LIMIT,
            ),
            *with_limits(
                Column("worst_decile", Kind.NUMBER, "outcome", "mean of the worst tenth"), _LIMIT
            ),
        )
    ),
    "turning": TableSchema(
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
                _LIMIT,
            ),
            Column("kept", Kind.NUMBER, "share", "parameter sets that the weights are worth"),
            Column("turns", Kind.NUMBER, "share", "resamples in which some belief is enough"),
        )
    ),
    "calls": TableSchema(
        (
            *with_limits(
                Column("sure", Kind.NUMBER, "share", "parameter sets in which any is surely best")
            ),
            Column("designs", Kind.COUNT, "parameter sets", "parameter sets simulated"),
            Column("replicates", Kind.COUNT, "histories", "histories of each parameter set"),
        )
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `robustness`."""
Mask = NDArray[np.bool_]


def robust(
    scenarios: Sequence[Scenario], outcome: str | None = None, **options: Any
) -> pd.DataFrame:
    """How guarantees do over the same parameter sets, the best on average first.

    Parameters
    ----------
    scenarios
        Two or more of different names, with the same sampling.
    outcome
        A measure by name; by default survival@10, or that at a nearer horizon.
    **options
        Those of `sim.run`.

    Returns
    -------
    DataFrame
        The table `guarantees` of `TABLES`, a row a scenario. The limits of `best` run from the
        parameter sets in which it is surely best to those in which it may be: few histories do not
        separate near guarantees, and more parameter sets do not help.

    Raises
    ------
    ScenarioError
        For scenarios or an outcome that cannot be compared.
    NotPairedError
        If the scenarios do not share their histories.

    Examples
    --------
    >>> none, nato = sim.load("scenarios/none.toml"), sim.load("scenarios/nato.toml")
    >>> sim.robust([none, nato])  # doctest: +SKIP
    # skipped: it simulates 20,000 histories and resamples them

    """
    return rank_guarantees(scenarios, outcome, **options).table


def rank_guarantees(
    scenarios: Sequence[Scenario], outcome: str | None = None, **options: Any
) -> Finding:
    """The finding of kind `robustness`, with the tables of `TABLES`; arguments as of `robust`."""
    _check(scenarios)
    horizon = min(scenario.sampling.horizon_years for scenario in scenarios)
    measure = named(outcome or f"survival@{min(10, horizon)}", horizon)
    return rank_runs(measure, run_all(scenarios, **options))


def _check(scenarios: Sequence[Scenario]) -> None:
    """Raise ScenarioError or NotPairedError unless scenarios can be ranked."""
    first = scenarios[0].name if scenarios else ""
    names = [scenario.name for scenario in scenarios]
    if len(names) < 2 or len(set(names)) < len(names):  # noqa: PLR2004  said in the message
        quoted = ", ".join(f"'{name}'" for name in names)
        raise ScenarioError(
            f"robust needs at least two scenarios with different names; got {quoted or 'none'}"
        )
    for scenario in scenarios[1:]:
        if scenario.sampling != scenarios[0].sampling:
            raise NotPairedError(
                f"{scenario.name}: differs from {first} in its sampling, so that their histories "
                "are not the same; use the same seed, horizon, steps a year, designs and "
                "replicates for both"
            )
    faults: list[Fault] = [*at_odds(scenarios)]
    if (designs := scenarios[0].sampling.designs) < MIN_EFFECTIVE_DESIGNS:
        must = f"must be {MIN_EFFECTIVE_DESIGNS} or more, to rank guarantees"
        faults.append(ArgumentFault("sampling.designs", designs, must))
    if faults:
        raise ScenarioError(faults)


def rank_runs(measure: Measure, runs: Sequence[Run]) -> Finding:
    """The finding from runs of the same histories. Raises NotPairedError, ScenarioError."""
    for other in runs[1:]:
        paired(other, runs[0])
    x = assumptions(runs)
    sign = -1.0 if worse_if_more(measure) else 1.0
    better = sign * relative(measure, runs)
    surely, maybe = ahead(measure, runs, better)
    rows = sorted(
        _guarantees(measure, runs, better, surely, maybe, sign), key=lambda row: -sign * row["mean"]
    )
    order = [next(run for run in runs if run.name == row["name"]) for row in rows]
    turned = [row for rival in order[1:] for row in turning(measure, order[0], rival, x, sign)]
    settings = {
        "outcome": measure.name,
        "label": measure.label,
        "unit": measure.unit,
        "less_is_better": sign < 0,
        "scenarios": [run.name for run in runs],
        "hashes": [run.manifest["hash"] for run in runs],
    }
    tables = {
        "guarantees": TABLES["guarantees"].table(rows),
        "turning": TABLES["turning"].table(turned),
        "calls": _calls(better, surely, runs),
    }
    return Finding("robustness", settings, tables | label_table(runs))


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
    best = better >= better.max(axis=0) - _TIE
    return np.asarray(best / best.sum(axis=0))


def regrets(better: Floats) -> Floats:
    """What each guarantee falls short of the best one in each design (Savage 1951)."""
    return np.asarray(better.max(axis=0) - better)


def _calls(better: Floats, surely: Mask, runs: Sequence[Run]) -> pd.DataFrame:
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
    surely: Mask,
    maybe: Mask,
    sign: float,
) -> Iterator[dict[str, Any]]:
    regret, share, seed = regrets(better), best_shares(better), runs[0].scenario.sampling.seed
    for number, run in enumerate(runs):
        mean = estimate(measure, run.worlds)
        best, sure, most = (
            share_of_designs(np.asarray(leads[number], dtype=np.float64), run.worlds)
            for leads in (share, surely, maybe)
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
        row |= _resampled(
            "worst_regret", regret[number], lambda values: -worst_tenth(-values), seed
        )
        row |= _resampled("worst_decile", outcomes, lambda values: sign * worst_tenth(values), seed)
        yield row


def worst_tenth(values: Floats) -> float:
    """The mean of the lowest tenth of the values."""
    return float(np.sort(values)[: max(1, round(WORST_SHARE * len(values)))].mean())


def _resampled(
    name: str, values: Floats, statistic: Callable[[Floats], Any], seed: int
) -> dict[str, float]:
    """A number of some designs, with the limits of 95 % of resamples of them."""
    resampled = [statistic(values[bag]) for bag in bags(len(values), seed)]
    return dict(
        zip(
            (name, f"{name}_low", f"{name}_high"),
            (float(statistic(values)), *np.quantile(resampled, TAILS)),
            strict=True,
        )
    )


def ahead(measure: Measure, runs: Sequence[Run], better: Floats) -> tuple[Mask, Mask]:
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
        level = (chance_of_error(gap, error) > MAX_ERROR_CHANCE) | (gap == 0)
        surely[one] &= ~level
        surely[other] &= ~level
        maybe[one] &= level | (gap > 0)
        maybe[other] &= level | (gap < 0)
    return np.asarray(surely), maybe


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
        under = str(column).rpartition(" under ")
        if under[1] and under[2] not in (best.name, rival.name):
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
    ranks = (stats.rankdata(values) - 0.5) / count
    strata = np.floor(ranks * max(2, min(STRATA, count // _MIN_DESIGNS_PER_STRATUM))).astype(int)
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
        for scale in (values, ranks)
    )
    limits = np.quantile(needed, TAILS) if turned and needed else (np.nan, np.nan)
    doubted = _doubted(values, strata, weights) if turned else (np.nan,) * 4
    return dict(zip(_BELIEF_NAMES, (*now, *then, *limits, *there, *doubted), strict=True)) | _far(
        divergence, again
    )


def expected(strata: NDArray[np.intp], means: Floats, folds: NDArray[np.intp]) -> Floats:
    """The mean difference in the stratum of each design, from designs of the other folds only, so
    that chance is not taken for a turn.
    """
    means_of_others = np.empty(len(means))
    for fold in range(FOLDS):
        others = folds != fold
        counts, sums = (
            np.bincount(strata[others], weights, strata.max() + 1)
            for weights in (None, means[others])
        )
        by_stratum = np.where(counts > 0, sums / np.maximum(counts, 1), means[others].mean())
        means_of_others[~others] = by_stratum[strata[~others]]
    return means_of_others


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
    positive = weights[weights > 0]
    divergence = max(0.0, float(positive @ np.log(count * positive)))
    return (
        (weights, divergence) if np.exp(-divergence) * count >= MIN_EFFECTIVE_DESIGNS else nothing
    )
