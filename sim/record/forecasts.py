"""What forecasters gave a ceasefire of 2025 between Russia and Ukraine.

How long it would last if there was one.

Shares of 8 May 2025, conditional on a ceasefire in that year, as published by the RAND Forecasting
Initiative (randforecastinginitiative.org/rfi-blog/ukraine-ceasefire-collaboration) for three
crowds. They add up to 100 within rounding.
"""

import pandas as pd

CROWDS = {
    "RAND Forecasting Initiative": (58, 10, 8, 6, 17),
    "Metaculus": (33, 11, 16, 13, 27),
    "Glimt": (69, 12, 8, 4, 8),
}
"""Percent for under 30 days, 30 days, 31 to 60, 61 to 90, and 91 days or more."""
DAYS = (30, 31, 61, 91)
"""The days that a ceasefire of each group but the first has lasted at least."""


def forecasts() -> pd.DataFrame:
    """The crowds' shares of ceasefires that last at least a number of days: crowd, days, estimate.

    They have no intervals of their own: what is uncertain about them is how far three crowds lie
    apart.
    """
    return pd.DataFrame(
        [
            {"crowd": crowd, "days": days, "estimate": sum(percents[group:]) / sum(percents)}
            for crowd, percents in CROWDS.items()
            for group, days in enumerate(DAYS, start=1)
        ]
    )
