"""Histories under a course: weighted by the chance with which each would have produced it, and
resampled where a few carry nearly all of the weight (Doucet & Johansen 2009). What has been
simulated is kept in the store of points, so that a study that was killed goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.chance import generator
from sim.ensemble.block import BLOCK
from sim.ensemble.points import Points
from sim.model.chance import Branch
from sim.model.watch import KINDS, Watch
from sim.quantity import Worlds
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

    @property
    def size(self) -> int:
        """How many histories there are."""
        return self.last - self.first

    @property
    def columns(self) -> tuple[str, ...]:
        """What is known of each history: the world it descends from, log_weight, years held, what
        it has at `until`, and what is seen after it, by kind.
        """
        return ("world", "log_weight", "years", *STATES, *(KINDS if self.watched else ()))

    @property
    def which(self) -> dict[str, Any]:
        """What tells it from others of its scenario, as plain data."""
        return {
            "course": self.course.document(),
            "years": self.years,
            "watched": self.watched,
            "worlds": (self.first, self.last),
        }

    def points(self, out: Path | None) -> Points:
        """Where histories of its scenario under courses are kept."""
        return Points.in_folder(
            out,
            {
                "scenario": self.scenario.determinants(),
                "counted": ("under a course", *self.columns, DEGENERATE),
            },
        )

    def simulate(self) -> Floats:
        """The `columns` of each history, (column, history)."""
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
        known: dict[str, Any] = {"world": origin, "log_weight": log_weight}
        known |= {"years": model.years_held} | states | seen
        model.close()
        return np.array([known[name] for name in self.columns], dtype=np.float64)

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
        model.close()
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
    out: Path | None = None,
) -> list[pd.DataFrame]:
    """The histories of all worlds, a row each in a frame for each that is `wanted`.

    With `out` they are kept in the store of points there, block by block, and read where they were
    simulated before.
    """
    blocks = [list(task.blocks()) for task in wanted]
    tasks = [block for several in blocks for block in several]
    kept = [task.points(out).read(task.which, len(task.columns), task.size) for task in tasks]
    missing = [task for task, numbers in zip(tasks, kept, strict=True) if numbers is None]
    total = sum(task.size for task in tasks)
    done = total - sum(task.size for task in missing)
    simulated = (map if executor is None else executor.map)(Conditioned.simulate, missing)
    results = []
    for task, known in zip(tasks, kept, strict=True):
        numbers = next(simulated) if known is None else known
        if known is None:
            task.points(out).write(task.which, numbers)
            done += task.size
            if progress:
                progress(done, total)
        results.append(numbers)
    remaining = iter(results)
    return [
        pd.DataFrame(
            np.concatenate([next(remaining) for _ in several], axis=1).T, columns=task.columns
        )
        for task, several in zip(wanted, blocks, strict=True)
    ]


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
