"""Verify a run: compute blocks of its worlds again from its manifest, and compare them bit for bit."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.ensemble.block import BLOCK, simulate
from sim.ensemble.store import Run, manifest_of, read_run
from sim.scenario.schema import Scenario

SAMPLE = 3
"""Blocks that are computed again unless all are."""


@dataclass(frozen=True)
class Verified:
    """What was computed again, and what came out otherwise."""

    worlds: int
    of: int
    differences: list[str]
    versions: list[str]


def verify(folder: str | Path, *, everything: bool = False) -> Verified:
    """Simulate a sample of the blocks of a run again, or all of them, and compare every column bit for bit.

    Differences say the column, in how many worlds it differs, and by how much at most; `versions` say which software and platform
    differ from those that the run was made with. Raises RunError if the folder is not a finished run or was altered.
    """
    run = read_run(folder)
    scenario = Scenario.model_validate(run.manifest["scenario"])
    firsts = np.arange(0, len(run.outcomes), BLOCK)
    if not everything and len(firsts) > SAMPLE:
        firsts = np.unique(np.linspace(0, len(firsts) - 1, SAMPLE).round().astype(int)) * BLOCK
    again, before = [], []
    for first in firsts.tolist():
        last = min(first + BLOCK, len(run.outcomes))
        again.append(simulate(scenario, first, last).outcomes.to_pandas())
        before.append(run.outcomes.iloc[first:last])
    fresh, kept = (pd.concat(parts, ignore_index=True) for parts in (again, before))
    return Verified(len(fresh), len(run.outcomes), _differences(kept, fresh), _versions(run, scenario))


def _differences(kept: pd.DataFrame, fresh: pd.DataFrame) -> list[str]:
    said = []
    for column in kept:
        old, new = (table[column] for table in (kept, fresh))
        if pd.api.types.is_float_dtype(old):
            unlike = old.to_numpy().view(np.int64) != new.to_numpy(np.float64).view(np.int64)
            unlike &= ~(old.isna() & new.isna()).to_numpy()
            size = f", by at most {np.nanmax(np.abs(old - new)[unlike]):.3g}" if unlike.any() else ""
        else:
            unlike, size = (old.astype(str) != new.astype(str)).to_numpy(), ""
        if unlike.any():
            said.append(f"{column} differs in {int(unlike.sum())} of {len(kept)} worlds{size}")
    return said


def _versions(run: Run, scenario: Scenario) -> list[str]:
    today: dict[str, Any] = manifest_of(scenario)
    then, now = (manifest["versions"] | {"platform": manifest["platform"]} for manifest in (run.manifest, today))
    return [f"{name}: {then.get(name)} then, {version} now" for name, version in now.items() if then.get(name) != version]
