"""What would be enough: the cheapest guarantee that reaches a durability, and the frontier of cost
against durability.

Guarantees are points between limits of some provisions, every one on the same histories. What is
reported is simulated, never a spline's, and all of it once more on fresh histories.
"""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.catalogue import named
from sim.analysis.estimate import estimates, share_where
from sim.analysis.freed import by_design
from sim.analysis.measures import counted_as, survival
from sim.chance import stream_seed
from sim.ensemble.counted import count_histories, parameter_sets
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.study.cheapest import (
    IN_NINE_OF_TEN,
    MEASURE_OF_ANSWER,
    ON_AVERAGE,
    ON_FRONTIER,
    SURE_SHARE,
    Points,
    Progress,
    answer,
    search,
)
from sim.study.columns import LABEL_TABLE, Column, Kind, TableSchema, with_limits
from sim.study.finding import LABELS, Finding, label_table
from sim.study.frontier import confirmed, frontier
from sim.study.requirement_faults import Ranges, check_requirement
from sim.uncertainty import Floats

SAMPLES = 64
"""A judgement: more has not moved the answer of the examples by more than its error
(docs/requirement.md).
"""


def _measured(histories: str = "") -> tuple[Column, ...]:
    """The columns of what was simulated at a point, on the histories of the search or others."""
    prefix = "fresh_" if histories else ""
    return (
        Column(f"{prefix}estimate", Kind.NUMBER, "share", f"histories that hold{histories}"),
        Column(f"{prefix}low", Kind.NUMBER, "share", f"lower 95 % confidence limit{histories}"),
        Column(f"{prefix}high", Kind.NUMBER, "share", f"upper 95 % confidence limit{histories}"),
        *with_limits(
            Column(
                f"{prefix}sure",
                Kind.NUMBER,
                "share",
                f"parameter sets that reach `hold`{histories}",
            )
        ),
        *with_limits(
            Column(f"{prefix}cost", Kind.NUMBER, "USD billion", f"present value{histories}")
        ),
    )


