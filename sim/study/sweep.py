"""Sweeps: one scenario with some of its values varied, each combination a run of its own on the
same histories.
"""

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from sim.analysis.durability import survival
from sim.chance import generator
from sim.ensemble.run import Progress, run
from sim.scenario.load import ScenarioError, replaced
from sim.scenario.schema import Scenario

MOST = 10_000
"""Combinations of a sweep at most."""
Points = list[dict[str, float]]
"""The combinations of a sweep: a value for each dotted key."""
_LIMITS = re.compile(r"^(?P<key>[^=]+)=(?P<low>[^:]+):(?P<high>[^:]+)$")
_RANGE = re.compile(r"^(?P<key>[^=]+)=(?P<low>[^:]+):(?P<high>[^:]+):(?P<count>\d+)$")


def read_range(text: str) -> tuple[str, list[float]]:
    """Key and values of `KEY=LOW:HIGH:N`, N values from LOW to HIGH. Raises ScenarioError."""
    match = _RANGE.match(text)
    try:
        low, high, count = float(match["low"]), float(match["high"]), int(match["count"])  # type: ignore[index]
    except (TypeError, ValueError):
        low, high, count = 0.0, 0.0, 0
    if not match or not 1 <= count <= MOST or not np.isfinite([low, high]).all():
        raise ScenarioError(
            [
                (
                    f"--grid {text}: must be KEY=LOW:HIGH:N with N up to {MOST}, such as "
                    "regime.deployment.brigades=0:25:6"
                )
            ]
        )
    return match["key"], np.linspace(low, high, count).tolist()


def read_limits(text: str) -> tuple[str, tuple[float, float]]:
    """Key and limits of `KEY=LOW:HIGH`. Raises ScenarioError."""
    match = _LIMITS.match(text)
    try:
        low, high = float(match["low"]), float(match["high"])  # type: ignore[index]
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not match or not low < high or not np.isfinite([low, high]).all():
        raise ScenarioError(
            [
                (
                    f"--vary {text}: must be KEY=LOW:HIGH, the first below the second, such as "
                    "regime.deployment.brigades=0:25"
                )
            ]
        )
    return match["key"], (low, high)


def read_all_limits(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Limits by key. Raises ScenarioError for a key that is given twice."""
    read = [read_limits(text) for text in texts]
    if twice := [
        key
        for number, (key, _) in enumerate(read)
        if key in [before for before, _ in read[:number]]
    ]:
        raise ScenarioError(
            [f"--vary {key}: is given twice; say its limits once" for key in dict.fromkeys(twice)]
        )
    return dict(read)


def grid(values: Mapping[str, Sequence[float]]) -> Points:
    """Every combination of the values. Raises ScenarioError for more than 10,000 of them."""
    if (count := math.prod(map(len, values.values()))) > MOST:
        raise ScenarioError(
            [
                (
                    f"--grid: {count:,} combinations are more than {MOST:,}; take fewer values, or "
                    f"a "
                    "sample"
                )
            ]
        )
    return [dict(zip(values, point, strict=True)) for point in itertools.product(*values.values())]


def sample(values: Mapping[str, Sequence[float]], count: int, seed: int = 0) -> Points:
    """A Latin hypercube of `count` combinations between the smallest and the largest of the values
    (McKay, Beckman & Conover 1979).
    """
    unit = qmc.LatinHypercube(d=len(values), rng=generator(seed, "latin hypercube")).random(count)
    low, high = (np.array([pick(each) for each in values.values()]) for pick in (min, max))
    return [dict(zip(values, point, strict=True)) for point in (low + (high - low) * unit).tolist()]


def sweep(
    scenario: Scenario,
    points: Points,
    *,
    years: Sequence[float] | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Durability at each point of a sweep, in one tidy table.

    Every point is a run of the store, named by what determines it, so that a sweep that was
    interrupted goes on and points are shared between sweeps; `options` are those of `sim.run`, and
    `progress` hears the worlds that are done of those of all points. All points are checked before
    the first one runs. Columns: those of the points, then years, estimate, low, high, spread_low,
    spread_high. Raises ScenarioError for a key or value that cannot be.
    """
    scenarios = [replaced(scenario, point) for point in points]
    tables = []
    total, before = sum(each.sampling.worlds for each in scenarios), 0
    for point, each in zip(points, scenarios, strict=True):
        result = run(
            each, progress=None if progress is None else after(before, total, progress), **options
        )
        tables.append(survival(result, years).assign(**point))
        before += each.sampling.worlds
        if progress:
            progress(before, total)
    table = pd.concat(tables, ignore_index=True)
    keys = list(points[0])
    return table[keys + [column for column in table if column not in keys]]


def after(before: int, total: int, progress: Progress) -> Progress:
    """Progress of one run of many, told as that of all."""
    return lambda done, _: progress(before + done, total)
