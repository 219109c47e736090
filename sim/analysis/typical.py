"""Typical worlds: for each way of ending, the world nearest to the middle of its kind."""

import pandas as pd

from sim.analysis.measures import Simulated, drawn
from sim.game.endings import Cause

_COURSE = ("years", "probes", "firm_answers")


def typical(run: Simulated) -> dict[Cause, int]:
    """The number of the typical world of each way of ending that occurred.

    It is the one whose years, probes, firm answers and drawn parameters lie nearest to the medians
    of the worlds that ended in the same way, each measured in its interquartile ranges.
    """
    worlds = run.worlds
    features = pd.DataFrame(
        {name: worlds[name].astype(float) for name in (*_COURSE, *drawn(worlds))}
    )
    typical_worlds = {}
    for cause in Cause:
        kind = features[(worlds["cause"] == cause.value).to_numpy()]
        if len(kind):
            typical_worlds[cause] = int(worlds["world"][_distance(kind).idxmin()])
    return typical_worlds


def _distance(kind: pd.DataFrame) -> "pd.Series[float]":
    spread = kind.quantile(0.75) - kind.quantile(0.25)
    return (((kind - kind.median()) / spread.where(spread > 0, 1.0)) ** 2).sum(axis=1)