_MEASURED = tuple(column.name for column in _measured())
TABLES: Mapping[str, TableSchema] = {
    "guarantees": TableSchema(
        (
            Column(
                "role", Kind.TEXT, "-", f"{ON_AVERAGE!r}, {IN_NINE_OF_TEN!r} or {ON_FRONTIER!r}"
            ),
            Column("status", Kind.TEXT, "-", "whether an answer reaches the target"),
            *_measured(),
            *_measured(", on fresh histories"),
        ),
        has_keys=True,
    ),
    "points": TableSchema(
        (
            *_measured(),
            Column("nine_of_ten", Kind.NUMBER, "share", "durability that 90 % of sets reach"),
            Column("price", Kind.NUMBER, "USD billion", "cost, and a little for all that it gives"),
        ),
        has_keys=True,
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `requirement`."""


def require(
    scenario: Scenario, hold: float, years: float, vary: Ranges, **options: Any
) -> pd.DataFrame:
    """The cheapest guarantees under which enough ceasefires hold, and the frontier.

    Parameters
    ----------
    scenario
        What does not vary; every point is simulated as its sampling says.
    hold
        Target share of ceasefires still holding, above 0 and below 1.
    years
        Target duration in whole years.
    vary
        Lower and upper limits of provisions by dotted key, in units of the scenario.
    **options
        Those of `find_cheapest`.

    Returns
    -------
    DataFrame
        The table `guarantees` of `TABLES`: a row a guarantee, a column a provision, and its
        durability, the share of parameter sets that reach `hold`, and its cost, each with 95 %
        limits, on the histories of the search and on fresh ones.

    Raises
    ------
    ScenarioError
        With every problem of the arguments.

    Examples
    --------
    >>> nato = sim.load("nato")
    >>> sim.require(nato, 0.8, 10, {"regime.deployment.brigades": (0, 25)})  # doctest: +SKIP
    # skipped: it simulates more than a hundred guarantees

    """
    return find_cheapest(scenario, hold, years, vary, **options).table


def find_cheapest(
    scenario: Scenario,
    hold: float,
    years: float,
    vary: Ranges,
    *,
    cost: str = "cost.peace",
    samples: int = SAMPLES,
    executor: Executor | None = None,
    progress: Progress | None = None,
    out: Path | None = None,
) -> Finding:
    """The finding of kind `requirement`, with the tables of `TABLES`; see `require`.

    Parameters
    ----------
    scenario, hold, years, vary
        As of `require`.
    cost
        The cost to minimise, a measure by name, counted up to `years` in USD billion.
    samples
        Points of the first sample.
    executor
        Where points are simulated; by default here, one after another.
    progress
        Called with the points done so far and those of all.
    out
        Where simulated points are kept, and read if they were simulated before.

    """
    check_requirement(scenario, hold, years, vary, cost, samples)
    question = _Question(
        replaced(scenario, {"sampling.horizon_years": int(years)}), hold, years, vary, cost
    )
    seed = scenario.sampling.seed
    points = search(
        partial(_simulate, question, question.scenario, out),
        len(vary),
        hold,
        samples,
        seed,
        executor,
        progress,
    )
    simulated = pd.DataFrame([question.values(place) for place in points.places]).join(points.table)
    chosen = pd.concat(
        [
            *(answer(simulated, role, hold) for role in MEASURE_OF_ANSWER),
            frontier(simulated).assign(role=ON_FRONTIER, status=""),
        ],
        ignore_index=True,
    )
    fresh = replaced(question.scenario, {"sampling.seed": stream_seed(seed, "fresh histories")})
    again = Points(partial(_simulate, question, fresh, out), executor, progress, len(chosen))
    again.add(_places(chosen, vary))
    settings = {
        "hold": hold,
        "years": years,
        "vary": {key: list(limits) for key, limits in vary.items()},
        "cost": cost,
        "samples": samples,
        "scenario": {"name": scenario.name, **question.scenario.determinants()},
    }
    tables = {"guarantees": _guarantees(chosen, again.table, list(vary)), "points": simulated}
    return Finding("requirement", settings, tables | label_table([scenario]))


@dataclass(frozen=True)
class _Question:
    """What every point is judged by."""

    scenario: Scenario
    hold: float
    years: float
    vary: Ranges
    cost: str

    def values(self, place: Floats) -> dict[str, float]:
        """The provisions at a place of the unit cube."""
        return {
            key: float(low + (high - low) * share)
            for (key, (low, high)), share in zip(self.vary.items(), place, strict=True)
        }


def _simulate(
    question: _Question, sampled: Scenario, out: Path | None, place: Floats
) -> dict[str, float]:
    """A guarantee on all histories: durability, in which share of parameter sets it is enough, what
    nine of ten of them reach, and cost.

    What is kept of a history is whether it holds and what it costs, so that another `hold` is
    answered from the same points.
    """
    scenario = replaced(sampled, question.values(place))
    measures = [survival(question.years), named(question.cost, scenario.sampling.horizon_years)]
    what = {
        "scenario": scenario.determinants(),
        "measures": [measure.key for measure in measures],
    }
    holds, paid = (
        counted_as(measure, numbers)
        for measure, numbers in zip(
            measures,
            count_histories(
                scenario,
                lambda worlds: np.stack([measure.numbers(worlds) for measure in measures]),
                what,
                out=out,
            ),
            strict=True,
        )
    )
    worlds = parameter_sets(scenario)
    held, cost = estimates([holds, paid], worlds)
    sure = share_where(lambda shares: shares >= question.hold, holds, worlds)
    return {
        "estimate": held.value,
        "low": held.low,
        "high": held.high,
        "sure": sure.value,
        "sure_low": sure.low,
        "sure_high": sure.high,
        "cost": cost.value,
        "cost_low": cost.low,
        "cost_high": cost.high,
        "nine_of_ten": float(np.quantile(by_design(holds, worlds), 1 - SURE_SHARE)),
    }


def _guarantees(chosen: pd.DataFrame, fresh: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The answers, and the frontier as far as fresh histories confirm it."""
    names = ["role", "status", *keys, *_MEASURED, *(f"fresh_{name}" for name in _MEASURED)]
    both = chosen.join(fresh.add_prefix("fresh_"))[names]
    along = both["role"] == ON_FRONTIER
    return pd.concat([both[~along], confirmed(both[along])], ignore_index=True)


def _places(chosen: pd.DataFrame, vary: Ranges) -> Floats:
    return np.column_stack(
        [(chosen[key] - low) / (high - low) for key, (low, high) in vary.items()]
    )
