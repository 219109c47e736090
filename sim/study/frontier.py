"""The frontier of cost against durability: guarantees than which no other is both cheaper and as
durable.
"""

import numpy as np
import pandas as pd


def frontier(points: pd.DataFrame) -> pd.DataFrame:
    """The points than which no other is cheaper and as durable.

    The cheapest first, each more durable than the one before.

    Between the first and the last those are left out that are better than the one before by less
    than half their error.
    """
    kept: list[int] = []
    best = -np.inf
    for number, point in points.sort_values(
        ["cost", "estimate"], ascending=[True, False]
    ).iterrows():
        if point["estimate"] > best + (point["high"] - point["low"]) / 4:
            kept.append(int(str(number)))
            best = float(point["estimate"])
    most = points[points["estimate"] == points["estimate"].max()].nsmallest(1, "cost")
    return pd.concat([points.loc[kept], most]).drop_duplicates()


def confirmed(along: pd.DataFrame) -> pd.DataFrame:
    """Those that on the histories of the search and fresh ones together are more durable than all
    that cost less, and the last.
    """
    pooled = (along["estimate"] + along["fresh_estimate"]) / 2
    order = along.sort_values("fresh_cost").index
    kept = pooled[order] >= pooled[order].cummax()
    return along.loc[[number for number in order if kept[number] or number == pooled.idxmax()]]
