"""The model held against the record: predictions of durability by class, and their scores beside those of plain rivals.

The rivals are fitted to the very cases that they predict, each case left out in its turn; the model has seen none of them. A case
that was followed for fewer years than asked says nothing of them, and those that were followed longer count for it (inverse
probability of censoring weights: Graf et al. 1999).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.analysis import durability
from sim.analysis.measures import Simulated
from sim.record.lifetimes import YEARS, kaplan_meier, weibull
from sim.record.stands_for import STANDS, class_of
from sim.scenario.load import ScenarioError
from sim.uncertainty import Floats

RESAMPLES = 2000
_LEAST = 1e-6
Predictions = Mapping[str, Floats]
"""For each predictor the durability that it gives each case (case, year)."""


def covered(cases: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The cases of the classes for which scenarios of these names stand. Raises ScenarioError for one that stands for no class."""
    strangers = [name for name in names if class_of(name) is None]
    if strangers:
        known = ", ".join(stand.scenario for stand in STANDS)
        raise ScenarioError([f"{name}: stands for no class of the record; those that do are {known}" for name in strangers])
    return cases[cases["guarantee_class"].isin([class_of(name) for name in names])].reset_index(drop=True)


def predictions(cases: pd.DataFrame, runs: Sequence[Simulated], years: Sequence[float] = YEARS) -> Predictions:
    """What the model and its rivals say of each case: pooled Kaplan-Meier, Weibull, Weibull by class, each case left out in turn."""
    model = {class_of(run.name): durability.survival(run, years)["estimate"].to_numpy() for run in runs}
    others = [cases.drop(index=number) for number in cases.index]
    return {
        "model": np.stack([model[name] for name in cases["guarantee_class"]]),
        "Kaplan-Meier": np.stack([kaplan_meier(rest, years)["estimate"].to_numpy() for rest in others]),
        "Weibull": np.stack([weibull(rest).survival(np.asarray(years)) for rest in others]),
        "Weibull by class": np.stack([_weibull_of_class(rest, name, years)
                                      for rest, name in zip(others, cases["guarantee_class"], strict=True)]),
    }


def scores(cases: pd.DataFrame, predicted: Predictions, years: Sequence[float] = YEARS, seed: int = 0) -> pd.DataFrame:
    """Brier and log score of each predictor at each year, lower being better, and how much worse than pooled Kaplan-Meier.

    Columns: predictor, years, score ("Brier" or "log"), estimate, low, high, worse, worse_low, worse_high, cases (those whose fate
    at that year is known). Limits are 95 % of 2,000 resamples of the cases, the same for all predictors.
    """
    weights, held = _weights(cases, years), (cases["years"].to_numpy()[:, None] > np.asarray(years)).astype(float)
    rng = np.random.default_rng(seed)
    resamples = rng.multinomial(len(cases), np.full(len(cases), 1 / len(cases)), RESAMPLES) / len(cases)
    losses = {(name, kind): weights * loss(np.asarray(shares), held) for name, shares in predicted.items() for kind, loss in LOSSES.items()}
    rows = []
    for (name, kind), loss in losses.items():
        beside = losses["Kaplan-Meier", kind]
        for column, year in enumerate(years):
            made, apart = loss[:, column], loss[:, column] - beside[:, column]
            named = {"predictor": name, "years": year, "score": kind, "cases": int((weights[:, column] > 0).sum())}
            rows.append(named | _interval("", made, resamples) | _interval("worse", apart, resamples))
    return pd.DataFrame(rows)


def brier(share: Floats, held: Floats) -> Floats:
    """Squared distance of a predicted share from what happened (Brier 1950)."""
    return np.asarray((share - held) ** 2)


def log_loss(share: Floats, held: Floats) -> Floats:
    """Minus the log of the probability given to what happened (Good 1952), probabilities kept 1e-6 away from 0 and 1."""
    kept = np.clip(share, _LEAST, 1 - _LEAST)
    return np.asarray(-(held * np.log(kept) + (1 - held) * np.log1p(-kept)))


LOSSES = {"Brier": brier, "log": log_loss}


def _weights(cases: pd.DataFrame, years: Sequence[float]) -> Floats:
    """Weights (case, year): 0 where the fate is not known, else one over the chance of having been followed so long."""
    followed = cases.assign(ended=~cases["ended"])
    at = np.asarray(years)
    until = {year: kaplan_meier(followed, [year])["estimate"].iloc[0] for year in at.tolist()}
    own = kaplan_meier(followed, np.nextafter(cases["years"].to_numpy(), 0).tolist())["estimate"].to_numpy()
    longer = cases["years"].to_numpy()[:, None] > at
    ended = cases["ended"].to_numpy()[:, None] & ~longer
    return np.asarray(np.where(longer, 1 / np.array([until[year] for year in at.tolist()]), np.where(ended, 1 / own[:, None], 0.0)))


def _weibull_of_class(cases: pd.DataFrame, name: str, years: Sequence[float]) -> Floats:
    """Weibull lifetimes of one shape for all and a rate for the class, half an end added so that no class is safe for ever (Jeffreys)."""
    shape = weibull(cases).shape
    own = cases[cases["guarantee_class"] == name]
    rate = (own["ended"].sum() + 0.5) / np.sum(own["years"] ** shape)
    return np.asarray(np.exp(-rate * np.asarray(years) ** shape))


def _interval(prefix: str, each: Floats, resamples: Floats) -> dict[str, float]:
    low, high = np.quantile(resamples @ each, (0.025, 0.975))
    names = ("estimate", "low", "high") if not prefix else (prefix, f"{prefix}_low", f"{prefix}_high")
    return dict(zip(names, (float(each.mean()), float(low), float(high)), strict=True))
