"""What is believed of pairs of adversaries before the record is consulted.

Candidates, and what each sets in a scenario.

Everything is read from the distributions of the schema, which say what is not known of one pair. A
candidate says the same of many: how they differ, and what they share. Numbers that no candidate
sets differ from pair to pair as the schema has them.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import scipy
from scipy import special

from sim.chance import generator
from sim.scenario.schema import Scenario
from sim.uncertainty import Beta, Distribution, Floats, LogNormal, Uniform

_BLOCKS = Scenario()


def of_schema(key: str) -> Distribution:
    """The distribution that the schema has for a dotted key."""
    block, _, name = key.partition(".")
    value = getattr(getattr(_BLOCKS, block), name)
    if not isinstance(value, Distribution):
        raise TypeError(f"{key} is {value} in the schema, not a distribution")
    return value


_MEDIAN, _SPREAD = of_schema("russia.value_of_prevailing").numbers()
_PACE = "pace of reconstitution"
_CONCENTRATION = 2
"""Of insecurity among pairs, that of the schema: Beta(1, 1) is uniform."""
LEVELS: Mapping[str, tuple[str, float]] = {
    "strength rebuilt": ("russia.strength_target", 0.15),
    _PACE: ("russia.reconstitution_half_life", 0.5),
    "cost of war": ("russia.cost_of_war", 0.4),
    "value of the status quo": ("russia.status_quo_value", 0.4),
    "reviews per year": ("russia.reviews_per_year", 0.5),
    "leader turnover": ("russia.leader_turnover", 0.5),
    "incidents per year": ("war.incidents_per_year", 0.5),
}
"""Parts that are a level: pairs differ as the range of the schema for this key does, times a factor
for all pairs. The spread of its log is a judgement: a factor of 1.5 each way for most; how far
strength is rebuilt is better known than how fast.
"""
SHARED: Mapping[str, str] = {
    "choice noise": "russia.choice_noise",
    "changes of disposition": "russia.disposition_changes",
    "terms follow power": "russia.terms_follow_power",
}
"""Parts that are one number for all pairs, since they say how choices and bargains work.

Their prior is that of the schema.
"""
PRIOR: Mapping[str, Distribution] = {
    "median value of prevailing": LogNormal(_MEDIAN, 0.5),
    "spread of the value of prevailing": Uniform(_SPREAD / 2, 2 * _SPREAD),
    "mean insecurity": Uniform(
        *of_schema("russia.insecurity").quantile(np.array([0.1, 0.9])).tolist()
    ),
    **{name: LogNormal(1.0, spread) for name, (_, spread) in LEVELS.items()},
    **{name: of_schema(key) for name, key in SHARED.items()},
}
"""The parts of a candidate; means near 0 or 1 would make all pairs alike, and are left out.

At their medians they give back the schema, but for the spread of the value of prevailing: pairs may
differ half as much as one pair is uncertain, or twice as much.
"""


def pairs(candidate: Mapping[str, float]) -> dict[str, Distribution | float]:
    """The dotted keys of a scenario that a candidate sets.

    Distributions over pairs of adversaries, and what all pairs share.
    """
    mean = candidate["mean insecurity"]
    return {
        "russia.value_of_prevailing": LogNormal(
            candidate["median value of prevailing"], candidate["spread of the value of prevailing"]
        ),
        "russia.insecurity": Beta(_CONCENTRATION * mean, _CONCENTRATION * (1 - mean)),
        **{
            key: _times(of_schema(key), 1 / candidate[name] if name == _PACE else candidate[name])
            for name, (key, _) in LEVELS.items()
        },
        **{key: candidate[name] for name, key in SHARED.items()},
    }


def _times(known: Distribution, factor: float) -> Distribution:
    """A range of the schema at another level."""
    low, high = known.limits()
    return Uniform(factor * low, factor * high)


def hypercube(count: int, seed: int, stream: str = "candidates") -> Floats:
    """Candidates from the prior as normal scores (candidate, part), of mean 0 and variance 1.

    A Latin hypercube.
    """
    unit = scipy.stats.qmc.LatinHypercube(d=len(PRIOR), rng=generator(seed, stream)).random(count)
    return np.asarray(special.ndtri(unit))


def independent(count: int, seed: int, stream: str = "candidates") -> Floats:
    """The same, drawn one by one, as a check takes them whose ranks are to be independent."""
    return generator(seed, stream).standard_normal((count, len(PRIOR)))


def lattice(power: int, seed: int) -> Floats:
    """The same, 2 to the `power` of them, as a scrambled Sobol sequence (Owen 1998), which fills
    space evenly.
    """
    unit = scipy.stats.qmc.Sobol(
        d=len(PRIOR), rng=generator(seed, "lattice of candidates")
    ).random_base2(power)
    return np.asarray(special.ndtri(np.clip(unit, np.finfo(float).tiny, 1 - np.finfo(float).eps)))


def candidates(scores: Floats) -> pd.DataFrame:
    """The candidates of these normal scores, one row each and a column a part."""
    unit = special.ndtr(scores)
    return pd.DataFrame(
        {
            name: prior.quantile(unit[:, column])
            for column, (name, prior) in enumerate(PRIOR.items())
        }
    )
