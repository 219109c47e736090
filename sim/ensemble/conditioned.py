"""Histories under a course: weighted by the chance with which each would have produced it, and
resampled where a few carry nearly all of the weight (Doucet & Johansen 2009).
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.chance import generator
from sim.ensemble.block import BLOCK
from sim.model.chance import Branch
from sim.model.watch import Watch
from sim.quantity import Worlds
from sim.scenario.columns import Kind, described
from sim.scenario.course import Course, step_of
from sim.scenario.schema import Scenario
from sim.uncertainty import Floats

if TYPE_CHECKING:
    from sim.model.ceasefire import CeasefireModel

DEGENERATE = 0.1
"""Effective share of the histories below which they are resampled: a judgement. What each of the
first histories is worth is added up over its descendants, so that resampling hides nothing.
"""
Progress = Callable[[int, int], None]
STATES = ("europe_resolute", "united_states_resolute", "value_of_prevailing", "insecurity")
"""What a history has at the last moment observed, beside its parameters."""


@dataclass(frozen=True)
class Conditioned:
    """Some worlds of a scenario under a course, followed for some years after its `until`."""

    scenario: Scenario
    course: Course
    years: float
    watched: float = 0.0  # years after `until` in which events are noted
    first: int = 0
    last: int = 0

    @property
    def until(self) -> int:
        """The last step observed."""
        return step_of(self.course.until, self.scenario.sampling.steps_per_year)

    def blocks(self) -> Iterator["Conditioned"]:
        """The same for all worlds of the scenario, in blocks."""
        worlds = self.scenario.sampling.worlds
        for first in range(0, worlds, BLOCK):
            yield Conditioned(
                self.scenario,
                self.course,
                self.years,
                self.watched,
                first,
                min(first + BLOCK, worlds),
            )

    def simulate(self) -> pd.DataFrame:
        """A row for each history: the world it descends from, its parameter set and parameters,
        log_weight, years held, what it has at `until`, and what is seen after it, by kind.
        """
        steps_per_year = self.scenario.sampling.steps_per_year
        model, origin = self._observed()
        states = {
            "europe_resolute": model.europe.resolute.copy(),
            "united_states_resolute": model.united_states.resolute.copy(),
            "value_of_prevailing": model.russia.value_of_prevailing.copy(),
            "insecurity": model.russia.insecurity.copy(),
        }
        log_weight = model.log_weight.copy()
        watch = Watch()
        watch.open(model)
        last = self.until + step_of(self.years, steps_per_year)
        while model.running and model.month < last:
            model.step()
        seen = watch.within(step_of(self.watched, steps_per_year)) if self.watched else {}
        columns = {
            "world": origin,
            "design": model.design,
            "log_weight": log_weight,
            "years": model.years_held,
        }
        frame = pd.DataFrame(columns | states | seen | model.draws)
        vars(model).clear()  # as after every block: Mesa 3.3 holds on to every model for ever
        return described(frame, dict.fromkeys(self.scenario.uncertain(), Kind.DRAWN))

    def _observed(self) -> "tuple[CeasefireModel, Worlds]":
        """A model at the last moment observed, and the world from which each history descends."""
        from sim.model.ceasefire import CeasefireModel  # noqa: PLC0415  findings are read without it

        own = np.arange(self.first, self.last)
        model = CeasefireModel(self.scenario, own, course=self.course, collect=False)
        origin, branches = own, list[Branch]()
        while model.month < self.until and model.running:
            model.step()
            if model.month == self.until or not _degenerate(model.log_weight):
                continue
            chosen = self._resampled(model.log_weight, model.month)
            weight = _log_mean(model.log_weight)
            origin = origin[chosen]
            branches = [Branch(branch.step, branch.worlds[chosen]) for branch in branches]
            branches.append(Branch(model.month, own))
            model = self._again(model, origin, branches)
            model.log_weight[:] = weight
        return model, origin

    def _again(
        self, model: "CeasefireModel", origin: Worlds, branches: Sequence[Branch]
    ) -> "CeasefireModel":
        """The histories that were chosen, from the signature to the same moment."""
        from sim.model.ceasefire import CeasefireModel  # noqa: PLC0415  findings are read without it

        again = CeasefireModel(
            self.scenario, origin, course=self.course, branches=branches, collect=False
        )
        while again.month < model.month:
            again.step()
        vars(model).clear()
        return again

    def _resampled(self, log_weight: Floats, step: int) -> Worlds:
        """Systematic resampling: which histories go on, each as often as its weight has it."""
        weights = np.exp(log_weight - log_weight.max())
        seed = self.scenario.sampling.seed
        start = generator(seed, "systematic resampling", step, self.first).random()
        places = (start + np.arange(len(weights))) / len(weights)
        return np.minimum(
            np.searchsorted(np.cumsum(weights) / weights.sum(), places), len(weights) - 1
        )


def simulate_conditioned(
    wanted: Sequence[Conditioned],
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[pd.DataFrame]:
    """The histories of all worlds, a frame for each that is `wanted`."""
    blocks = [list(task.blocks()) for task in wanted]
    tasks = [block for several in blocks for block in several]
    total, done, kept = sum(task.last - task.first for task in tasks), 0, []
    results = (
        map(Conditioned.simulate, tasks)
        if executor is None
        else executor.map(Conditioned.simulate, tasks)
    )
    for task, result in zip(tasks, results, strict=True):
        kept.append(result)
        done += task.last - task.first
        if progress:
            progress(done, total)
    remaining = iter(kept)
    frames = []
    for several in blocks:
        parts = [next(remaining) for _ in several]
        frame = pd.concat(parts, ignore_index=True)
        frame.attrs = parts[0].attrs
        frames.append(frame)
    return frames


def effective(weights: Floats) -> float:
    """(Σ w)² / Σ w²: how many histories of equal weight tell as much; 0 where all weigh nothing."""
    squares = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def _degenerate(log_weight: Floats) -> bool:
    highest = log_weight.max()
    if not np.isfinite(highest):
        return False
    return effective(np.exp(log_weight - highest)) < DEGENERATE * len(log_weight)


def _log_mean(log_weight: Floats) -> float:
    highest = log_weight.max()
    return float(highest + np.log(np.exp(log_weight - highest).mean()))
