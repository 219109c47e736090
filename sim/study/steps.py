"""Steps of a scenario's numbers, one at a time: how far each is moved, and from where to where."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.measures import Measure
from sim.ensemble.store import Run
from sim.model.designs import designs
from sim.quantity import Parameters
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.study.assumptions import is_provision, meaning
from sim.uncertainty import Draws, Floats

STEP = "halved or doubled, or moved by 0.1 where they are shares or probabilities"
"""The step of fixed numbers, each way and within their bounds."""
_FACTOR, _SHARE = 2.0, 0.1
SETS = 1000
"""Parameter sets of each run, or all of a smaller one: a judgement between error and time."""
_UNMOVED = ("calendar", "costs", "sampling")
"""Blocks that do not change how long a ceasefire holds, or whose numbers are no assumption."""


@dataclass(frozen=True)
class Move:
    """A fixed number before and after a step."""

    key: str
    now: float
    then: float


Simulate = Callable[[Scenario, Measure], Floats]
"""A measure in each history (history,) of a scenario."""
_MEMBERS = "europe.members."


@dataclass(frozen=True)
class Step:
    """A fixed number moved one step, that of all members of a coalition together: in the guarantee
    of this name, or in both if it is none.
    """

    guarantee: str
    moves: tuple[Move, ...]

    def is_in(self, name: str) -> bool:
        """Whether it changes the guarantee of this name."""
        return self.guarantee in ("", name)

    def row(self) -> dict[str, Any]:
        """What it is, as columns of a table; means of the members of a coalition."""
        first, words = self.moves[0], meaning(self.moves[0].key)
        together = len(self.moves) > 1
        return {
            "kind": "fixed",
            "guarantee": self.guarantee,
            "parameter": f"{_MEMBERS}*.{first.key.rpartition('.')[2]}" if together else first.key,
            "meaning": f"All European members: {words[0].partition(': ')[2]}"
            if together
            else words[0],
            "unit": words[1],
            "now": float(np.mean([move.now for move in self.moves])),
            "then": float(np.mean([move.then for move in self.moves])),
        }


def steps_to_level(gap: float, change: float) -> float:
    """How many steps make both level, in proportion to what one changes."""
    return gap / -change if change < 0 else math.inf


def changes_by_step(
    steps: Sequence[Step], measure: Measure, best: Run, rival: Run, simulate: Simulate
) -> dict[Step, Floats]:
    """What each step changes in the difference of both guarantees, in its parameter sets (set,)."""
    moved = [_one_step_a_set(run.scenario, steps) for run in (best, rival)]
    then = np.subtract(*(simulate(scenario, measure) for scenario in moved))
    now = measure.numbers(best.worlds) - measure.numbers(rival.worlds)
    sampling = moved[0].sampling
    by_set = (then - now[: len(then)]).reshape(-1, sampling.replicates).mean(axis=1)
    sets = np.arange(sampling.designs)
    drawn = {
        scenario.name: designs(sampling.seed, scenario.uncertain(), sets) for scenario in moved
    }
    took = {
        step: next(values for name, values in drawn.items() if step.is_in(name))[step.moves[0].key]
        == step.moves[0].then
        for step in steps
    }
    return {step: by_set[rows] for step, rows in took.items()}


def _one_step_a_set(scenario: Scenario, steps: Sequence[Step]) -> Scenario:
    """The scenario with one of the steps in each parameter set, each as often as any other."""
    rows: dict[str, list[float]] = {}
    for number, step in enumerate(steps):
        for move in step.moves if step.is_in(scenario.name) else ():
            rows.setdefault(move.key, [move.now] * len(steps))[number] = move.then
    chosen: Any = {key: Draws(tuple(values)) for key, values in rows.items()}
    fewer = replaced(scenario, {"sampling.designs": min(SETS, scenario.sampling.designs)})
    return fewer.drawn(chosen)


def steps_of(best: Scenario, rival: Scenario) -> list[Step]:
    """Every step of a fixed number: of provisions in either guarantee, of all else in both."""
    steps: list[Step] = []
    for scenario in (best, rival):
        provisions = {key: ends for key, ends in _ends_of(scenario) if is_provision(key)}
        steps += (Step(scenario.name, (move,)) for ends in provisions.values() for move in ends)
    known = dict(_ends_of(rival))
    together: dict[tuple[str, int], list[Move]] = {}
    for key, ends in _ends_of(best):
        if is_provision(key) or known.get(key) != ends:
            continue
        field = key.rpartition(".")[2] if key.startswith(_MEMBERS) else key
        for move in ends:
            together.setdefault((field, int(move.then > move.now)), []).append(move)
    return [*steps, *(Step("", tuple(moves)) for moves in together.values())]


def _ends_of(scenario: Scenario) -> Iterator[tuple[str, list[Move]]]:
    """Each fixed number that could be uncertain, moved a step down and up within its bounds."""
    for key, now, low, high in _numbers(scenario, ""):
        is_share = (low, high) == (0, 1)
        ends = [now - _SHARE, now + _SHARE] if is_share else [now / _FACTOR, now * _FACTOR]
        within = [min(max(end, low), high) for end in ends]
        yield key, [Move(key, now, then) for then in within if then != now]


def _numbers(block: Parameters, prefix: str) -> Iterator[tuple[str, float, float, float]]:
    """Every fixed number of a block that could be uncertain: dotted key, value and bounds."""
    for name, field in type(block).model_fields.items():
        value, key = getattr(block, name), prefix + name
        extra: Any = field.json_schema_extra
        match value:
            case _ if key in _UNMOVED:
                continue
            case Parameters():
                yield from _numbers(value, f"{key}.")
            case (Parameters(), *_):
                for entry in value:
                    yield from _numbers(entry, f"{key}.{getattr(entry, 'name', '')}.")
            case float() if field.annotation is not float:
                yield key, value, extra.get("minimum", -math.inf), extra.get("maximum", math.inf)
