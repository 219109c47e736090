"""The hazard of a ceasefire: the rate at which those that still hold end, by year of their age."""

import numpy as np
import pandas as pd
from scipy import special

from sim.analysis.designs import Designs, designs_of
from sim.analysis.estimate import AMOUNT, Estimate
from sim.analysis.measures import Simulated
from sim.errors import ImpossibleError
from sim.levels import TAILS
from sim.uncertainty import Floats

_ROUNDING = 1e-6
"""What an error must exceed relative to its rate so as to be one."""


def hazard(run: Simulated) -> pd.DataFrame:
    """Rate at which ceasefires that still hold end, by year of their age.

    Parameters
    ----------
    run
        A run, or the histories that one will have.

    Returns
    -------
    DataFrame
        A row a year of age in which some ceasefire still holds. Columns: year, 1 being the first;
        estimate, in ends per year at risk; low, high, its 95 % confidence limits (Garwood 1936);
        at_risk, the share of histories that reach the start of the year.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/none.toml", {"sampling.designs": 32}), out=None)
    >>> list(sim.hazard(run))
    ['year', 'estimate', 'low', 'high', 'at_risk']

    """
    worlds, rows = run.worlds, []
    ended, times = ~worlds["held"].to_numpy(), worlds["years"].to_numpy()
    designs = designs_of(worlds)
    for year in range(run.horizon_years):
        exposure = np.clip(times - year, 0, 1)
        if not exposure.any():
            break
        ends = (ended & (times > year) & (times <= year + 1)).astype(float)
        ends_of, exposure_of = (
            numbers.reshape(designs.count, -1).sum(axis=1) for numbers in (ends, exposure)
        )
        rate = _rate(
            ends_of, exposure_of, designs, f"{run.name}: ends in year {year + 1} for a year at risk"
        )
        rows.append(
            {
                "year": year + 1,
                "estimate": rate.value,
                "low": rate.low,
                "high": rate.high,
                "at_risk": float(np.mean((times > year) | ~ended)),
            }
        )
    return pd.DataFrame(rows)


def danger(table: pd.DataFrame) -> tuple[pd.Series, list[int]]:
    """Of a table of `hazard`, the row of the highest rate, and the years whose rate is
    statistically indistinguishable from it, its own among them.
    """
    worst = table.loc[table["estimate"].idxmax()]
    return worst, table.loc[table["high"] >= worst["low"], "year"].tolist()


def _rate(ends: Floats, exposure: Floats, designs: Designs, what: str) -> Estimate:
    """A rate from the ends and the years at risk of each design.

    Raises ImpossibleError where there are no years at risk.

    Its limits are Garwood's (1936) for a Poisson count, with as many ends as give the sampling
    error of the ratio over designs (linearised, Cochran 1977). Without any ends each design counts
    as one history, and where designs do not differ, as one end.
    """
    if not exposure.sum() > 0:
        raise ImpossibleError(f"{what}: no history was at risk, so that there is no rate")
    rate, tail = float(ends.sum() / exposure.sum()), TAILS[0]
    if rate == 0:
        return Estimate(
            0.0,
            0.0,
            float(special.gammaincinv(1, 1 - tail) / exposure.mean() / len(ends) * exposure.max()),
            what=what,
            within=AMOUNT,
        )
    error = designs.error(ends - rate * exposure) / exposure.mean()
    count = (rate / error) ** 2 if error > _ROUNDING * rate else float(len(ends))
    low, high = (
        special.gammaincinv(count, tail) / count,
        special.gammaincinv(count + 1, 1 - tail) / count,
    )
    return Estimate(rate, float(rate * low), float(rate * high), what=what, within=AMOUNT)
