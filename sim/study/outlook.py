"""The outlook after what has happened: how long the ceasefire holds from today, what has been
learned since the signature, what each event moved, and what to watch.
"""

from concurrent.futures import Executor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.ensemble.conditioned import Conditioned, Progress, simulate_conditioned
from sim.ensemble.pool import pool
from sim.ensemble.run import run
from sim.ensemble.store import Run
from sim.errors import RunError, ScenarioError
from sim.scenario.course import Course, step_of
from sim.scenario.course_check import check
from sim.scenario.schema import Scenario
from sim.study.finding import Finding, label_table
from sim.study.outlook_finding import AHEAD, TABLES
from sim.study.outlook_rows import (
    WATCHED_YEARS,
    YEARS,
    History,
    Stage,
    event_rows,
    learned_rows,
    path_rows,
    survival_rows,
    watch_rows,
)

MIN_HISTORIES = 200
"""Effective histories below which no outlook is given: the error of a share would pass 7 points."""


def outlook(scenario: Scenario, course: Course, **options: Any) -> pd.DataFrame:
    """How long a ceasefire holds from today, given what has happened.

    Parameters
    ----------
    scenario
        What was signed.
    course
        What has happened since, up to its `until`, which is today.
    **options
        `workers` or an `executor`, `out` and `progress`, as of `sim.run`.

    Returns
    -------
    pandas.DataFrame
        Columns: since ("now" or "at signature"), years, estimate, low, high (95 % confidence),
        spread_low, spread_high (90 % of parameter sets).

    Raises
    ------
    ScenarioError
        For a course that the scenario cannot have.
    RunError
        If fewer than 200 effective histories could have produced the course.

    Examples
    --------
    >>> coalition = sim.load("scenarios/coalition.toml", {"sampling.designs": 60})
    >>> table = sim.outlook(coalition, sim.Course(until=1.0), out=None)
    >>> sorted(set(table["since"]))
    ['at signature', 'now']

    """
    return find_outlook(scenario, course, **options).table


def find_outlook(
    scenario: Scenario,
    course: Course,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    out: str | Path | None = "runs",
    progress: Progress | None = None,
    signature: Run | None = None,
) -> Finding:
    """The finding of kind `outlook`, with the tables of `TABLES`.

    `signature` is the run of the scenario, which is simulated unless it is given. With `out`, what
    was simulated is kept there as it comes: an outlook that was killed goes on.
    """
    check(course, scenario)
    steps = scenario.sampling.steps_per_year
    until = step_of(course.until, steps) / steps
    if until + 1 > scenario.sampling.horizon_years:
        raise ScenarioError(
            f"until {course.until:.4g} leaves no year to the horizon, "
            f"{scenario.sampling.horizon_years} years; raise sampling.horizon_years"
        )
    free = signature or run(scenario, workers=workers, executor=executor, out=out)
    today = Conditioned(scenario, course, max(YEARS), WATCHED_YEARS)
    stages = _stages(scenario, course)
    tasks = [today, Conditioned(scenario, Course(), 0.0), *(stage.task for stage in stages)]
    with pool(workers) if executor is None else nullcontext(executor) as processes:
        frames = simulate_conditioned(
            tasks, processes, progress, None if out is None else Path(out)
        )
    now, before, *others = [History(frame, free) for frame in frames]
    _check_effective(now, scenario)
    return Finding(
        "outlook",
        {
            "scenario": scenario.name,
            "run": free.manifest["hash"],
            "course": course.document(),
            "until": until,
            "effective_histories": round(now.weighted.effective, 1),
            "histories": scenario.sampling.worlds,
        },
        {
            "survival": TABLES["survival"].table(survival_rows(free, now, until)),
            "learned": TABLES["learned"].table(learned_rows(scenario, before, now)),
            "events": TABLES["events"].table(event_rows(course, stages, others)),
            "path": TABLES["path"].table(path_rows(free, stages, others, now, until)),
            "watch": TABLES["watch"].table(watch_rows(now, until)),
        }
        | label_table([scenario]),
    )


def _stages(scenario: Scenario, course: Course) -> list[Stage]:
    """Before and after each event: what was observed until then, followed for AHEAD years."""
    steps = scenario.sampling.steps_per_year
    stages = []
    for number, event in enumerate(course.events):
        step = step_of(event.at, steps)
        shared = number and step_of(course.events[number - 1].at, steps) == step
        if not shared:
            earlier = course.first(number, (step - 1) / steps)
            task = Conditioned(scenario, earlier, AHEAD + 1 / steps)
            stages.append(Stage(number, before=True, task=task))
        known = course.first(number + 1, step / steps)
        stages.append(Stage(number, before=False, task=Conditioned(scenario, known, AHEAD)))
    return stages


def _check_effective(now: History, scenario: Scenario) -> None:
    count, worlds = now.weighted.effective, scenario.sampling.worlds
    if count >= MIN_HISTORIES:
        return
    if count == 0:
        raise RunError(
            f"{scenario.name}: none of {worlds:,} histories could have taken this course; simulate "
            "more parameter sets, or look whether the scenario allows each event"
        )
    enough = int(np.ceil(1.5 * MIN_HISTORIES / count * scenario.sampling.designs / 100) * 100)
    raise RunError(
        f"{scenario.name}: of {worlds:,} histories only {count:.0f} effective ones could have "
        f"taken this course, and {MIN_HISTORIES} are needed; simulate {enough:,} "
        "parameter sets, or shorten the course"
    )
