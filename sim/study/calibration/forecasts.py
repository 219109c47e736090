"""What the model forecasts before and after it knows the record, and whether knowing it helps."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from sim.analysis.resampling import bags
from sim.errors import ArgumentFault, ScenarioError
from sim.levels import TAILS
from sim.record.class_scenarios import CLASS_SCENARIOS
from sim.record.lifetimes import YEARS, kaplan_meier
from sim.scenario.schema import digest
from sim.study.calibration.posterior import Posterior, Prior
from sim.study.finding import Finding
from sim.study.scoring import by_pair
from sim.study.validation import Predictor
from sim.uncertainty import Floats

BEFORE, AFTER = "model before", "model calibrated"


def predictors(prior: Prior) -> dict[str, Predictor]:
    """What the model says before it knows any case, and once it knows some.

    Averages over candidates.
    """

    def holding(weights: Floats, new: pd.DataFrame, years: Sequence[float]) -> Floats:
        rows = {name: prior.chances.classes.index(name) for name in set(new["guarantee_class"])}
        shares = {
            name: [float(weights @ np.exp(prior.chances.log_holding(row, year))) for year in years]
            for name, row in rows.items()
        }
        return np.array([shares[name] for name in new["guarantee_class"]])

    even = np.full(len(prior.scores), 1 / len(prior.scores))
    return {
        BEFORE: lambda _, new, years: holding(even, new, years),
        AFTER: lambda known, new, years: holding(prior.posterior(known).weights, new, years),
    }


def left_out(prior: Prior, cases: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Whether the record improves forecasts of pairs of adversaries that it does not hold, in one
    row.

    Each case's fate (when it ended, or that it held while it was followed) is forecast by what the
    pairs other than its own teach. Columns: before, after (mean log chance of a case), gain,
    gain_low, gain_high (95 % limits over resamples of the pairs).
    """
    chances, pairs_left_out = prior.chances.log_chance(cases), by_pair(cases)
    before = logsumexp(chances, axis=0) - np.log(len(chances))
    after = np.empty(len(cases))
    for own in pairs_left_out:
        weights = chances[:, ~own].sum(axis=1)
        after[own] = logsumexp(chances[:, own] + weights[:, None], axis=0) - logsumexp(weights)
    gain = np.array([(after - before)[own].sum() for own in pairs_left_out])
    many = np.array([own.sum() for own in pairs_left_out])
    resampled = [gain[bag].sum() / many[bag].sum() for bag in bags(len(gain), seed)]
    low, high = np.quantile(resampled, TAILS)
    return pd.DataFrame(
        [
            {
                "before": before.mean(),
                "after": after.mean(),
                "gain": gain.sum() / many.sum(),
                "gain_low": low,
                "gain_high": high,
            }
        ]
    )


def durability(posterior: Posterior, cases: pd.DataFrame) -> pd.DataFrame:
    """Durability of each class: guarantee_class, source (prior, posterior or record), years,
    estimate, low, high.

    Limits are nine of ten candidates, and for the record 95 % limits.
    """
    before = Posterior(posterior.prior, np.zeros(len(posterior.weights)))
    tables = []
    for name in posterior.prior.chances.classes:
        own = cases[cases["guarantee_class"] == name]
        sources = {
            "prior": before.durability(name, YEARS),
            "posterior": posterior.durability(name, YEARS),
            "record": kaplan_meier(own, YEARS).drop(columns="at_risk"),
        }
        tables += [
            table.assign(guarantee_class=name, source=source) for source, table in sources.items()
        ]
    return pd.concat(tables, ignore_index=True)[
        ["guarantee_class", "source", "years", "estimate", "low", "high"]
    ]


def left_out_scores(finding: Finding, cases: pd.DataFrame) -> pd.DataFrame:
    """The scores of the calibrated model, each pair left out in its turn.

    Raises ScenarioError unless they are of these very cases.
    """
    if finding.kind != "calibration":
        must = "must be a calibration: a folder that `ceasefire calibrate` wrote"
        raise ScenarioError(ArgumentFault("calibration", finding.name, must))
    if finding.settings["record"] != cases_digest(cases):
        scored = ", ".join(
            entry.scenario
            for entry in CLASS_SCENARIOS
            if entry.guarantee_class in finding.settings["scenarios"]
        )
        must = f"must be scored on the same cases; use the scenarios of all its classes: {scored}"
        raise ScenarioError(ArgumentFault("calibration", finding.name, must))
    table = finding.tables["scores"]
    return table[table["predictor"] == AFTER]


def cases_digest(cases: pd.DataFrame) -> str:
    """What tells these cases from others."""
    return digest(
        {"cases": cases[["case", "pair", "guarantee_class", "years", "ended"]].to_dict("list")}
    )
