"""What would reverse the ranking of the best two guarantees: the assumption or provision that comes
closest to doing so, fixed numbers included.

An uncertain number reverses it by a belief: the one nearest to the present belief that makes both
level, as in `sim.study.robustness`, from the histories that are there. A fixed number reverses it
by one step each way. Steps race (sequential halving: Karnin, Koren & Somekh 2013): in a first pair
of runs each parameter set takes one step, on the same random events as before; in a second pair
the sets are divided among the few steps that came closest, which give the numbers reported.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from sim.analysis.designs import ranks
from sim.analysis.differences import paired
from sim.analysis.estimate import Estimate, estimate
from sim.analysis.freed import by_design
from sim.analysis.measures import Measure, survival
from sim.ensemble.counted import count_histories
from sim.ensemble.run import Progress
from sim.ensemble.store import Run
from sim.errors import NotPairedError, ScenarioError
from sim.levels import TAILS
from sim.scenario.schema import Scenario
from sim.study.assumptions import assumptions, key_and_run, meaning
from sim.study.columns import LABEL_TABLE, Column, Kind, TableSchema, with_limits
from sim.study.discovery import difference
from sim.study.finding import LABELS, Finding, label_table
from sim.study.kept import answered, can_keep, find_again
from sim.study.question import Question
from sim.study.steps import SETS, STEP, Simulate, changes_by_step, steps_of, steps_to_level
from sim.study.sweep import progress_within
from sim.study.turning import FOLDS, MIN_DESIGNS_PER_STRATUM, STRATA, expected, tilt, turning
from sim.uncertainty import Floats

BELIEF_STEP = math.log(2)
"""The step of a belief in nats: worth ruling out half of the parameter sets."""
BELIEFS, FINALISTS = 3, 6
"""Beliefs and steps that are reported: a judgement between their error and time."""
TABLES = {
    "candidates": TableSchema(
        (
            Column("kind", Kind.TEXT, "-", "fixed: moved one step; uncertain: believed otherwise"),
            Column("guarantee", Kind.TEXT, "-", "whose provision it is; empty for an assumption"),
            Column("parameter", Kind.TEXT, "-", "dotted key"),
            Column("meaning", Kind.TEXT, "-", "what the parameter means"),
            Column("unit", Kind.TEXT, "-", "unit of the parameter"),
            Column("now", Kind.NUMBER, "parameter", "the number, or the median as believed now"),
            Column("then", Kind.NUMBER, "parameter", "after the step, or as it makes both level"),
            *with_limits(Column("difference", Kind.NUMBER, "share", "lead of the better after it")),
            *with_limits(Column("steps", Kind.NUMBER, "steps", "how many make both level")),
        )
    ),
    "ranking": TableSchema(
        (
            Column("best", Kind.TEXT, "-", "name of the scenario that holds longest"),
            Column("rival", Kind.TEXT, "-", "name of the one that comes next"),
            *with_limits(Column("difference", Kind.NUMBER, "share", "lead of the best")),
        )
    ),
    LABELS: LABEL_TABLE,
}


def reversal(runs: Sequence[Run], **options: Any) -> pd.DataFrame:
    """What comes closest to reversing the ranking of the best two of some runs.

    Parameters
    ----------
    runs
        Two runs or more of the same histories under different guarantees.
    **options
        `workers`, `executor`, `progress` and `out` of `count_histories`.

    Returns
    -------
    DataFrame
        One row a candidate, the closest first: kind ("fixed" or "uncertain"), guarantee (whose
        provision it is; empty for an assumption about actors), parameter, meaning, unit; now and
        then (the number before and after the step, or the medians of the present belief and of
        the one that makes both level); difference (share still holding at the horizon under the
        better guarantee less that under the other, after the step) with its 95 % limits; steps
        (how many make both level: in proportion for a fixed number, by the square root of the
        divergence for a belief; infinite where none do) with its limits.

    Raises
    ------
    NotPairedError
        If the runs are not of the same histories.
    ValueError
        For fewer than two runs.

    """
    return find_reversal(runs, **options).table


def find_reversal(runs: Sequence[Run], **options: Any) -> Finding:
    """The finding of kind `reversal`; tables: `candidates` (see `reversal`), and `ranking` (one
    row: best, rival and their difference with its 95 % limits).
    """
    best, rival = best_two(runs)
    measure = survival(min(best.horizon_years, rival.horizon_years))
    gap = estimate(measure, best.worlds, rival.worlds)
    simulate = _simulation(simulations(best.scenario), **options)
    rows = [
        *_beliefs(measure, best, rival, gap),
        *_steps(measure, best, rival, gap, simulate),
    ]
    candidates = (
        TABLES["candidates"].table(rows).sort_values(["steps", "difference"], ignore_index=True)
    )
    ranking = {
        "best": best.name,
        "rival": rival.name,
        "difference": gap.value,
        "difference_low": gap.low,
        "difference_high": gap.high,
    }
    return Finding(
        "reversal",
        determinants(runs),
        {"candidates": candidates, "ranking": TABLES["ranking"].table([ranking])}
        | label_table(runs),
    )


def kept(runs: Sequence[Run], out: Path, **options: Any) -> Finding:
    """The same, kept in a folder in `out`, from which it is read where it was found before.

    It is found anew, and not kept, where `out` can only be read.
    """
    labels = [(run.name, run.label) for run in best_two(runs)]
    question = Question("reversal", {**determinants(runs), "labels": labels})
    if not can_keep(out):
        return find_again(question, out) or find_reversal(runs, **options)
    return answered(question, out, lambda: find_reversal(runs, out=out, **options)).finding


def reverses(finding: Finding, runs: Sequence[Run]) -> bool:
    """Whether a finding is about the best two of these runs."""
    if finding.kind != "reversal" or len(runs) < 2:  # noqa: PLR2004  one run has no ranking
        return False
    try:
        return dict(finding.settings) == determinants(runs)
    except NotPairedError:
        return False


def simulations(scenario: Scenario) -> int:
    """Histories that a search simulates for a scenario that is ranked: two races of two
    guarantees.
    """
    sampling = scenario.sampling
    return 4 * min(SETS, sampling.designs) * sampling.replicates


def determinants(runs: Sequence[Run]) -> dict[str, Any]:
    """What determines the finding, and so the name of its folder."""
    best, rival = best_two(runs)
    return {
        "best": best.name,
        "rival": rival.name,
        "years": min(best.horizon_years, rival.horizon_years),
        "step": STEP,
        "hashes": [best.manifest["hash"], rival.manifest["hash"]],
    }


def best_two(runs: Sequence[Run]) -> tuple[Run, Run]:
    """The two runs whose ceasefires hold most often to their horizon, the better first."""
    if len(runs) < 2:  # noqa: PLR2004  said in the message
        raise ValueError("a ranking needs two runs or more")
    best, rival = sorted(runs, key=lambda run: -float(np.mean(run.worlds["held"])))[:2]
    paired(rival, best)
    return best, rival


def _beliefs(measure: Measure, best: Run, rival: Run, gap: Estimate) -> Iterator[dict[str, Any]]:
    """The beliefs on one uncertain number that come closest to making both level."""
    try:
        drawn = assumptions([best, rival])
    except ScenarioError:  # nothing is uncertain, or chance cannot be told from parameters
        return
    means = by_design(difference(measure, rival), best.worlds)
    near = _nearest(means + gap.value - means.mean(), drawn)[:BELIEFS]
    for row in turning(measure, best, rival, drawn[near]):
        if row["parameter"] not in near or not np.isfinite(row["divergence"]):
            continue
        steps, low, high = (
            math.sqrt(row[name] / BELIEF_STEP)
            for name in ("divergence", "divergence_low", "divergence_high")
        )
        key, guarantee = key_and_run(row["parameter"])
        yield {
            "kind": "uncertain",
            "guarantee": guarantee,
            "parameter": row["parameter"],
            "meaning": meaning(key)[0],
            **{name: row[name] for name in ("unit", "now")},
            "then": row["needed"],
            "difference": 0.0,
            "difference_low": 0.0,
            "difference_high": 0.0,
            "steps": steps,
            "steps_low": low,
            "steps_high": high,
        }


def _nearest(means: Floats, drawn: pd.DataFrame) -> list[str]:
    """The uncertain numbers, those first on which the nearest belief makes both level."""
    count = len(means)
    folds = np.arange(count) % FOLDS
    levels = max(2, min(STRATA, count // MIN_DESIGNS_PER_STRATUM))
    divergences = {}
    for key in drawn:
        shares = (ranks(drawn[key]) - 0.5) / count
        strata = np.floor(shares * levels).astype(np.intp)
        divergences[str(key)] = tilt(means, expected(strata, means, folds))[1]
    return sorted(divergences, key=divergences.__getitem__)


def _steps(
    measure: Measure, best: Run, rival: Run, gap: Estimate, simulate: Simulate
) -> Iterator[dict[str, Any]]:
    """The steps of fixed numbers that come closest to a reversal."""
    steps = steps_of(best.scenario, rival.scenario)
    if not steps:
        return
    first = changes_by_step(steps, measure, best, rival, simulate)
    finalists = sorted(
        (step for step in steps if len(first[step])), key=lambda step: float(first[step].mean())
    )[:FINALISTS]
    second = changes_by_step(finalists, measure, best, rival, simulate)
    for step in finalists:
        change = second[step]
        if len(change) < 2:  # noqa: PLR2004  one set has no error
            continue
        moved = float(change.mean())
        error = float(
            special.stdtrit(len(change) - 1, TAILS[1]) * change.std(ddof=1) / np.sqrt(len(change))
        )
        reach = math.hypot(error, (gap.high - gap.low) / 2)
        yield step.row() | {
            "difference": gap.value + moved,
            "difference_low": gap.value + moved - reach,
            "difference_high": gap.value + moved + reach,
            "steps": steps_to_level(gap.value, moved),
            "steps_low": steps_to_level(gap.value, moved - error),
            "steps_high": steps_to_level(gap.value, moved + error),
        }


def _simulation(total: int, progress: Progress | None = None, **options: Any) -> Simulate:
    """Count in the histories of scenarios, one after another, with the progress of all."""
    done = 0

    def simulate(scenario: Scenario, measure: Measure) -> Floats:
        nonlocal done
        heard = None if progress is None else progress_within(done, total, progress)
        done += scenario.sampling.worlds
        what = {"scenario": scenario.determinants(), "measure": measure.key}
        (numbers,) = count_histories(
            scenario, lambda worlds: measure.numbers(worlds)[None], what, progress=heard, **options
        )
        return np.asarray(numbers)

    return simulate
