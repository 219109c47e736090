"""One scenario under many settings, each meeting the same histories.

A model of a few thousand worlds spends most of its time in Python, whatever their number. So many
settings are simulated side by side in one model, in which each world number stands once for each
setting.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.ensemble.block import BLOCK, outcomes
from sim.ensemble.gate import check_outcomes
from sim.model.designs import designs
from sim.quantity import Worlds
from sim.scenario.columns import described, stored_kinds
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution, Floats

Setting = Mapping[str, float | Distribution]
"""For each dotted key its value; all settings of a scenario have the same keys."""
Count = Callable[[pd.DataFrame], Floats]
"""What is counted (number, world) in outcomes, one row a world."""
Progress = Callable[[int, int], None]


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
        vars(model).clear()  # as after every block: Mesa 3.3 holds on to every model for ever
        check_outcomes(table, self.scenario.sampling.horizon_years)
        counted = self.count(described(table.to_pandas(), stored_kinds(table.schema)))
        return np.moveaxis(counted.reshape(len(counted), several, -1), 1, 0)


def simulate_variants(
    scenario: Scenario,
    settings: Sequence[Setting],
    count: Count,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Floats:
    """What is counted in all worlds of a scenario under each of the settings, (setting, number,
    world).

    With an `executor`, `count` must be a function that can be sent to a process.
    """
    batches = list(_batches(scenario, settings, count))
    done, kept = 0, []
    for batch, result in zip(
        batches,
        map(_Batch.simulate, batches)
        if executor is None
        else executor.map(_Batch.simulate, batches),
        strict=True,
    ):
        kept.append(result)
        done += len(batch.settings) * (batch.last - batch.first)
        if progress:
            progress(done, len(settings) * scenario.sampling.worlds)
    pieces = -(-scenario.sampling.worlds // BLOCK)
    return np.concatenate(
        [
            np.concatenate(kept[start : start + pieces], axis=2)
            for start in range(0, len(kept), pieces)
        ]
    )


def _batches(scenario: Scenario, settings: Sequence[Setting], count: Count) -> Iterator[_Batch]:
    """All settings in all worlds, in batches of about one block."""
    worlds = scenario.sampling.worlds
    together = max(1, BLOCK // worlds)
    for start in range(0, len(settings), together):
        for first in range(0, worlds, BLOCK):
            last = min(first + BLOCK, worlds)
            yield _Batch(scenario, settings[start : start + together], first, last, count)


def _values(scenario: Scenario, settings: Sequence[Setting], numbers: Worlds) -> dict[str, Floats]:
    """The values of every key (setting x world,), drawn as they are in a run of their own."""
    sampling = scenario.sampling
    which, place = np.unique(numbers // sampling.replicates, return_inverse=True)

    def drawn(key: str, value: float | Distribution) -> Floats:
        if isinstance(value, Distribution):
            return designs(sampling.seed, {key: value}, which)[key][place]
        return np.full(len(numbers), float(value))

    return {
        key: np.concatenate([drawn(key, setting[key]) for setting in settings])
        for key in settings[0]
    }
