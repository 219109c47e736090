"""Tables of a run: durability, causes, the hazard of each year, and paired differences between
runs.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis import measures
from sim.analysis.estimate import (
    Estimate,
    ratio,
)
from sim.analysis.estimate_table import simulated_years, tabulate
from sim.analysis.measures import Simulated
from sim.errors import ImpossibleError
from sim.game.endings import ENDINGS, Cause, Reason
from sim.scenario.sampling import milestones

_ROUNDING = 1e-6
"""What shares may miss 1 by, added up, and what an error must exceed relative to its rate so as to
be one.
"""


def survival(
    run: Simulated, years: Sequence[float] | None = None, *, integrated: bool = False
) -> pd.DataFrame:
    """Durability: the share of histories whose ceasefire still holds, by year.

    Parameters
    ----------
    run
        A run, or the histories that one will have.
    years
        Years after the signature, at most the horizon; by default those of the durability table.
    integrated
        Whether the hazard of each month is integrated in place of its coin toss: the same mean, a
        smaller sampling error.

    Returns
    -------
    DataFrame
        A row a year. Columns: years; estimate, a share from 0 to 1; low, high, its 95 % confidence
        limits; spread_low, spread_high, the middle 90 % of parameter sets.

    Raises
    ------
    ValueError
        If there is no year, or one is not from 0 to the horizon.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/none.toml", {"sampling.designs": 32}), out=None)
    >>> sim.survival(run, [5, 10])[["years", "estimate"]].shape
    (2, 2)

    """
    at = milestones(run.horizon_years) if years is None else simulated_years(run, years)
    return tabulate(
        ((measures.survival(year), {"years": year}) for year in at), run, integrated=integrated
    )


def causes(run: Simulated, *, integrated: bool = False) -> pd.DataFrame:
    """Share of all histories by how the ceasefire ended, `held` included; they add up to 1.

    Parameters
    ----------
    run
        A run, or the histories that one will have.
    integrated
        As in `survival`.

    Returns
    -------
    DataFrame
        A row an ending. Columns: cause; estimate, low, high, spread_low and spread_high as in
        `survival`.

    Raises
    ------
    ImpossibleError
        If the shares do not add up.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/none.toml", {"sampling.designs": 32}), out=None)
    >>> f'{sim.causes(run)["estimate"].sum():.3f}'
    '1.000'

    """
    table = tabulate(
        ((measures.cause(cause), {"cause": str(cause)}) for cause in Cause),
        run,
        integrated=integrated,
    )
    if not abs((whole := table["estimate"].sum()) - 1) <= _ROUNDING:
        raise ImpossibleError(f"{run.name}: shares by cause add up to {whole:g}, not to 1")
    return table


def reasons(run: Simulated, *, integrated: bool = False) -> pd.DataFrame:
    """Share of all histories by the main reason of the attack that ended them.

    Parameters
    ----------
    run
        A run, or the histories that one will have.
    integrated
        As in `survival`.

    Returns
    -------
    DataFrame
        A row a reason. Columns: reason; estimate, low, high, spread_low and spread_high as in
        `survival`. The shares add up to that of attacks.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/none.toml", {"sampling.designs": 32}), out=None)
    >>> causes, reasons = sim.causes(run).set_index("cause"), sim.reasons(run)
    >>> bool(abs(reasons["estimate"].sum() - causes.loc["attack", "estimate"]) < 1e-9)
    True

    """
    return tabulate(
        ((measures.reason(reason), {"reason": str(reason)}) for reason in Reason),
        run,
        integrated=integrated,
    )


def terms_drift(run: Simulated) -> Estimate:
    """How far the terms of peace are bent towards Russia while it lasts (docs/model.md).

    Parameters
    ----------
    run
        A run, or the histories that one will have.

    Returns
    -------
    Estimate
        In chances of prevailing, 0 for the terms of the signature: the sum over histories by their
        years at peace, a ratio of means with 95 % confidence limits (Cochran 1977).

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/none.toml", {"sampling.designs": 32}), out=None)
    >>> drift = sim.terms_drift(run)
    >>> drift.low < drift.value < drift.high
    True

    """
    return ratio(
        lambda worlds: (
            measures.TERMS_DRIFT.numbers(worlds) * measures.TIME_AT_PEACE.numbers(worlds)
        ),
        measures.TIME_AT_PEACE.numbers,
        run.worlds,
    )


def probes_per_year(run: Simulated) -> Estimate:
    """Probes for each year of peace.

    Parameters
    ----------
    run
        A run, or the histories that one will have.

    Returns
    -------
    Estimate
        Probes a year: their sum over histories by the years at peace, a ratio of means with 95 %
        confidence limits (Cochran 1977).

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/coalition.toml", {"sampling.designs": 32}), out=None)
    >>> sim.probes_per_year(run).value > 0
    True

    """
    return ratio(measures.PROBES.numbers, measures.TIME_AT_PEACE.numbers, run.worlds)


def cumulative_incidence(run: Simulated, years: Sequence[float]) -> pd.DataFrame:
    """Share of all histories that have ended by each cause, by year.

    With censoring at the horizon only this is the estimate of Aalen & Johansen (1978).

    Parameters
    ----------
    run
        A run, or the histories that one will have.
    years
        Years after the signature, at most the horizon.

    Returns
    -------
    DataFrame
        A row a year. Columns: years; a share from 0 to 1 for each ending; held, the rest.

    Raises
    ------
    ValueError
        If there is no year, or one is not from 0 to the horizon.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/none.toml", {"sampling.designs": 32}), out=None)
    >>> table = sim.cumulative_incidence(run, [1, 10, 20])
    >>> bool((table.drop(columns="years").sum(axis=1).round(9) == 1).all())
    True

    """
    worlds, years = run.worlds, simulated_years(run, years)
    times = {
        cause: np.sort(worlds["years"].to_numpy()[(worlds["cause"] == cause.value).to_numpy()])
        for cause in ENDINGS
    }
    ended = pd.DataFrame(
        {
            str(cause): np.searchsorted(sorted_years, np.asarray(years), side="right")
            for cause, sorted_years in times.items()
        }
    )
    table = pd.DataFrame({"years": years}).join(ended / len(worlds["years"]))
    return table.assign(held=1 - ended.sum(axis=1) / len(worlds["years"]))
