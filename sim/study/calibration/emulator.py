"""The chance of each case under any candidate, interpolated between those that were simulated.

For each class and interval the chance that a ceasefire which has lasted so long ends within it is a
logistic regression on the normal scores of a candidate, their squares and products (a discrete-time
hazard: Singer & Willett 1993; an emulator: O'Hagan 2006). It smooths out the chance of few
histories, and costs nothing to ask.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.study.calibration.histories import EDGES, Histories
from sim.uncertainty import Floats

DEGREE = 2
_TOLERANCE = 1e-8
"""Of the gradient: the chance of the record is then that of a fit without error to 1e-4 nats.

The library's own default leaves 0.7.
"""
_HALF = 0.01
"""Of a history, added on both sides, so that an interval in which none ended has a logit."""


@dataclass(frozen=True)
class Chances:
    """Log chances of each candidate: of ending within an interval (candidate, class, interval), and
    of holding to an edge (…, edge).
    """

    classes: tuple[str, ...]
    log_end: Floats
    log_beyond: Floats

    def log_chance(self, cases: pd.DataFrame) -> Floats:
        """Log chance of each case (candidate, case).

        One that was not followed to its end counts as longer than it was.
        """
        chances = np.empty((len(self.log_end), len(cases)))
        for column, (name, years, ended) in enumerate(
            zip(cases["guarantee_class"], cases["years"], cases["ended"], strict=True)
        ):
            row = self.classes.index(name)
            chances[:, column] = (
                self.log_end[:, row, np.searchsorted(EDGES, years, side="left") - 1]
                if ended and years <= EDGES[-1]
                else self.log_holding(row, years)
            )
        return chances

    def log_holding(self, row: int, years: float) -> Floats:
        """Log chance of holding so long (candidate,) in one class, the hazard within an interval
        being constant.
        """
        to = int(np.clip(np.searchsorted(EDGES, years, side="left"), 1, len(EDGES) - 1))
        share = (min(years, EDGES[-1]) - EDGES[to - 1]) / (EDGES[to] - EDGES[to - 1])
        return np.asarray(
            (1 - share) * self.log_beyond[:, row, to - 1] + share * self.log_beyond[:, row, to]
        )


class Emulator:
    """Logistic regressions of the chances of each class and interval, fitted to simulated
    candidates.
    """

    def __init__(self, histories: Histories) -> None:
        """Fit them all."""
        self.classes = histories.classes
        ends = histories.ends()
        at_risk = ends[..., ::-1].cumsum(axis=-1)[..., ::-1]
        self._fits = [
            [
                _fit(histories.scores, ends[:, row, interval], at_risk[:, row, interval + 1])
                for interval in range(len(EDGES) - 1)
            ]
            for row in range(len(self.classes))
        ]

    def chances(self, scores: Floats) -> Chances:
        """The log chances of candidates (candidate, part)."""
        logs = np.stack(
            [
                np.stack([fit.predict_log_proba(scores) for fit in fits], axis=1)
                for fits in self._fits
            ],
            axis=1,
        )
        return _chances(self.classes, logs[..., 1], logs[..., 0])


def counted(histories: Histories) -> Chances:
    """The log chances of simulated candidates as they were counted, half a history added on both
    sides, without an emulator.
    """
    ends = histories.ends() + 0.5 / len(EDGES)
    at_risk = ends[..., ::-1].cumsum(axis=-1)[..., ::-1]
    share = ends[..., :-1] / at_risk[..., :-1]
    return _chances(histories.classes, np.log(share), np.log1p(-share))


def _chances(classes: tuple[str, ...], log_hazard: Floats, log_holds: Floats) -> Chances:
    beyond = np.concatenate(
        [np.zeros((*log_holds.shape[:2], 1)), np.cumsum(log_holds, axis=-1)], axis=-1
    )
    return Chances(classes, log_hazard + beyond[..., :-1], beyond)


def _fit(scores: Floats, ended: NDArray[np.int64], longer: NDArray[np.int64]) -> Any:
    """The chance of having ended rather than held longer, by candidate."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    model = make_pipeline(
        PolynomialFeatures(DEGREE, include_bias=False),
        LogisticRegression(max_iter=1000, tol=_TOLERANCE),
    )
    both = np.concatenate([ended, longer]) + _HALF
    return model.fit(
        np.tile(scores, (2, 1)),
        np.repeat([1, 0], len(scores)),
        logisticregression__sample_weight=both,
    )
