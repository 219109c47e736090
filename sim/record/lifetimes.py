"""Lifetimes in the record: Kaplan-Meier durability, and Weibull lifetimes with the shape that says
whether danger falls with age.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy
from scipy import optimize, special

from sim.levels import CONFIDENCE, TAILS
from sim.uncertainty import Floats

YEARS = (1, 5, 10, 20)


def kaplan_meier(cases: pd.DataFrame, years: Sequence[float] = YEARS) -> pd.DataFrame:
    """Durability of the cases (Kaplan & Meier 1958): years, estimate, low, high, at_risk.

    Limits are those of Greenwood's variance on the scale of log(-log S) (Kalbfleisch & Prentice
    1980). Where none has ended the lower limit is the exact one of those still at risk (Clopper &
    Pearson 1934). Where none is left to follow nothing is known: all three are NaN.
    """
    observed = scipy.stats.CensoredData(
        cases.loc[cases["ended"], "years"].to_numpy(),
        right=cases.loc[~cases["ended"], "years"].to_numpy(),
    )
    curve = scipy.stats.ecdf(observed).sf
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", RuntimeWarning
        )  # it has no limits where the curve is at 1 or 0; those are set below
        limits = curve.confidence_interval(CONFIDENCE, method="log-log")
    rows = []
    for year in years:
        at_risk = int((cases["years"] >= year).sum())
        share = float(curve.evaluate(year))
        low, high = float(limits.low.evaluate(year)), float(limits.high.evaluate(year))
        if share == 1 and at_risk:
            low, high = TAILS[0] ** (1 / at_risk), 1.0
        followed = at_risk > 0
        rows.append(
            {
                "years": year,
                "estimate": share if followed else np.nan,
                "low": low if followed else np.nan,
                "high": high if followed else np.nan,
                "at_risk": at_risk,
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Weibull:
    """S(t) = exp(-(t / scale)^shape); the hazard falls with age where the shape is below 1."""

    shape: float
    scale: float

    def survival(self, years: Floats | float) -> Floats:
        """S(t)."""
        return np.asarray(np.exp(-((np.asarray(years) / self.scale) ** self.shape)))

    def log_likelihood(self, cases: pd.DataFrame) -> float:
        """Of the cases; those not followed to their end count as longer than they were seen."""
        years, ended = cases["years"].to_numpy(), cases["ended"].to_numpy()
        log_hazard = np.log(self.shape / self.scale) + (self.shape - 1) * np.log(years / self.scale)
        return float(np.sum(ended * log_hazard - (years / self.scale) ** self.shape))


def weibull(cases: pd.DataFrame) -> Weibull:
    """The likeliest Weibull lifetimes of censored cases.

    Raises ValueError if fewer than two ended, which leaves the shape open.
    """
    if cases["ended"].sum() < 2:  # noqa: PLR2004  said in the message
        raise ValueError("a Weibull shape needs two or more cases that ended")
    years, ended = cases["years"].to_numpy(), cases["ended"].to_numpy(dtype=bool)
    logs = np.log(years)
    mean = logs[ended].mean()

    def slope(log_shape: float) -> float:
        """Derivative of the profile log-likelihood by the shape, up to a positive factor."""
        shape = float(np.exp(log_shape))
        powers = years**shape
        return float(1 / shape + mean - np.sum(powers * logs) / np.sum(powers))

    log_shape = optimize.brentq(slope, np.log(0.02), np.log(50))
    return _scaled(cases, float(np.exp(log_shape)))


def shape_interval(cases: pd.DataFrame) -> tuple[float, float, float]:
    """The Weibull shape with its 95 % limits by profile likelihood."""
    best = weibull(cases)
    drop = float(special.gammaincinv(0.5, CONFIDENCE))
    most = best.log_likelihood(cases)

    def below(log_shape: float) -> float:
        return most - drop - _scaled(cases, float(np.exp(log_shape))).log_likelihood(cases)

    middle = float(np.log(best.shape))
    low, high = (
        optimize.brentq(below, middle - 4, middle),
        optimize.brentq(below, middle, middle + 4),
    )
    return best.shape, float(np.exp(low)), float(np.exp(high))


def _scaled(cases: pd.DataFrame, shape: float) -> Weibull:
    """The likeliest scale for a shape: ends per sum of t^shape."""
    return Weibull(
        shape, float((np.sum(cases["years"] ** shape) / cases["ended"].sum()) ** (1 / shape))
    )


def by_class(cases: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """All cases, then those of each class, the largest first."""
    yield "all", cases
    for name in cases["guarantee_class"].value_counts().index:
        yield str(name), cases[cases["guarantee_class"] == name]
