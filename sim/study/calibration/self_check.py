"""The method tried on records whose truth is known, and the emulator on candidates that it has not
seen.
"""

import numpy as np
import pandas as pd
import scipy

from sim.study.calibration.emulator import Emulator, counted
from sim.study.calibration.histories import Histories, draw_record
from sim.study.calibration.posterior import Prior
from sim.study.calibration.prior import PRIOR
from sim.study.columns import Column, Kind, TableSchema

RANKS = TableSchema(
    tuple(Column(name, Kind.NUMBER, "share", f"rank of the true {name}") for name in PRIOR)
)
UNIFORMITY = TableSchema(
    (
        Column("part", Kind.TEXT, "-", "parameter of a candidate"),
        Column("distance", Kind.NUMBER, "share", "Kolmogorov's, of the ranks from uniform ones"),
        Column("chance", Kind.NUMBER, "share", "of such a distance or more if the method is right"),
    )
)
EMULATED = TableSchema(
    (
        Column("emulated", Kind.NUMBER, "nats", "log chance of the record by the emulator"),
        Column("counted", Kind.NUMBER, "nats", "log chance of the record by counting histories"),
        Column("chance", Kind.NUMBER, "nats", "as large as the error of the counts"),
    )
)


def ranks(prior: Prior, truths: Histories, cases: pd.DataFrame) -> pd.DataFrame:
    """Simulation-based calibration (Talts et al. 2018):
    where the truth of each synthetic record ranks in its posterior, 0 to 1.

    A record is drawn from the histories of each of the truths, which are candidates drawn from the
    prior, with the classes and the censoring of the cases: one row each, a column a part. A right
    method ranks uniformly.
    """
    rows = []
    for number, truth in enumerate(truths.scores):
        weights = prior.posterior(draw_record(truths, number, cases)).weights
        rows.append(weights @ (prior.scores < truth))
    return pd.DataFrame(rows, columns=list(PRIOR))


def uniformity(ranked: pd.DataFrame) -> pd.DataFrame:
    """How uniform the ranks of each part are: part, distance (Kolmogorov's, of their distribution
    from the uniform), chance.

    `chance` is that of a distance so large or larger if the method is right.
    """
    tests = {name: scipy.stats.kstest(ranked[name], "uniform") for name in ranked}
    return pd.DataFrame(
        [
            {"part": name, "distance": float(test.statistic), "chance": float(test.pvalue)}
            for name, test in tests.items()
        ]
    )


def emulated(emulator: Emulator, fresh: Histories, cases: pd.DataFrame) -> pd.DataFrame:
    """Log chance of the record under candidates that the emulator has not seen.

    A row each, as `emulated` and as `counted`.

    `chance` is half of what the counts of one half of the histories give more than those of the
    other: as large as the counts' error.
    """
    halves = [
        Histories(fresh.scores, fresh.classes, fresh.lifetimes[..., start::2]) for start in (0, 1)
    ]
    every = {
        "emulated": emulator.chances(fresh.scores),
        "counted": counted(fresh),
        "one": counted(halves[0]),
        "other": counted(halves[1]),
    }
    compared = pd.DataFrame(
        {name: chances.log_chance(cases).sum(axis=1) for name, chances in every.items()}
    )
    return compared.assign(chance=(compared["one"] - compared["other"]) / 2)[EMULATED.names]


def likelier(compared: pd.DataFrame) -> pd.DataFrame:
    """The half of the candidates under which the record is likelier by the counts.

    A posterior stands on such ones.
    """
    return compared[compared["counted"] >= compared["counted"].median()]


def apart(compared: pd.DataFrame) -> tuple[float, float, float]:
    """Difference between emulated and counted log chance: mean, standard deviation, and the
    standard error of the counts.
    """
    less = (compared["emulated"] - compared["counted"]).to_numpy()
    return (
        float(np.mean(less)),
        float(np.std(less, ddof=1)),
        float(np.sqrt(np.mean(compared["chance"] ** 2))),
    )
