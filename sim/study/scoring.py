"""Scores of the model's predictions beside those of plain rivals.

The rivals are fitted to the very cases that they predict, the cases of one pair of adversaries left
out in their turn; the model has seen none of them. A case that was followed for fewer years says
nothing of later ones, and those that were followed longer count for it (inverse probability of
censoring weights: Graf et al. 1999).
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.resampling import CHEAP_RESAMPLES
from sim.chance import generator
from sim.levels import TAILS
from sim.record.lifetimes import YEARS, kaplan_meier, weibull
from sim.study.columns import Column, Kind, TableSchema, estimate_with_limits, with_limits
from sim.study.validation import Predictor
from sim.uncertainty import Floats

BASELINE = "Kaplan-Meier"
SCORES = TableSchema(
    (
        Column("predictor", Kind.TEXT, "-", "name of the model or rival"),
        Column("years", Kind.NUMBER, "years", "since the ceasefire"),
        Column("score", Kind.TEXT, "-", "Brier or log"),
        *estimate_with_limits("score", "mean loss, lower being better"),
        *with_limits(
            Column("worse", Kind.NUMBER, "score", "how much worse than pooled Kaplan-Meier")
        ),
        Column("cases", Kind.COUNT, "cases", "whose fate at that year is known"),
    )
)
"""The columns of `scores`."""


def kaplan_meier_of_all(known: pd.DataFrame, new: pd.DataFrame, years: Sequence[float]) -> Floats:
    """One curve for all classes."""
    return np.tile(kaplan_meier(known, years)["estimate"].to_numpy(), (len(new), 1))


def weibull_of_all(known: pd.DataFrame, new: pd.DataFrame, years: Sequence[float]) -> Floats:
    """One Weibull for all classes."""
    return np.tile(weibull(known).survival(np.asarray(years)), (len(new), 1))


def weibull_by_class(known: pd.DataFrame, new: pd.DataFrame, years: Sequence[float]) -> Floats:
    """Weibull lifetimes of the shape of all cases and a rate of each class, with half an end added
    so that no class is safe for ever.

    A class of which no case is known has the rate of all.
    """
    shape, shares = weibull(known).shape, {}
    for name in set(new["guarantee_class"]):
        own = known[known["guarantee_class"] == name]
        cases = known if own.empty else own
        rate = (cases["ended"].sum() + 0.5) / np.sum(cases["years"] ** shape)
        shares[name] = np.exp(-rate * np.asarray(years) ** shape)
    return np.stack([shares[name] for name in new["guarantee_class"]])


RIVALS: Mapping[str, Predictor] = {
    BASELINE: kaplan_meier_of_all,
    "Weibull": weibull_of_all,
    "Weibull by class": weibull_by_class,
}


def left_out(predict: Predictor, cases: pd.DataFrame, years: Sequence[float] = YEARS) -> Floats:
    """What a predictor that knows all cases but those of one pair of adversaries says of these
    (case, year).
    """
    predicted = np.empty((len(cases), len(years)))
    for of_pair in by_pair(cases):
        predicted[of_pair] = predict(cases[~of_pair], cases[of_pair], years)
    return predicted


def by_pair(cases: pd.DataFrame) -> list[NDArray[np.bool_]]:
    """For each pair of adversaries which of the cases are its own."""
    return [(cases["pair"] == pair).to_numpy() for pair in dict.fromkeys(cases["pair"])]


def scores(
    cases: pd.DataFrame,
    models: Mapping[str, Predictor],
    years: Sequence[float] = YEARS,
    seed: int = 0,
) -> pd.DataFrame:
    """Brier and log score of models and of the rivals at each year, lower being better.

    Scores leave out the cases of each pair of adversaries in their turn. Limits are those of 95 %
    of resamples of the pairs, to each of which all are fitted anew and in which they are scored on
    the cases of pairs that were not drawn (out-of-bag bootstrap: Efron & Tibshirani 1997); they
    include the chance in the fit.

    Parameters
    ----------
    cases
        A row a case: guarantee_class, pair, years and ended.
    models
        Predictors by name, beside the rivals.
    years
        Years at which they are scored; those that no case was followed beyond are left out.
    seed
        Of the resamples.

    Returns
    -------
    DataFrame
        The columns of `SCORES`: a row a predictor, score and year.

    """
    weights = _weights(cases, years)
    known = np.asarray(weights.any(axis=0))
    years, weights = np.asarray(years)[known].tolist(), weights[:, known]
    held = (cases["years"].to_numpy()[:, None] > np.asarray(years)).astype(float)
    predictors, least = {**models, **RIVALS}, 1 / (2 * len(cases))

    def lost(
        predicted: Mapping[str, Floats], rows: NDArray[np.intp]
    ) -> dict[tuple[str, str], Floats]:
        return {
            (name, kind): (weights[rows] * loss(shares, held[rows], least)).mean(axis=0)
            for name, shares in predicted.items()
            for kind, loss in LOSSES.items()
        }

    estimates = lost(
        {name: left_out(predict, cases, years) for name, predict in predictors.items()},
        np.arange(len(cases)),
    )
    resampled = [
        lost(
            {
                name: predict(cases.iloc[bag].reset_index(drop=True), cases.iloc[left], years)
                for name, predict in predictors.items()
            },
            left,
        )
        for bag, left in _bags(cases, max(years), seed)
    ]
    rows = []
    for (name, kind), losses in estimates.items():
        own = np.stack([losses_of[name, kind] for losses_of in resampled])
        beside = own - np.stack([losses_of[BASELINE, kind] for losses_of in resampled])
        (low, high), (worse_low, worse_high) = (
            np.quantile(several, TAILS, axis=0) for several in (own, beside)
        )
        rows += [
            {
                "predictor": name,
                "years": year,
                "score": kind,
                "estimate": losses[column],
                "low": low[column],
                "high": high[column],
                "worse": losses[column] - estimates[BASELINE, kind][column],
                "worse_low": worse_low[column],
                "worse_high": worse_high[column],
                "cases": int((weights[:, column] > 0).sum()),
            }
            for column, year in enumerate(years)
        ]
    return SCORES.table(rows)


def _bags(
    cases: pd.DataFrame, last: float, seed: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Resamples of the pairs of adversaries, each with all its cases, from which all rivals can be
    fitted up to the last year.

    With each come the cases of the pairs that it left out.
    """
    rng, ended, followed = (
        generator(seed, "resampled pairs"),
        cases["ended"].to_numpy(),
        cases["years"].to_numpy(),
    )
    own = [np.flatnonzero(of_pair) for of_pair in by_pair(cases)]
    made = 0
    while made < CHEAP_RESAMPLES:
        bag = np.concatenate([own[pair] for pair in rng.integers(len(own), size=len(own))])
        left = np.setdiff1d(np.arange(len(cases)), bag)
        if ended[bag].sum() > 1 and followed[bag].max() > last and len(left):
            made += 1
            yield bag, left


