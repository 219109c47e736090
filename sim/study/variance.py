"""Shares of the variance of an outcome that go with each assumption, freed of chance.

First-order indices are Saltelli's (Saltelli et al. 2010), totals Jansen's (1999).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from sim.analysis.resampling import CHEAP_RESAMPLES
from sim.chance import generator, stream_seed
from sim.levels import REACH, TAILS
from sim.study.columns import (
    Column,
    Kind,
    TableSchema,
    estimate_with_limits,
    with_limits,
)
from sim.study.experiment import Evaluate, Responses, check_complete
from sim.study.factors import UNORDERED, Factors, salib_problem
from sim.uncertainty import Floats

TARGET_HALF_WIDTH = 0.05
"""Half the interval of a total index that counts as precise enough: a judgement."""
_TENTHS = 10
_MAX_POINTS_SHOWN = 2000
"""Points that a figure can show, and a finding can keep."""
_ORDERS = ("first order", "total")
Indices = NDArray[np.float64]
INDICES = TableSchema(
    (
        Column("factor", Kind.TEXT, "-", "dotted key, or the joint draws"),
        Column("index", Kind.TEXT, "-", f"{_ORDERS[0]} (alone) or {_ORDERS[1]} (in all)"),
        *estimate_with_limits("share", "share of the variance by parameters; NaN if unknown"),
    )
)
SWINGS = TableSchema(
    (
        Column("factor", Kind.TEXT, "-", "dotted key"),
        Column("end", Kind.TEXT, "-", "low, high, or between where a tenth is beyond both"),
        Column("tenth", Kind.COUNT, "-", "tenth of the values of the factor, from 1"),
        *estimate_with_limits("outcome", "mean outcome with the factor in this tenth"),
    )
)
SAMPLE = TableSchema(
    (
        Column("points", Kind.COUNT, "points", "points of the variance-based sample"),
        *with_limits(Column("mean", Kind.NUMBER, "outcome", "mean outcome")),
        *with_limits(Column("variance", Kind.NUMBER, "outcome²", "variance by parameters")),
        *with_limits(
            Column("chance", Kind.NUMBER, "share", "chance in the variance of single histories")
        ),
        Column("widest", Kind.NUMBER, "share", "half the widest interval of a total index"),
        Column("enough", Kind.NUMBER, "base points", "sample for intervals of ±5 points"),
        Column("leads", Kind.NUMBER, "share", "resamples with the same leading factor"),
    )
)
POINTS = TableSchema(
    (Column("outcome", Kind.NUMBER, "outcome", "mean outcome at the point"),), has_keys=True
)


@dataclass(frozen=True)
class Saltelli:
    """Two independent samples A and B, and A with one factor of B at a time, as positions in the
    responses (Saltelli et al. 2010).
    """

    unit: Floats
    responses: Responses
    a: NDArray[np.intp]
    b: NDArray[np.intp]
    mixed: NDArray[np.intp]  # (factor, base)

    @classmethod
    def sample(cls, evaluate: Evaluate, varied: Factors, samples: int, seed: int) -> "Saltelli":
        """Scrambled Sobol points, evaluated."""
        # it is slow to import, and only this needs it
        from SALib.sample import sobol

        count = len(varied.names)
        unit = np.clip(
            sobol.sample(
                salib_problem(varied),
                samples,
                calc_second_order=False,
                seed=stream_seed(seed, "sobol sample", bits=31),
            ),
            2.0**-53,
            1 - 2.0**-53,
        )
        responses = evaluate(unit)
        check_complete(responses, len(unit))
        place = np.arange(len(unit)).reshape(samples, count + 2)
        return cls(unit, responses, place[:, 0], place[:, -1], place[:, 1:-1].T)

    def indices(self, base: NDArray[np.intp]) -> Indices:
        """First order, total (2, factor), from some of the base points.

        Then variance by parameters and by chance, in the last column.
        """
        a, b, mixed = self.a[base], self.b[base], self.mixed[:, base]
        responses = self.responses
        both = np.concatenate([a, b])
        centred = responses.mean - responses.mean[both].mean()
        variance = centred[both].var(ddof=1) - responses.noise[both].mean()
        first = (
            centred[b] * (centred[mixed] - centred[a])
            - responses.shared(b, mixed)
            + responses.shared(b, a)
        ).mean(axis=1)
        noise = responses.noise[a] + responses.noise[mixed] - 2 * responses.shared(a, mixed)
        total = ((centred[a] - centred[mixed]) ** 2 - noise).mean(axis=1) / 2
        shares = (
            np.stack([first, total]) / variance
            if variance > 0
            else np.full((2, len(mixed)), np.nan)
        )
        return np.column_stack([shares, [variance, responses.chance[both].mean()]])

    def resampled(self, seed: int) -> Indices:
        """The indices of resamples of the base points (resample, 2, factor + 1)."""
        rng, count = generator(seed, "resampled base points"), len(self.a)
        return np.stack(
            [self.indices(rng.integers(count, size=count)) for _ in range(CHEAP_RESAMPLES)]
        )


def variance_tables(
    evaluate: Evaluate, varied: Factors, samples: int, seed: int
) -> dict[str, pd.DataFrame]:
    """The tables `indices`, `swings`, `sample` and `points` of a finding of kind `sensitivity`."""
    sample = Saltelli.sample(evaluate, varied, samples, seed)
    estimate, resampled = sample.indices(np.arange(samples)), sample.resampled(seed)
    return {
        "indices": _indices(varied.names, estimate, resampled),
        "swings": _swings(varied.names, sample),
        "sample": _sample(sample, estimate, resampled),
        "points": _points(varied, sample),
    }


def _indices(names: list[str], estimate: Indices, resampled: Indices) -> pd.DataFrame:
    """One row a factor and index; all NaN where in some resample parameters explain nothing, so
    that no share is known.
    """
    low, high = np.quantile(resampled, TAILS, axis=0)
    known = np.where(np.isnan(low), np.nan, estimate)
    return pd.DataFrame(
        [
            {
                "factor": name,
                "index": index,
                "estimate": known[row, column],
                "low": low[row, column],
                "high": high[row, column],
            }
            for column, name in enumerate(names)
            for row, index in enumerate(_ORDERS)
        ]
    )


def _swings(names: list[str], sample: Saltelli) -> pd.DataFrame:
    """The outcome where a factor is in its lowest and in its highest tenth, and all others
    anywhere, with 95 % limits.

    A third end, `between`, is the tenth where the outcome is farthest beyond both, if it is beyond
    their limits anywhere: the answer is then a hump or a hollow. Rows of joint draws and components
    have no order, and no ends.
    """
    both = np.concatenate([sample.a, sample.b])
    rows = []
    ordered = [(column, name) for column, name in enumerate(names) if name not in UNORDERED]
    for column, name in ordered:
        tenth = (sample.unit[both, column] * _TENTHS).astype(int)
        means = pd.DataFrame(
            [_mean(sample.responses.mean[both][tenth == number]) for number in range(_TENTHS)]
        )
        beyond = np.maximum(
            means["low"] - means["high"].iloc[[0, -1]].max(),
            means["low"].iloc[[0, -1]].min() - means["high"],
        )
        ends = {"low": 0, "high": _TENTHS - 1} | (
            {"between": int(beyond.to_numpy().argmax())} if beyond.max() > 0 else {}
        )
        rows += [
            {"factor": name, "end": end, "tenth": number + 1} | means.loc[number].to_dict()
            for end, number in ends.items()
        ]
    return SWINGS.table(rows)


def _mean(outcomes: Floats) -> dict[str, float]:
    """A mean over independent points with its 95 % limits, Student's."""
    reach = (
        float(
            special.stdtrit(len(outcomes) - 1, TAILS[1])
            * outcomes.std(ddof=1)
            / np.sqrt(len(outcomes))
        )
        if len(outcomes) > 1
        else np.nan
    )
    return {
        "estimate": float(outcomes.mean()),
        "low": float(outcomes.mean()) - reach,
        "high": float(outcomes.mean()) + reach,
    }


