"""What candidates do: histories simulated under the scenario of each class of the record, counted
by when they ended.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.chance import stream_seed
from sim.ensemble.points import Points
from sim.errors import ScenarioError
from sim.game.endings import Cause
from sim.record.class_scenarios import CLASS_SCENARIOS
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.study.calibration.prior import candidates, pairs
from sim.uncertainty import Distribution, Floats

EDGES = np.array([0, 0.25, 0.5, 1, 2, 3, 5, 7, 10, 14, 20.0])
"""Years between which ends are counted; what holds longer counts as held."""
_TOGETHER = 16_384
"""Histories that are simulated together: Python's share of the time is then small."""
Progress = Callable[[int, int], None]
Lifetimes = NDArray[np.float64]
"""Years held (candidate, class, history), infinite where a ceasefire held to the last edge."""


@dataclass(frozen=True)
class OfCandidates(Distribution):
    """What candidates that are simulated together say of one number.

    Each for an equal share of the histories, one after another.
    """

    kind: ClassVar[str] = "of_candidates"
    values: tuple[Distribution | float, ...]

    def _inverse(self, u: Floats) -> Floats:
        """The values at the probabilities `u` (candidate × history,)."""
        return np.concatenate(
            [
                value.quantile(share)
                if isinstance(value, Distribution)
                else np.full(len(share), value)
                for value, share in zip(self.values, np.split(u, len(self.values)), strict=True)
            ]
        )

    @cached_property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest value of any."""
        ends = [
            value.support if isinstance(value, Distribution) else (value, value)
            for value in self.values
        ]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def as_data(self) -> dict[str, Any]:
        """What each candidate says, in their order."""
        return {
            self.kind: [
                value.as_data() if isinstance(value, Distribution) else float(value)
                for value in self.values
            ]
        }

    def validation_error(self) -> str | None:
        """Each has been checked."""
        return None


@dataclass(frozen=True)
class Histories:
    """Candidates by their normal `scores` (candidate, part), and the lifetimes (candidate, class,
    history) of their histories.
    """

    scores: Floats
    classes: tuple[str, ...]
    lifetimes: Lifetimes

    def select(self, candidates: NDArray[np.intp]) -> "Histories":
        """Those of some candidates; one that is named twice counts twice."""
        return Histories(self.scores[candidates], self.classes, self.lifetimes[candidates])

    def ends(self) -> NDArray[np.int64]:
        """Histories by the interval in which they ended (candidate, class, interval), the last
        being those that held.
        """
        interval = np.searchsorted(EDGES, self.lifetimes, side="left") - 1
        return np.stack(
            [(interval == number).sum(axis=-1) for number in range(len(EDGES))], axis=-1
        )


def representing(scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
    """The scenarios by the class that each represents.

    Raises ScenarioError where one is missing.
    """
    by_name = {scenario.name: scenario for scenario in scenarios}
    if missing := [entry.scenario for entry in CLASS_SCENARIOS if entry.scenario not in by_name]:
        raise ScenarioError(
            [
                (
                    "a calibration needs the scenarios that represent the classes of the record; "
                    f"missing: {', '.join(missing)}"
                )
            ]
        )
    return {entry.guarantee_class: by_name[entry.scenario] for entry in CLASS_SCENARIOS}


def simulate_candidates(
    scenarios: Mapping[str, Scenario],
    scores: Floats,
    histories: int,
    seed: int,
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    stream: str = "candidates",
    out: Path | None = None,
) -> Histories:
    """Simulate every candidate under the scenario of each class, many together.

    On an executor where there is one.

    A candidate has histories of its own, which meet the same chances under all classes. Those that
    are simulated together have one seed, which `seed`, `stream` and the number of the batch give.
    With `out`, they are kept in the store of points there, batch by batch.
    """
    rows, many = candidates(scores).to_dict("records"), max(1, _TOGETHER // histories)
    batches = [rows[first : first + many] for first in range(0, len(rows), many)]
    compute, seeds = (
        partial(_lifetimes, dict(scenarios), histories),
        [stream_seed(seed, f"histories of {stream}", batch) for batch in range(len(batches))],
    )
    points = Points.in_folder(
        out,
        {
            "lifetimes": {name: scenario.determinants() for name, scenario in scenarios.items()},
            "histories": histories,
        },
    )
    which = [{"seed": own, "candidates": batch} for own, batch in zip(seeds, batches, strict=True)]
    kept = {
        number: point_read
        for number, point in enumerate(which)
        if (point_read := points.read(point, len(batches[number]), len(scenarios), histories))
        is not None
    }
    missing = [number for number in range(len(batches)) if number not in kept]
    arguments = [seeds[number] for number in missing], [batches[number] for number in missing]
    done = sum(map(len, kept.values()))
    for number, batch in zip(
        missing,
        map(compute, *arguments) if executor is None else executor.map(compute, *arguments),
        strict=True,
    ):
        points.write(which[number], batch)
        kept[number] = batch
        done += len(batch)
        if progress:
            progress(done, len(rows))
    lifetimes = np.concatenate([kept[number] for number in range(len(batches))])
    return Histories(scores, tuple(scenarios), lifetimes)


def _lifetimes(
    scenarios: Mapping[str, Scenario],
    histories: int,
    seed: int,
    batch: Sequence[Mapping[str, float]],
) -> Lifetimes:
    """Years held (candidate, class, history): every history is another pair of adversaries."""
    sampling = {
        "sampling.designs": histories * len(batch),
        "sampling.replicates": 1,
        "sampling.seed": seed,
        "sampling.horizon_years": int(EDGES[-1]),
    }
    numbers = [pairs(candidate) for candidate in batch]
    values = {key: OfCandidates(tuple(own[key] for own in numbers)) for key in numbers[0]}
    runs = (_held(replaced(scenario, values | sampling)) for scenario in scenarios.values())
    return np.stack([years.reshape(len(batch), histories) for years in runs], axis=1)


def _held(scenario: Scenario) -> Floats:
    """Years held (history,), infinite where a ceasefire held to the horizon."""
    from sim.model.ceasefire import CeasefireModel  # noqa: PLC0415  findings are read without it

    model = CeasefireModel(scenario, scenario.sampling.worlds, collect=False)
    while model.running:
        model.step()
    held = np.where(model.cause == Cause.HELD.code, np.inf, model.years_held)
    model.close()
    return held


def draw_record(source: Histories, candidate: int, cases: pd.DataFrame) -> pd.DataFrame:
    """A synthetic record: to each case a history of one candidate under its class, followed as long
    as the case was or could have been.

    Each case has a history of its own, so that no two share a dyad. Raises ValueError for fewer
    histories than cases.
    """
    if len(cases) > source.lifetimes.shape[-1]:
        raise ValueError(
            f"{source.lifetimes.shape[-1]} histories are too few for {len(cases)} cases"
        )
    until = np.where(cases["ended"], cases["years"].max(), cases["years"])
    years = source.lifetimes[
        candidate,
        [source.classes.index(name) for name in cases["guarantee_class"]],
        np.arange(len(cases)),
    ]
    return cases.assign(years=np.minimum(years, until), ended=years <= until)
