"""The rows of an outlook, from histories that carry weights: durability, what has been learned,
what each event moved, and what to watch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.durability import survival
from sim.analysis.estimate_table import columns_of, estimate_of
from sim.analysis.weighted import Weighted, moved
from sim.ensemble.conditioned import STATES, Conditioned, effective
from sim.ensemble.store import Run
from sim.levels import EVEN, SPREAD
from sim.model.watch import KINDS
from sim.scenario.course import Course
from sim.scenario.schema import ONLY_SIGNATURES, Scenario, described
from sim.study.outlook_finding import AHEAD, NOW, QUIET, SIGNATURE, words
from sim.uncertainty import Floats

YEARS = (1, 2, 5, 10)
"""Years from today for which durability is reported, as far as the horizon reaches."""
WATCHED_YEARS = 1.0
"""Years in which an event is to be watched for."""
_MIN_HISTORIES_OF_EVENT = 30
"""Effective histories below which the outlook after an event is left open."""
_PARAMETERS = 4
"""Parameters of which most has been learned that are listed."""
_TOLERANCE = 1e-9


class History:
    """Histories under a course, with their weights."""

    def __init__(self, frame: pd.DataFrame, free: Run) -> None:
        """Weights are relative to the highest; nothing is known where all weigh nothing."""
        highest = frame["log_weight"].max()
        self.frame, self._worlds = frame, free.worlds
        self.weights = (
            np.exp(frame["log_weight"].to_numpy() - highest)
            if np.isfinite(highest)
            else np.zeros(len(frame))
        )
        self.weighted = Weighted(free.worlds, frame["world"].to_numpy(np.intp), self.weights)

    def drawn(self, name: str) -> Floats:
        """The parameter that was drawn for each, by dotted key."""
        return np.asarray(self._worlds[name], dtype=np.float64)[self.weighted.origin]

    def holds(self, years: float) -> Floats:
        """Whether it holds longer than so many years since the signature."""
        return np.asarray(self.frame["years"] > years + _TOLERANCE, dtype=np.float64)


@dataclass(frozen=True)
class Stage:
    """What was known when one of the events had just happened, or just before it."""

    event: int
    before: bool
    task: Conditioned


def survival_rows(free: Run, now: History, until: float) -> Iterator[dict[str, Any]]:
    """Durability from today, then from the signature."""
    horizon = free.horizon_years
    for year in YEARS:
        if until + year <= horizon:
            holds = now.weighted.share(now.holds(until + year))
            yield {"since": NOW, "years": year} | columns_of(holds)
    at = [year for year in YEARS if year <= horizon]
    for row in survival(free, at).to_dict("records"):
        yield {"since": SIGNATURE, **row}


def learned_rows(scenario: Scenario, before: History, now: History) -> Iterator[dict[str, Any]]:
    """Types as shares with their errors, numbers as their medians and the range of nine tenths."""
    for name in STATES[:2]:
        row: dict[str, Any] = {"name": name, "unit": "share"}
        for when, histories in (("before", before), ("now", now)):
            known = histories.weighted.share(histories.frame[name].to_numpy())
            row |= {when: known.value, f"{when}_low": known.low, f"{when}_high": known.high}
        yield row
    for name in (*STATES[2:], *_most_learned(scenario, before, now)):
        is_state = name in STATES
        unit = "utility" if is_state else described(name)[1]
        row = {"name": name, "unit": unit}
        for when, histories in (("before", before), ("now", now)):
            low, middle, high = histories.weighted.quantiles(
                histories.frame[name].to_numpy() if is_state else histories.drawn(name),
                (SPREAD[0], EVEN, SPREAD[1]),
            )
            row |= {when: middle, f"{when}_low": low, f"{when}_high": high}
        yield row


def _most_learned(scenario: Scenario, before: History, now: History) -> list[str]:
    """The parameters whose mean moved most, in standard deviations, and by more than chance."""
    moves = {}
    for name in scenario.uncertain():
        if name.startswith((*ONLY_SIGNATURES, *(f"russia.{state}" for state in STATES))):
            continue
        values = before.drawn(name)
        deviation = float(values.std())
        own = now.drawn(name)
        if deviation > 0:
            moves[name] = abs(now.weighted.mean(own) - float(values.mean())) / deviation
    by_chance = 2 / np.sqrt(now.weighted.effective)
    ranked = sorted(moves, key=lambda name: -moves[name])[:_PARAMETERS]
    return [name for name in ranked if moves[name] > by_chance]


def event_rows(
    course: Course, stages: Sequence[Stage], others: Sequence[History]
) -> Iterator[dict[str, Any]]:
    """What each event moved of the chance to hold AHEAD years from it, in their order."""
    earlier: History | None = None
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


def path_rows(
    free: Run,
    stages: Sequence[Stage],
    others: Sequence[History],
    now: History,
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


def watch_rows(now: History, until: float) -> Iterator[dict[str, Any]]:
    """What may be seen in the next year, with what chance, and what the outlook then is."""
    holds = now.holds(until + AHEAD)
    kinds = {kind: now.frame[kind].to_numpy() for kind in KINDS}
    peace = now.holds(until + WATCHED_YEARS)
    kinds[QUIET] = peace * (kinds["incident"] + kinds["probe"] == 0)
    for kind, seen in kinds.items():
        if not (now.weights * seen).any():
            continue
        chance = now.weighted.share(seen)
        row = {"what": kind, "chance": chance.value}
        row |= {"chance_low": chance.low, "chance_high": chance.high}
        for name, among in (("outlook", seen), ("otherwise", 1 - seen)):
            known = effective(now.weights * among) >= _MIN_HISTORIES_OF_EVENT
            after = now.weighted.share(holds, among) if known else None
            row |= {
                name: after.value if after else np.nan,
                f"{name}_low": after.low if after else np.nan,
                f"{name}_high": after.high if after else np.nan,
            }
        yield row
