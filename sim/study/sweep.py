"""Sweeps: one scenario with some of its values varied, each combination a run of its own on the
same histories.
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from scipy.stats import qmc

from sim.analysis.durability import survival
from sim.chance import generator
from sim.ensemble.run import Progress, run
from sim.errors import ArgumentFault, ScenarioError
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario

MAX_COMBINATIONS = 10_000
"""More combinations than this would take days: a judgement."""
T = TypeVar("T")
Points = list[dict[str, float]]
"""The combinations of a sweep: a value for each dotted key."""
_LIMITS = re.compile(r"^(?P<key>[^=]+)=(?P<low>[^:]+):(?P<high>[^:]+)$")
_RANGE = re.compile(r"^(?P<key>[^=]+)=(?P<low>[^:]+):(?P<high>[^:]+):(?P<count>\d+)$")


def read_range(text: str) -> tuple[str, list[float]]:
    """Key and values of `KEY=LOW:HIGH:N`, N values from LOW to HIGH. Raises ScenarioError.

    Examples
    --------
    >>> read_range("regime.deployment.brigades=0:20:3")
    ('regime.deployment.brigades', [0.0, 10.0, 20.0])

    """
    match = _RANGE.fullmatch(text)
    try:
        low, high, count = float(match["low"]), float(match["high"]), int(match["count"])  # type: ignore[index]
    except (TypeError, ValueError):
        low, high, count = 0.0, 0.0, 0
    if not match or not 1 <= count <= MAX_COMBINATIONS or not np.isfinite([low, high]).all():
        must = f"must be KEY=LOW:HIGH:N with N up to {MAX_COMBINATIONS}"
        raise ScenarioError(ArgumentFault("grid", text, must, "regime.deployment.brigades=0:25:6"))
    return match["key"], np.linspace(low, high, count).tolist()


def read_ranges(texts: Sequence[str]) -> dict[str, list[float]]:
    """Values by key. Raises ScenarioError for a key that is named twice."""
    return dict(_each_once("grid", [read_range(text) for text in texts]))


def read_limits(text: str) -> tuple[str, tuple[float, float]]:
    """Key and limits of `KEY=LOW:HIGH`. Raises ScenarioError.

    Examples
    --------
    >>> read_limits("regime.deployment.brigades=0:25")
    ('regime.deployment.brigades', (0.0, 25.0))

    """
    match = _LIMITS.fullmatch(text)
    try:
        low, high = float(match["low"]), float(match["high"])  # type: ignore[index]
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not match or not low < high or not np.isfinite([low, high]).all():
        must = "must be KEY=LOW:HIGH, the first below the second"
        raise ScenarioError(ArgumentFault("vary", text, must, "regime.deployment.brigades=0:25"))
    return match["key"], (low, high)


def read_all_limits(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Limits by key. Raises ScenarioError for a key that is named twice."""
    return dict(_each_once("vary", [read_limits(text) for text in texts]))


def _each_once(option: str, read: Sequence[tuple[str, T]]) -> Sequence[tuple[str, T]]:
    """The pairs, if no two have one key. Raises ScenarioError."""
    counts = Counter(key for key, _ in read)
    if twice := [key for key, count in counts.items() if count > 1]:
        raise ScenarioError(
            [ArgumentFault(option, key, "must name each provision once") for key in twice]
        )
    return read


def grid(values: Mapping[str, Sequence[float]]) -> Points:
    """Every combination of the values.

    Parameters
    ----------
    values
        For each dotted key its values, in the unit of the scenario.

    Returns
    -------
    Points
        The combinations: a value for each key.

    Raises
    ------
    ScenarioError
        For more than 10,000 combinations.

    Examples
    --------
    >>> grid({"regime.deployment.brigades": [0, 5], "russia.strength": [60]})
    [{'regime.deployment.brigades': 0, 'russia.strength': 60}, \
{'regime.deployment.brigades': 5, 'russia.strength': 60}]

    """
    if (count := math.prod(map(len, values.values()))) > MAX_COMBINATIONS:
        must = (
            f"must have at most {MAX_COMBINATIONS:,} combinations; take fewer values, or a sample"
        )
        raise ScenarioError(ArgumentFault("grid", f"{count:,}", must))
    return [dict(zip(values, point, strict=True)) for point in itertools.product(*values.values())]


def sample(values: Mapping[str, Sequence[float]], count: int, seed: int = 0) -> Points:
    """A Latin hypercube between the smallest and the largest of the values (McKay, Beckman &
    Conover 1979).

    Parameters
    ----------
    values
        For each dotted key two values or more, in the unit of the scenario.
    count
        Combinations.
    seed
        Another seed gives other combinations.

    Returns
    -------
    Points
        `count` combinations: a value for each key.

    Raises
    ------
    ScenarioError
        For more than 10,000 combinations.

    Examples
    --------
    >>> points = sample({"regime.deployment.brigades": [0, 20]}, 4)
    >>> sorted(point["regime.deployment.brigades"] // 5 for point in points)
    [0.0, 1.0, 2.0, 3.0]

    """
    if not 1 <= count <= MAX_COMBINATIONS:
        must = f"must be at most {MAX_COMBINATIONS:,}"
        raise ScenarioError(ArgumentFault("sample", f"{count:,}", must))
    unit = qmc.LatinHypercube(d=len(values), rng=generator(seed, "latin hypercube")).random(count)
    low, high = (np.array([pick(several) for several in values.values()]) for pick in (min, max))
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

    Every point is a run of its own, named by what determines it: a sweep that was interrupted
    resumes, and sweeps share points. All points are checked before the first one runs.

    Parameters
    ----------
    scenario
        What all points have in common.
    points
        Values by dotted key, as of `grid` or `sample`.
    years
        Years at which durability is reported; by default 1, 2, 5, 10, 20 and the horizon.
    progress
        Called with the histories done so far and those of all points.
    **options
        Those of `sim.run`.

    Returns
    -------
    DataFrame
        A row a point and year: the columns of the points, then years, estimate, low, high (95 %
        sampling error), spread_low, spread_high (90 % of parameter sets); shares.

    Raises
    ------
    ScenarioError
        For a key or a value that cannot be.

    Examples
    --------
    >>> small = replaced(Scenario(), {"sampling.designs": 20, "sampling.horizon_years": 2})
    >>> table = sweep(small, grid({"regime.deployment.brigades": [0, 10]}), years=[2], out=None)
    >>> list(table["regime.deployment.brigades"])
    [0, 10]

    """
    scenarios = [replaced(scenario, point) for point in points]
    tables = []
    total, before = sum(varied.sampling.worlds for varied in scenarios), 0
    for point, varied in zip(points, scenarios, strict=True):
        own = None if progress is None else progress_within(before, total, progress)
        result = run(varied, progress=own, **options)
        tables.append(survival(result, years).assign(**point))
        before += varied.sampling.worlds
        if progress:
            progress(before, total)
    table = pd.concat(tables, ignore_index=True)
    keys = list(points[0])
    return table[keys + [column for column in table if column not in keys]]


def progress_within(before: int, total: int, progress: Progress) -> Progress:
    """Progress of one run of many, reported as that of all."""
    return lambda done, _: progress(before + done, total)
