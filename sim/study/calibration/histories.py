"""What candidates do: histories simulated under the scenario of each class of the record, counted by when they ended."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.ensemble.run import run
from sim.record.stands_for import STANDS
from sim.scenario.load import ScenarioError, replaced
from sim.scenario.schema import Scenario
from sim.study.calibration.prior import candidates, given
from sim.uncertainty import Floats

EDGES = np.array([0, 0.25, 0.5, 1, 2, 3, 5, 7, 10, 14, 20.0])
"""Years between which ends are counted; what holds longer counts as held."""
Progress = Callable[[int, int], None]
Lifetimes = NDArray[np.float64]
"""Years held (candidate, class, history), infinite where a ceasefire held to the last edge."""


@dataclass(frozen=True)
class Histories:
    """Candidates by their normal `scores` (candidate, part), and the lifetimes (candidate, class, history) of their histories."""

    scores: Floats
    classes: tuple[str, ...]
    lifetimes: Lifetimes

    def of(self, candidates: NDArray[np.intp]) -> "Histories":
        """Those of some candidates, one that is named twice counting twice."""
        return Histories(self.scores[candidates], self.classes, self.lifetimes[candidates])

    def ends(self) -> NDArray[np.int64]:
        """Histories by the interval in which they ended (candidate, class, interval), the last being those that held."""
        interval = np.searchsorted(EDGES, self.lifetimes, side="left") - 1
        return np.stack([(interval == number).sum(axis=-1) for number in range(len(EDGES))], axis=-1)


def standing_for(scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
    """The scenarios by the class for which each stands. Raises ScenarioError where one is missing."""
    by_name = {scenario.name: scenario for scenario in scenarios}
    if missing := [stand.scenario for stand in STANDS if stand.scenario not in by_name]:
        raise ScenarioError([f"a calibration needs the scenarios that stand for the classes of the record; missing: {', '.join(missing)}"])
    return {stand.guarantee_class: by_name[stand.scenario] for stand in STANDS}


def simulate(scenarios: Mapping[str, Scenario], scores: Floats, histories: int, seeds: Sequence[int], executor: Executor | None = None,
             progress: Progress | None = None) -> Histories:
    """Simulate every candidate under the scenario of each class; on an executor where there is one.

    All classes meet the same histories, and candidates meet those of the `seeds` in turn: with one seed all meet the same, whose
    chance is then in every candidate; with as many as there are candidates each meets its own.
    """
    rows = candidates(scores).to_dict("records")
    compute, seeds = partial(_lifetimes, dict(scenarios), histories), [seeds[number % len(seeds)] for number in range(len(rows))]
    found = []
    for each in map(compute, seeds, rows) if executor is None else executor.map(compute, seeds, rows):
        found.append(each)
        if progress:
            progress(len(found), len(rows))
    return Histories(scores, tuple(scenarios), np.stack(found))


def _lifetimes(scenarios: Mapping[str, Scenario], histories: int, seed: int, candidate: Mapping[str, float]) -> Lifetimes:
    """Years held (class, history): every history is another dyad."""
    sampling = {"sampling.designs": histories, "sampling.replicates": 1, "sampling.seed": seed, "sampling.horizon_years": int(EDGES[-1])}
    runs = (run(replaced(scenario, given(candidate) | sampling), out=None).worlds for scenario in scenarios.values())
    return np.stack([np.where(worlds["held"], np.inf, worlds["years"]) for worlds in runs])


def drawn(source: Histories, candidate: int, cases: pd.DataFrame) -> pd.DataFrame:
    """A synthetic record: to each case a history of one candidate under its class, followed as long as the case was or could have been.

    Each case has a history of its own, so that no two share a dyad. Raises ValueError for fewer histories than cases.
    """
    if len(cases) > source.lifetimes.shape[-1]:
        raise ValueError(f"{source.lifetimes.shape[-1]} histories are too few for {len(cases)} cases")
    until = np.where(cases["ended"], cases["years"].max(), cases["years"])
    years = source.lifetimes[candidate, [source.classes.index(name) for name in cases["guarantee_class"]], np.arange(len(cases))]
    return cases.assign(years=np.minimum(years, until), ended=years <= until)
