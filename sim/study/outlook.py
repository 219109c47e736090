"""The outlook after what has happened: how long the ceasefire holds from today, what has been
learned since the signature, what each event moved, and what to watch.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.durability import survival
from sim.analysis.estimate_table import columns_of, estimate_of
from sim.analysis.signing import plain
from sim.analysis.weighted import Weighted, moved
from sim.ensemble.conditioned import (
    STATES,
    Conditioned,
    Progress,
    effective,
    simulate_conditioned,
)
from sim.ensemble.run import run
from sim.ensemble.store import Run
from sim.errors import RunError, ScenarioError
from sim.levels import EVEN, SPREAD
from sim.model.watch import KINDS
from sim.scenario.course import Course, step_of
from sim.scenario.course_check import check
from sim.scenario.schema import ONLY_SIGNATURES, Scenario, described
from sim.study.columns import LABEL_TABLE, Column, Kind, TableSchema, estimate_with_limits
from sim.study.finding import LABELS, Finding, label_table
from sim.uncertainty import Floats

YEARS = (1, 2, 5, 10)
"""Years from today for which durability is reported, as far as the horizon reaches."""
AHEAD = 5
"""Years of durability by which events are compared."""
WATCHED = 1.0
"""Years in which an event is to be watched for."""
FEWEST = 200
"""Effective histories below which no outlook is given: the error of a share would pass 7 points."""
_FEWEST_OF_EVENT = 30
"""Effective histories below which the outlook after an event is left open."""
_PARAMETERS = 4
"""Parameters of which most has been learned that are listed."""
QUIET = "no incident and no probe"
NOW, SIGNATURE = "now", "at signature"
_EVENT_NAMES = {
    "renewal": "renewal of the force",
    "funds": "American funds",
    "promise_renewed": "renewal of the promise",
    "election": "American election",
    "leader": "new leader in Russia",
    "voided": "promise voided",
    "entry_into_force": "entry into force",
}
"""Kinds of events in a few words, where they are more than one."""
_STATE_NAMES = {
    "europe_resolute": "Europe is resolute",
    "united_states_resolute": "the United States is resolute",
    "value_of_prevailing": "what prevailing is worth to Russia (V)",
    "insecurity": "insecurity of Russia (κ)",
}


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

    `signature` is the run of the scenario, which is simulated unless it is given.
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
    today = Conditioned(scenario, course, max(YEARS), WATCHED)
    stages = _stages(scenario, course)
    tasks = [today, Conditioned(scenario, Course(), 0.0), *(stage.task for stage in stages)]
    frames = simulate_conditioned(tasks, executor, progress)
    now, before, *others = [_History(frame, free) for frame in frames]
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
            "survival": TABLES["survival"].table(_survival_rows(free, now, until)),
            "learned": TABLES["learned"].table(_learned_rows(scenario, before, now)),
            "events": TABLES["events"].table(_event_rows(course, stages, others)),
            "path": TABLES["path"].table(_path_rows(free, stages, others, now, until)),
            "watch": TABLES["watch"].table(_watch_rows(now, until)),
        }
        | label_table([scenario]),
    )


class _History:
    """Histories under a course, with their weights."""

    def __init__(self, frame: pd.DataFrame, free: Run) -> None:
        """Weights are relative to the highest; nothing is known where all weigh nothing."""
        highest = frame["log_weight"].max()
        self.frame = frame
        self.weights = (
            np.exp(frame["log_weight"].to_numpy() - highest)
            if np.isfinite(highest)
            else np.zeros(len(frame))
        )
        self.weighted = Weighted(free.worlds, frame["world"].to_numpy(np.intp), self.weights)

    def holds(self, years: float) -> Floats:
        """Whether it holds longer than so many years since the signature."""
        return np.asarray(self.frame["years"] > years + _TOLERANCE, dtype=np.float64)


_TOLERANCE = 1e-9


@dataclass(frozen=True)
class _Stage:
    """What was known when one of the events had just happened, or just before it."""

    event: int
    before: bool
    task: Conditioned


def _stages(scenario: Scenario, course: Course) -> list[_Stage]:
    """Before and after each event: what was observed until then, followed for AHEAD years."""
    steps = scenario.sampling.steps_per_year
    stages = []
    for number, event in enumerate(course.events):
        step = step_of(event.at, steps)
        shared = number and step_of(course.events[number - 1].at, steps) == step
        if not shared:
            earlier = course.first(number, (step - 1) / steps)
            task = Conditioned(scenario, earlier, AHEAD + 1 / steps)
            stages.append(_Stage(number, before=True, task=task))
        known = course.first(number + 1, step / steps)
        stages.append(_Stage(number, before=False, task=Conditioned(scenario, known, AHEAD)))
    return stages


def _check_effective(now: _History, scenario: Scenario) -> None:
    count, worlds = now.weighted.effective, scenario.sampling.worlds
    if count >= FEWEST:
        return
    if count == 0:
        raise RunError(
            f"{scenario.name}: none of {worlds:,} histories could have taken this course; simulate "
            "more parameter sets (--designs), or look whether the scenario allows each event"
        )
    enough = int(np.ceil(1.5 * FEWEST / count * scenario.sampling.designs / 100) * 100)
    raise RunError(
        f"{scenario.name}: of {worlds:,} histories only {count:.0f} effective ones could have "
        f"taken this course, and {FEWEST} are needed; simulate more (--designs {enough}), or "
        "shorten the course"
    )


def _survival_rows(free: Run, now: _History, until: float) -> Iterator[dict[str, Any]]:
    horizon = free.horizon_years
    for year in YEARS:
        if until + year <= horizon:
            holds = now.weighted.share(now.holds(until + year))
            yield {"since": NOW, "years": year} | columns_of(holds)
    at = [year for year in YEARS if year <= horizon]
    for row in survival(free, at).to_dict("records"):
        yield {"since": SIGNATURE, **row}


def _learned_rows(scenario: Scenario, before: _History, now: _History) -> Iterator[dict[str, Any]]:
    """Types as shares with their errors, numbers as their medians and the range of nine tenths."""
    for name in STATES[:2]:
        row: dict[str, Any] = {"name": name, "unit": "share"}
        for when, histories in (("before", before), ("now", now)):
            known = histories.weighted.share(histories.frame[name].to_numpy(np.float64))
            row |= {when: known.value, f"{when}_low": known.low, f"{when}_high": known.high}
        yield row
    for name in (*STATES[2:], *_most_learned(scenario, before, now)):
        unit = "utility" if name in STATES else described(name)[1]
        row = {"name": name, "unit": unit}
        for when, histories in (("before", before), ("now", now)):
            low, middle, high = histories.weighted.quantiles(
                histories.frame[name].to_numpy(np.float64), (SPREAD[0], EVEN, SPREAD[1])
            )
            row |= {when: middle, f"{when}_low": low, f"{when}_high": high}
        yield row


def _most_learned(scenario: Scenario, before: _History, now: _History) -> list[str]:
    """The parameters whose mean moved most, in standard deviations, and by more than chance."""
    moves = {}
    for name in scenario.uncertain():
        if name.startswith((*ONLY_SIGNATURES, *(f"russia.{state}" for state in STATES))):
            continue
        values = before.frame[name].to_numpy(np.float64)
        deviation = float(values.std())
        own = now.frame[name].to_numpy(np.float64)
        if deviation > 0:
            moves[name] = abs(now.weighted.mean(own) - float(values.mean())) / deviation
    by_chance = 2 / np.sqrt(now.weighted.effective)
    ranked = sorted(moves, key=lambda name: -moves[name])[:_PARAMETERS]
    return [name for name in ranked if moves[name] > by_chance]


def _event_rows(
    course: Course, stages: Sequence[_Stage], others: Sequence[_History]
) -> Iterator[dict[str, Any]]:
    """What each event moved of the chance to hold AHEAD years from it, in their order."""
    earlier: _History | None = None
    for stage, histories in zip(stages, others, strict=True):
        if not stage.before and earlier is not None:
            event = course.events[stage.event]
            end = stage.task.until / stage.task.scenario.sampling.steps_per_year + AHEAD
            end = min(end, stage.task.scenario.sampling.horizon_years)
            holds = earlier.holds(end), histories.holds(end)
            change = moved(earlier.weighted, holds[0], histories.weighted, holds[1])
            yield {
                "at": event.at,
                "what": words(event.what, event.details),
                "moved": change.value,
                "moved_low": change.low,
                "moved_high": change.high,
            }
        earlier = histories


def _path_rows(
    free: Run,
    stages: Sequence[_Stage],
    others: Sequence[_History],
    now: _History,
    until: float,
) -> Iterator[dict[str, Any]]:
    """The chance to hold AHEAD years more, as it was seen at each moment."""
    at_signature = survival(free, [min(AHEAD, free.horizon_years)]).iloc[0]
    yield {"years": 0.0, "event": 0} | columns_of(estimate_of(at_signature))
    for stage, histories in zip(stages, others, strict=True):
        steps = stage.task.scenario.sampling.steps_per_year
        end = (stage.task.until + stage.before) / steps + AHEAD
        held = histories.weighted.share(histories.holds(min(end, free.horizon_years)))
        event = 0 if stage.before else stage.event + 1
        yield {"years": stage.task.until / steps, "event": event} | columns_of(held)
    end = min(until + AHEAD, free.horizon_years)
    yield {"years": until, "event": 0} | columns_of(now.weighted.share(now.holds(end)))


def _watch_rows(now: _History, until: float) -> Iterator[dict[str, Any]]:
    """What may be seen in the next year, with what chance, and what the outlook then is."""
    holds = now.holds(until + AHEAD)
    kinds = {kind: now.frame[kind].to_numpy(np.float64) for kind in KINDS}
    peace = now.holds(until + WATCHED)
    kinds[QUIET] = peace * (kinds["incident"] + kinds["probe"] == 0)
    for kind, seen in kinds.items():
        if not (now.weights * seen).any():
            continue
        chance = now.weighted.share(seen)
        row = {"what": kind, "chance": chance.value}
        row |= {"chance_low": chance.low, "chance_high": chance.high}
        for name, among in (("outlook", seen), ("otherwise", 1 - seen)):
            known = effective(now.weights * among) >= _FEWEST_OF_EVENT
            after = now.weighted.share(holds, among) if known else None
            row |= {
                name: after.value if after else np.nan,
                f"{name}_low": after.low if after else np.nan,
                f"{name}_high": after.high if after else np.nan,
            }
        yield row


def words(what: str, details: Any) -> str:
    """An event in a few words."""
    said = {
        True: {"retaliated": "answered by Ukraine", "passed": "passed"},
        False: {"retaliated": "not answered by Ukraine", "passed": "failed"},
    }
    parts = [
        said[value][name]
        if isinstance(value, bool)
        else f"met {value}ly"
        if name == "answer"
        else f"{value}"
        for name, value in details.items()
        if name != "of"
    ]
    return ", ".join([_EVENT_NAMES.get(what, what), *parts])


def name_of(learned: str) -> str:
    """The words for what has been learned about."""
    return _STATE_NAMES.get(learned) or f"{described(learned)[0]} ({learned})"


def compared(survival: pd.DataFrame) -> float:
    """The year in which the outlook now and that at the signature are compared."""
    known = survival[survival["since"] == NOW]["years"]
    return float(max(year for year in known if year <= AHEAD))


def document(finding: Finding) -> dict[str, Any]:
    """What `ceasefire outlook --json` prints."""
    tables = finding.tables

    def estimated(row: Any, name: str) -> dict[str, float | None]:
        return {
            key: None if np.isnan(row[column]) else float(row[column])
            for key, column in (
                ("estimate", name),
                ("low", f"{name}_low"),
                ("high", f"{name}_high"),
            )
        }

    def by_year(since: str) -> dict[str, Any]:
        rows = tables["survival"]
        return {
            f"{row['years']:g}": plain(estimate_of(row))
            for row in rows[rows["since"] == since].to_dict("records")
        }

    return {
        "scenario": finding.asked["scenario"],
        "until": finding.asked["until"],
        "survival": by_year(NOW),
        "at_signature": by_year(SIGNATURE),
        "effective_histories": finding.asked["effective_histories"],
        "learned": [
            {
                "name": row["name"],
                "unit": row["unit"],
                "before": estimated(row, "before"),
                "now": estimated(row, "now"),
            }
            for row in tables["learned"].to_dict("records")
        ],
        "events": [
            {"at": row["at"], "what": row["what"], "moved": estimated(row, "moved")}
            for row in tables["events"].to_dict("records")
        ],
        "watch": [
            {
                "what": row["what"],
                "chance": estimated(row, "chance"),
                "outlook": estimated(row, "outlook"),
                "otherwise": estimated(row, "otherwise"),
            }
            for row in tables["watch"].to_dict("records")
        ],
    }


def _limited(name: str, unit: str, meaning: str, low: str, high: str) -> tuple[Column, ...]:
    return (
        Column(name, Kind.NUMBER, unit, meaning),
        Column(f"{name}_low", Kind.NUMBER, unit, low),
        Column(f"{name}_high", Kind.NUMBER, unit, high),
    )


_CONFIDENCE = ("lower 95 % confidence limit", "upper 95 % confidence limit")
_QUANTILES = (
    "quantile of 5 %, of a share its lower 95 % confidence limit",
    "quantile of 95 %, of a share its upper 95 % confidence limit",
)
_SPREAD = (
    Column("spread_low", Kind.NUMBER, "share", "lower limit of 90 % of parameter sets"),
    Column("spread_high", Kind.NUMBER, "share", "upper limit of 90 % of parameter sets"),
)
TABLES = {
    "survival": TableSchema(
        (
            Column("since", Kind.TEXT, "-", f"{NOW!r} or {SIGNATURE!r}: from when years count"),
            Column("years", Kind.NUMBER, "years", "from then"),
            *estimate_with_limits("share", "histories that hold so long"),
            *_SPREAD,
        )
    ),
    "learned": TableSchema(
        (
            Column("name", Kind.TEXT, "-", "what has been learned about"),
            Column("unit", Kind.TEXT, "-", "its unit; a share is of types"),
            *_limited("before", "own", "median at the signature, or share", *_QUANTILES),
            *_limited("now", "own", "the same today", *_QUANTILES),
        )
    ),
    "events": TableSchema(
        (
            Column("at", Kind.NUMBER, "years", "since the signature"),
            Column("what", Kind.TEXT, "-", "the event"),
            *_limited(
                *("moved", "share", f"change of the chance to hold {AHEAD} years from then"),
                *_CONFIDENCE,
            ),
        )
    ),
    "path": TableSchema(
        (
            Column("years", Kind.NUMBER, "years", "since the signature"),
            Column("event", Kind.COUNT, "-", "which event had just happened, from 1; 0 for none"),
            *estimate_with_limits("share", f"chance to hold {AHEAD} more years, as seen then"),
            *_SPREAD,
        )
    ),
    "watch": TableSchema(
        (
            Column("what", Kind.TEXT, "-", "what may be seen in the next year"),
            *_limited("chance", "share", "its chance", *_CONFIDENCE),
            *_limited(
                *("outlook", "share", f"chance to hold {AHEAD} years from today if it is seen"),
                *_CONFIDENCE,
            ),
            *_limited("otherwise", "share", "the same if it is not seen", *_CONFIDENCE),
        )
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `outlook`."""
