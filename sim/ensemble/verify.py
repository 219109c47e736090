"""Compute blocks of a run again from its manifest, and compare them bit for bit."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.ensemble.block import BLOCK, simulate
from sim.ensemble.manifest import manifest_of
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.store import Run, read_run
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.ensemble.timeline import Timeline

SAMPLE = 3
"""Blocks that are computed again unless all are."""


@dataclass(frozen=True)
class Verified:
    """What was computed again, and what came out otherwise."""

    worlds: int
    total: int
    differences: list[str]
    versions: list[str]
    timeline: bool
    """Whether the timeline was compared too, which takes all worlds."""


def verify(folder: str | Path, *, everything: bool = False) -> Verified:
    """Simulate a sample of the blocks of a run again, or all of them, and compare every column bit
    for bit.

    Parameters
    ----------
    folder
        That of a run.
    everything
        Whether all blocks are simulated again, and the timeline with them.

    Returns
    -------
    Verified
        `differences` say the column, in how many histories it differs, and by how much at most;
        `versions` say which software and platform differ from those that the run was made with.

    Raises
    ------
    RunError
        If the folder is not a finished run, or was altered.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     run = sim.run(sim.load("scenarios/nato.toml", {"sampling.designs": 32}), out=folder)
    ...     sim.verify(run.folder).differences
    []

    """
    return verify_run(read_run(folder), everything=everything)


def histories_of_verification(scenario: Scenario, *, everything: bool = False) -> int:
    """Histories that `verify` simulates again of a run of this scenario."""
    return sum(
        last - first for first, last in _spans(scenario.sampling.worlds, everything=everything)
    )


def _spans(worlds: int, *, everything: bool) -> list[tuple[int, int]]:
    """The blocks that are simulated again."""
    firsts = np.arange(0, worlds, BLOCK)
    if not everything and len(firsts) > SAMPLE:
        firsts = np.unique(np.linspace(0, len(firsts) - 1, SAMPLE).round().astype(int)) * BLOCK
    return [(first, min(first + BLOCK, worlds)) for first in firsts.tolist()]


def verify_run(run: Run, *, everything: bool = False) -> Verified:
    """`verify` for a run that has been read."""
    kept = Outcomes(Path(str(run.folder)) / "outcomes.parquet")
    scenario = run.scenario
    worlds = scenario.sampling.worlds
    checked, unlike, most = 0, Counter[str](), dict[str, float]()
    timeline: Timeline | None = None
    for first, last in _spans(worlds, everything=everything):
        checked += last - first
        block = simulate(scenario, first, last)
        timeline = block.timeline if timeline is None else timeline + block.timeline
        for column, count, size in _differences(kept.rows(first, last), block.outcomes):
            unlike[column] += count
            most[column] = max(most.get(column, 0.0), size)
    said = [
        f"{column} differs in {count} of {checked} simulated histories"
        + (f", by at most {most[column]:.3g}" if most[column] else "")
        for column, count in unlike.items()
    ]
    if timeline is not None and checked == worlds:
        again = timeline.table(scenario.sampling.steps_per_year)
        said += [
            f"{column} of the timeline differs in {count} of {len(again)} steps"
            for column, count, _ in _differences(run.timeline, again)
        ]
    return Verified(checked, worlds, said, _versions(run, scenario), timeline=checked == worlds)


def _differences(kept: pd.DataFrame, fresh: pd.DataFrame) -> Iterator[tuple[str, int, float]]:
    """The columns that differ, in how many worlds, and by how much at most (0 for words)."""
    for column in kept.columns.symmetric_difference(fresh.columns):
        yield str(column), len(fresh), 0.0
    for column in kept.columns.intersection(fresh.columns):
        old, new = (table[column].reset_index(drop=True) for table in (kept, fresh))
        if pd.api.types.is_float_dtype(old):
            bits = f"i{old.dtype.itemsize}"
            unlike = old.to_numpy().view(bits) != new.to_numpy(old.dtype).view(bits)
        else:
            unlike = (old.astype(str) != new.astype(str)).to_numpy()
        unlike = unlike & ~(old.isna() & new.isna()).to_numpy()
        if unlike.any():
            sizes = np.abs(old - new)[unlike] if pd.api.types.is_float_dtype(old) else []
            yield str(column), int(unlike.sum()), float(np.nanmax([0.0, *sizes]))


def _versions(run: Run, scenario: Scenario) -> list[str]:
    today: dict[str, Any] = manifest_of(scenario)
    then, now = (
        manifest["versions"] | {"platform": manifest["platform"]}
        for manifest in (run.manifest, today)
    )
    return [
        f"{name}: {then.get(name)} then, {version} now"
        for name, version in now.items()
        if then.get(name) != version
    ]
