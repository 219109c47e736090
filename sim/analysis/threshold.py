"""Which Russia a guarantee deters: the value of prevailing from which on Russia attacks more often
than not.

Of all that is uncertain, the value that the first leader puts on prevailing decides most. Attacks
are the likelier the higher it is, so that their share is a monotone function of it, fitted without
any other assumption (isotonic regression: Barlow, Bartholomew, Bremner & Brunk 1972), each
parameter set counting with its histories. The deterrence threshold V*(y) is where the fit crosses
one half.

The fit is a step function. Between the middles of its steps it is taken to be linear in the
logarithm of the value: limits from resamples of parameter sets then cover what they should, which
those of the bare steps do not always (Kosorok 2008 shows why not).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from sim.analysis import measures
from sim.analysis.designs import designs_of
from sim.analysis.estimate_table import simulated_years
from sim.analysis.measures import Measure, Simulated
from sim.analysis.resampling import bags
from sim.levels import EVEN, TAILS
from sim.quantity import SMALLEST
from sim.scenario.sampling import milestones
from sim.uncertainty import Floats

VALUE = "russia.value_of_prevailing"
_ENDS = (0.005, 0.995)
"""Quantiles of what was drawn between which a curve is drawn."""
_PLACES = 121


@dataclass(frozen=True)
class Threshold:
    """Where attacks cross one half: infinite below or above all values that were drawn, NaN where
    the value is not uncertain.
    """

    years: float
    estimate: float
    low: float
    high: float

    @property
    def beyond(self) -> bool:
        """Whether it lies outside of what was drawn."""
        return not np.isfinite(self.estimate)


def threshold(run: Simulated, years: Sequence[float] | None = None) -> pd.DataFrame:
    """The deterrence threshold V*(y): the value of prevailing of the first leader at which half of
    the histories end by attack within y years.

    Parameters
    ----------
    run
        A run, or the histories that one will have.
    years
        Years after the signature, at most the horizon; by default those of the durability table.

    Returns
    -------
    DataFrame
        A row a year. Columns: years; estimate, low, high, with 95 % limits from 200 resamples of
        parameter sets, 1 being a leadership for which Ukraine is vital, NaN outside of what was
        drawn; beyond, whether the estimate lies outside. Where the value of prevailing is not
        uncertain there is no threshold: all are NaN, and beyond.

    Raises
    ------
    ValueError
        If there is no year, or one is not from 0 to the horizon.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/nato.toml", {"sampling.designs": 32}), out=None)
    >>> list(sim.threshold(run, [5, 10]))
    ['years', 'estimate', 'low', 'high', 'beyond']

    """
    rows = [
        {
            "years": threshold.years,
            "estimate": threshold.estimate,
            "low": threshold.low,
            "high": threshold.high,
            "beyond": threshold.beyond,
        }
        for threshold in thresholds(run, years)
    ]
    return pd.DataFrame(rows).replace([np.inf, -np.inf], np.nan)


def thresholds(run: Simulated, years: Sequence[float] | None = None) -> list[Threshold]:
    """The same, which tells what lies below all values that were drawn from what lies above."""
    at = milestones(run.horizon_years) if years is None else simulated_years(run, years)
    values = drawn_values(run)
    if values is None:
        return [Threshold(year, np.nan, np.nan, np.nan) for year in at]
    sets = _ParameterSets(values)
    of_years = []
    for year in at:
        shares = _by_design(measures.attacked(year), run)
        low, high = np.quantile(
            [sets.crossing(shares, counts) for counts in sets.resampled], TAILS, method="nearest"
        )
        of_years.append(Threshold(year, sets.crossing(shares, sets.once), float(low), float(high)))
    return of_years


def durability_by_value(run: Simulated, years: float) -> pd.DataFrame:
    """The share that still holds `years` as a falling function of the value of prevailing of the
    first leader: a monotone fit.

    Columns: value (between the half percent of lowest and of highest values that were drawn),
    estimate, low, high (95 % limits from resamples of parameter sets). Empty where the value is not
    uncertain. Raises ValueError for years past the horizon.
    """
    (years,) = simulated_years(run, [years])
    values = drawn_values(run)
    if values is None:
        return pd.DataFrame(columns=["value", "estimate", "low", "high"])
    sets, ended = _ParameterSets(values), 1 - _by_design(measures.survival(years), run)
    first, last = np.quantile(sets.logs, _ENDS)
    at = np.linspace(first, last, _PLACES)
    curves = [sets.fitted(ended, counts, at) for counts in sets.resampled]
    high, low = 1 - np.quantile(curves, TAILS, axis=0)
    return pd.DataFrame(
        {
            "value": np.exp(at),
            "estimate": 1 - sets.fitted(ended, sets.once, at),
            "low": low,
            "high": high,
        }
    )


def drawn_values(run: Simulated) -> Floats | None:
    """The value of prevailing of the first leader in each parameter set (design,).

    None where all have the same.
    """
    if VALUE not in set(run.worlds):
        return None
    values = _first_of_each(run, run.worlds[VALUE].to_numpy(np.float64))
    return None if (values == values[0]).all() else values


class _ParameterSets:
    """Parameter sets in the order of their values, of which resamples take some more than once and
    others not at all.
    """

    def __init__(self, values: Floats) -> None:
        self._distinct, self._place = np.unique(
            np.log(np.maximum(values, SMALLEST)), return_inverse=True
        )
        self.logs = self._distinct[self._place]
        self.once = np.ones(len(values))

    @property
    def resampled(self) -> Iterator[Floats]:
        """How often each set is in each resample."""
        return (
            np.bincount(chosen, minlength=len(self.once)).astype(np.float64)
            for chosen in bags(len(self.once), seed=0)
        )

    def crossing(self, shares: Floats, counts: Floats) -> float:
        """The value at which the fit to some shares (design,) crosses one half."""
        middles, levels = self._steps(shares, counts)
        if levels[0] >= EVEN:
            return -np.inf
        return np.inf if levels[-1] < EVEN else float(np.exp(np.interp(EVEN, levels, middles)))

    def fitted(self, shares: Floats, counts: Floats, at: Floats) -> Floats:
        """The fit at some logarithms of values."""
        return np.asarray(np.interp(at, *self._steps(shares, counts)))

    def _steps(self, shares: Floats, counts: Floats) -> tuple[Floats, Floats]:
        """The middles of the steps of the rising fit, in logarithms, and their levels."""
        weights = np.bincount(self._place, counts)
        sums = np.bincount(self._place, counts * shares)
        kept = weights > 0
        weights, logs = weights[kept], self._distinct[kept]
        fit = isotonic_regression(sums[kept] / weights, weights=weights)
        starts = fit.blocks[:-1]
        return np.add.reduceat(weights * logs, starts) / np.add.reduceat(weights, starts), fit.x[
            starts
        ]


def _by_design(measure: Measure, run: Simulated) -> Floats:
    return np.asarray(
        measure.numbers(run.worlds).reshape(designs_of(run.worlds).count, -1).mean(axis=1)
    )


def _first_of_each(run: Simulated, numbers: Floats) -> Floats:
    """Of numbers of worlds that all histories of a parameter set share, one a set."""
    return np.asarray(numbers.reshape(designs_of(run.worlds).count, -1)[:, 0])