def brier(share: Floats, held: Floats, _: float) -> Floats:
    """Squared distance of a predicted share from what happened (Brier 1950)."""
    return np.asarray((share - held) ** 2)


def log_loss(share: Floats, held: Floats, least: float) -> Floats:
    """Minus the log of the probability given to what happened (Good 1952).

    Probabilities are kept `least` away from 0 and 1: half a case, since so many cases cannot make
    anybody surer.
    """
    kept = np.clip(share, least, 1 - least)
    return np.asarray(-(held * np.log(kept) + (1 - held) * np.log1p(-kept)))


LOSSES = {"Brier": brier, "log": log_loss}


def _weights(cases: pd.DataFrame, years: Sequence[float]) -> Floats:
    """Weights (case, year): 0 where the fate is not known, else one over the chance of having been
    followed so long.

    A year that no case was followed beyond has no weights: that some ended before it does not say
    how many did not.
    """
    followed = cases.assign(ended=~cases["ended"])
    until = kaplan_meier(followed, years)["estimate"].to_numpy()
    own = kaplan_meier(followed, np.nextafter(cases["years"].to_numpy(), 0).tolist())[
        "estimate"
    ].to_numpy()
    longer = cases["years"].to_numpy()[:, None] > np.asarray(years)
    ended = cases["ended"].to_numpy()[:, None] & ~longer
    known = longer.any(axis=0) & (until > 0)
    weights = np.zeros(longer.shape)
    np.divide(1, np.broadcast_to(until, longer.shape), out=weights, where=longer & known)
    np.divide(1, np.broadcast_to(own[:, None], longer.shape), out=weights, where=ended & known)
    return weights
