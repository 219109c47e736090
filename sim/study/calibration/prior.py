"""What is believed of dyads before the record is asked: candidates, and what each says of a scenario."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import special
from scipy.stats import qmc

from sim.uncertainty import Beta, Distribution, Floats, LogNormal, Uniform

PRIOR: Mapping[str, Distribution] = {
    "median value of prevailing": LogNormal(0.65, 0.5),
    "spread of the value of prevailing": Uniform(0.4, 2.0),
    "mean insecurity": Uniform(0.1, 0.9),
    "strength rebuilt": LogNormal(1.0, 0.15),
    "pace of reconstitution": LogNormal(1.0, 0.5),
    "choice noise": LogNormal(0.045, 0.5),
    "cost of war": LogNormal(0.35, 0.4),
    "value of the status quo": LogNormal(0.30, 0.4),
    "reviews per year": LogNormal(1.2, 0.5),
    "leader turnover": LogNormal(0.05, 0.5),
    "incidents per year": LogNormal(0.4, 0.5),
}
"""The parts of a candidate: centred on the defaults of the schema, which they give back at their medians.

The widths are judgements: a factor of 1.5 each way for most. How far strength is rebuilt is better known than how fast.
"""


def dyads(candidate: Mapping[str, float]) -> dict[str, Distribution | float]:
    """The dotted keys of a scenario that a candidate sets: distributions over dyads, and what all dyads share."""
    mean, pace, rebuilt = candidate["mean insecurity"], candidate["pace of reconstitution"], candidate["strength rebuilt"]
    return {
        "russia.value_of_prevailing": LogNormal(candidate["median value of prevailing"], candidate["spread of the value of prevailing"]),
        "russia.insecurity": Beta(2 * mean, 2 * (1 - mean)),
        "russia.strength_target": Uniform(130 * rebuilt, 210 * rebuilt),
        "russia.reconstitution_half_life": Uniform(2.5 / pace, 6 / pace),
        "russia.choice_noise": candidate["choice noise"],
        "russia.cost_of_war": candidate["cost of war"],
        "russia.status_quo_value": candidate["value of the status quo"],
        "russia.reviews_per_year": candidate["reviews per year"],
        "russia.leader_turnover": candidate["leader turnover"],
        "war.incidents_per_year": candidate["incidents per year"],
    }


def given(candidate: Mapping[str, float]) -> dict[str, Any]:
    """The same as a scenario file says it."""
    return {key: value.given() if isinstance(value, Distribution) else value for key, value in dyads(candidate).items()}


def hypercube(count: int, seed: int) -> Floats:
    """Candidates from the prior as normal scores (candidate, part), of mean 0 and variance 1: a Latin hypercube."""
    unit = qmc.LatinHypercube(d=len(PRIOR), rng=np.random.default_rng(seed)).random(count)
    return np.asarray(special.ndtri(unit))


def independent(count: int, seed: int) -> Floats:
    """The same, drawn one by one, as a check takes them whose ranks are to be independent."""
    return np.random.default_rng(seed).standard_normal((count, len(PRIOR)))


def lattice(power: int, seed: int) -> Floats:
    """The same, 2 to the `power` of them, as a scrambled Sobol sequence (Owen 1998), which fills space evenly."""
    unit = qmc.Sobol(d=len(PRIOR), rng=np.random.default_rng(seed)).random_base2(power)
    return np.asarray(special.ndtri(np.clip(unit, np.finfo(float).tiny, 1 - np.finfo(float).eps)))


def candidates(scores: Floats) -> pd.DataFrame:
    """The candidates of these normal scores, one row each and a column a part."""
    unit = special.ndtr(scores)
    return pd.DataFrame({name: prior.quantile(unit[:, column]) for column, (name, prior) in enumerate(PRIOR.items())})