def _sample(sample: Saltelli, estimate: Indices, resampled: Indices) -> pd.DataFrame:
    """One row: mean outcome, share of chance in one history's variance, the widest interval of a
    total, and the size that is enough.

    `leads` is how often among resamples the factor of the largest total is that of the estimate.
    """
    both = np.concatenate([sample.a, sample.b])
    chance, (low, high) = (
        float(_of_one_history(estimate)),
        np.quantile(_of_one_history(resampled), TAILS),
    )
    of_variance = np.quantile(resampled[:, 0, -1], TAILS)
    totals = np.quantile(resampled[:, 1, :-1], TAILS, axis=0)
    widest = float((totals[1] - totals[0]).max() / 2)
    enough = (
        2 ** int(np.ceil(np.log2(max(len(sample.a) * (widest / TARGET_HALF_WIDTH) ** 2, 8))))
        if np.isfinite(widest)
        else np.nan
    )
    leads = (
        float(np.mean(resampled[:, 1, :-1].argmax(axis=1) == estimate[1, :-1].argmax()))
        if np.isfinite(widest)
        else np.nan
    )
    mean, error = (
        sample.responses.mean[both].mean(),
        sample.responses.mean[both].std(ddof=1) / np.sqrt(len(both)),
    )
    return pd.DataFrame(
        [
            {
                "points": len(sample.unit),
                "mean": mean,
                "mean_low": mean - REACH * error,
                "mean_high": mean + REACH * error,
                "variance": estimate[0, -1],
                "variance_low": of_variance[0],
                "variance_high": of_variance[1],
                "chance": chance,
                "chance_low": low,
                "chance_high": high,
                "widest": widest,
                "enough": enough,
                "leads": leads,
            }
        ]
    )


def _of_one_history(indices: Indices) -> Floats:
    """The share of chance in the variance between single histories; NaN where nothing varies."""
    parameters, chance = np.maximum(indices[..., 0, -1], 0), indices[..., 1, -1]
    whole = parameters + chance
    return np.divide(chance, whole, out=np.full_like(whole, np.nan), where=whole > 0)


def _points(varied: Factors, sample: Saltelli) -> pd.DataFrame:
    """What was simulated, at most 2,000 points of the two independent samples, each once.

    A column a key, and the outcome.
    """
    both = np.concatenate([sample.a, sample.b])
    chosen = both[np.sort(np.unique(sample.responses.row[both], return_index=True)[1])][
        :_MAX_POINTS_SHOWN
    ]
    return pd.DataFrame(
        varied.values(sample.unit[chosen]) | {"outcome": sample.responses.mean[chosen]}
    )
