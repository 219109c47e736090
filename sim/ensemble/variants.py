"""One scenario under many settings, each meeting the same histories.

A model of a few thousand worlds spends most of its time in Python, whatever their number. So many
settings are simulated side by side in one model, in which each world number stands once for each
setting.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.ensemble.block import BLOCK, outcomes
from sim.ensemble.counted import Count
from sim.ensemble.gate import check_outcomes
from sim.ensemble.points import Points
from sim.ensemble.run import Progress, Worlds, block_of, spans
from sim.model.designs import designs
from sim.quantity import Worlds as Numbers
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution, Floats

Setting = Mapping[str, float | Distribution]
"""For each dotted key its value; all settings of a scenario have the same keys."""


@dataclass(frozen=True)
class _Batch:
    """Some settings, in some of the worlds of a scenario."""

    scenario: Scenario
    settings: Sequence[Setting]
    first: int
    last: int
    count: Count

    def simulate(self) -> Floats:
        """What is counted, (setting, number, world)."""
        from sim.model.ceasefire import CeasefireModel  # noqa: PLC0415  findings are read without it

        numbers = np.arange(self.first, self.last)
        several = len(self.settings)
        values = _values(self.scenario, self.settings, numbers)
        model = CeasefireModel(
            self.scenario, np.tile(numbers, several), settings=values, collect=False
        )
        while model.running:
            model.step()
        table = outcomes(model)
        model.close()
        check_outcomes(table, self.scenario.sampling.horizon_years)
        counted = self.count(table)
        return np.moveaxis(counted.reshape(len(counted), several, -1), 1, 0)


def simulate_variants(
    scenario: Scenario,
    settings: Sequence[Setting],
    count: Count,
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    out: Path | None = None,
    counted: str = "",
) -> Floats:
    """What is counted in all worlds of a scenario under each of the settings, (setting, number,
    world).

    With an `executor`, `count` must be a function that can be sent to a process. With `out`, what
    is `counted`, by this name, is kept in the store of points there, setting by setting, and read
    where it was counted before.
    """
    worlds = scenario.sampling.worlds
    points = Points.in_folder(out, {"scenario": scenario.determinants(), "counted": counted})
    pieces = spans(0, worlds, block_of(worlds))
    kept = {
        (number, span): values
        for number, setting in enumerate(settings)
        for span in pieces
        if (values := points.read(_which(setting, span), None, span[1] - span[0])) is not None
    }
    missing = [
        (span, [number for number in range(len(settings)) if (number, span) not in kept])
        for span in pieces
    ]
    batches = list(_batches(scenario, settings, count, missing))
    done = sum(last - first for _, (first, last) in kept)
    for (numbers, batch), result in zip(
        batches,
        map(_simulate, batches) if executor is None else executor.map(_simulate, batches),
        strict=True,
    ):
        span = (batch.first, batch.last)
        for number, values in zip(numbers, result, strict=True):
            points.write(_which(settings[number], span), values)
            kept[number, span] = values
        done += len(numbers) * (batch.last - batch.first)
        if progress:
            progress(done, len(settings) * worlds)
    return np.stack(
        [
            np.concatenate([kept[number, span] for span in pieces], axis=1)
            for number in range(len(settings))
        ]
    )


def _simulate(numbered: tuple[Sequence[int], _Batch]) -> Floats:
    return numbered[1].simulate()


def _batches(
    scenario: Scenario,
    settings: Sequence[Setting],
    count: Count,
    missing: Sequence[tuple[Worlds, Sequence[int]]],
) -> Iterator[tuple[Sequence[int], _Batch]]:
    """The missing settings, by their numbers, of each span of worlds, in batches of about one
    block.
    """
    together = max(1, BLOCK // scenario.sampling.worlds)
    for (first, last), numbers in missing:
        for start in range(0, len(numbers), together):
            batch = numbers[start : start + together]
            yield (
                batch,
                _Batch(scenario, [settings[number] for number in batch], first, last, count),
            )


def _which(setting: Setting, span: Worlds) -> dict[str, Any]:
    """A setting on some of the worlds, as plain data."""
    values = {
        key: value.as_data() if isinstance(value, Distribution) else value
        for key, value in setting.items()
    }
    return {"setting": values, "worlds": span}


def _values(scenario: Scenario, settings: Sequence[Setting], numbers: Numbers) -> dict[str, Floats]:
    """The values of every key (setting x world,), drawn as they are in a run of their own."""
    sampling = scenario.sampling
    which, place = np.unique(numbers // sampling.replicates, return_inverse=True)

    def drawn(key: str, value: float | Distribution) -> Floats:
        if isinstance(value, Distribution):
            return designs(sampling.seed, {key: value}, which, scenario.correlation)[key][place]
        return np.full(len(numbers), float(value))

    return {
        key: np.concatenate([drawn(key, setting[key]) for setting in settings])
        for key in settings[0]
    }
