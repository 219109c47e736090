"""A few numbers of each history of a scenario: simulated block by block as a run is, and read where
they were counted before.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.ensemble.block import Block
from sim.ensemble.points import Points
from sim.ensemble.run import Progress, block_of, compute_blocks, counted_progress, spans
from sim.model.designs import designs
from sim.scenario.columns import described, parameters
from sim.scenario.correlation import Correlation
from sim.scenario.sampling import Sampling
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution, Floats

Count = Callable[[pd.DataFrame], Floats]
"""What is counted (number, world) in outcomes, one row a world."""


def count_histories(
    scenario: Scenario,
    count: Count,
    what: Mapping[str, Any],
    *,
    out: Path | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Floats:
    """What is counted in all histories of a scenario (number, world).

    `what` names, as plain data, all that determines the numbers: what is counted, and the scenario.
    With `out` they are kept in the store of points there, block by block; all else is as of
    `sim.run`.
    """
    points = Points.in_folder(out, {"what": dict(what)})
    worlds = scenario.sampling.worlds
    blocks = spans(0, worlds, block_of(worlds))
    kept = {
        block: numbers
        for block in blocks
        if (numbers := points.read({"worlds": block}, None, block[1] - block[0])) is not None
    }

    def keep(block: Block) -> None:
        numbers = count(block.outcomes)
        span = (block.first, block.first + block.timeline.worlds)
        points.write({"worlds": span}, numbers)
        kept[span] = numbers

    done = sum(last - first for first, last in kept)
    compute_blocks(
        scenario,
        [block for block in blocks if block not in kept],
        keep,
        workers,
        executor,
        counted_progress(progress, worlds, done),
    )
    return np.concatenate([kept[block] for block in blocks], axis=1)


def parameter_sets(scenario: Scenario) -> pd.DataFrame:
    """The worlds and what is drawn for them, one row a world, without any being simulated.

    Columns: world, design, and the uncertain numbers by their dotted keys.
    """
    worlds = drawn_worlds(scenario.sampling, scenario.uncertain(), scenario.correlation)
    return described(worlds, {column.name: column.description for column in parameters(scenario)})


def drawn_worlds(
    sampling: Sampling,
    uncertain: Mapping[str, Distribution],
    correlations: Iterable[Correlation],
) -> pd.DataFrame:
    """The worlds of a sample and what is drawn for them of these uncertain numbers; columns as of
    `parameter_sets`.
    """
    design = np.arange(sampling.worlds) // sampling.replicates
    drawn = designs(sampling.seed, uncertain, np.arange(sampling.designs), correlations)
    columns = {key: values[design] for key, values in drawn.items()}
    return pd.DataFrame({"world": np.arange(sampling.worlds), "design": design} | columns)
