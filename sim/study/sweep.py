"""Sweeps: one scenario with some of its values varied, each combination a run of its own on the
same histories.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy

from sim.analysis.differences import compare
from sim.analysis.durability import survival
from sim.chance import generator
from sim.ensemble.run import Progress, run
from sim.ensemble.store import Run
from sim.errors import ArgumentFault, ScenarioError
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.study.limits import MAX_COMBINATIONS

Points = list[dict[str, float]]
"""The combinations of a sweep: a value for each dotted key."""


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
    unit = scipy.stats.qmc.LatinHypercube(
        d=len(values), rng=generator(seed, "latin hypercube")
    ).random(count)
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
    return durability_by_point(
        points, simulate_points(scenario, points, progress=progress, **options), years
    )


def simulate_points(
    scenario: Scenario, points: Points, *, progress: Progress | None = None, **options: Any
) -> Iterator[Run]:
    """The run of each point, one after the other."""
    scenarios = [replaced(scenario, point, "grid") for point in points]
    total, before = sum(varied.sampling.worlds for varied in scenarios), 0
    for varied in scenarios:
        own = None if progress is None else progress_within(before, total, progress)
        yield run(varied, progress=own, **options)
        before += varied.sampling.worlds
        if progress:
            progress(before, total)


def durability_by_point(
    points: Points, runs: Iterable[Run], years: Sequence[float] | None = None
) -> pd.DataFrame:
    """The table of `sweep` from the runs of its points."""
    table = pd.concat(
        [
            survival(result, years).assign(**point)
            for point, result in zip(points, runs, strict=True)
        ],
        ignore_index=True,
    )
    keys = list(points[0])
    return table[keys + [column for column in table if column not in keys]]


def highest_and_lowest(table: pd.DataFrame) -> list[Any]:
    """The rows of a table of `sweep` with the highest and the lowest durability, at its last
    year.
    """
    last = table[table["years"] == table["years"].max()]
    return [last.loc[last["estimate"].idxmax()], last.loc[last["estimate"].idxmin()]]


def difference_of_ends(
    scenario: Scenario, points: Points, table: pd.DataFrame, **options: Any
) -> pd.DataFrame:
    """The paired difference between the points with the highest and the lowest durability in the
    table of `sweep`, as `sim.compare` returns it; empty for a single point.

    Both are run with `options`, those of `sim.run`: with `out` they are read again.
    """
    ends = highest_and_lowest(table)
    if len(points) == 1:
        ends = ends[:1]
    extremes = [{key: row[key] for key in points[0]} for row in ends]
    *highest, lowest = simulate_points(scenario, extremes, **options)
    return compare([lowest, *highest], years=[ends[0]["years"]])


def progress_within(before: int, total: int, progress: Progress) -> Progress:
    """Progress of one run of many, reported as that of all."""
    return lambda done, _: progress(before + done, total)
