"""Read the record of ceasefires: durations, whether followed to their end, and classes of guarantee
(codebook.md).
"""

from functools import cache
from importlib import resources

import pandas as pd

from sim.calendar import DAYS_PER_YEAR

OUTCOMES = {"war": "renewed war", "fighting": "renewed armed conflict"}
"""What may end a ceasefire in the record: war is what the model speaks of.

Armed conflict counts 25 deaths a year.
"""


def record(outcome: str = "war", *, pooled: bool = True) -> pd.DataFrame:
    """The cases, a row each: the columns of the codebook, the `pair` of sides, `years` held,
    whether it `ended`, and `by` which outcome.

    `outcome` is a key of OUTCOMES; `pooled` leaves out the six cases that are there for comparison
    only. Raises KeyError for another outcome.
    """
    table = _table()
    if outcome not in OUTCOMES:
        raise KeyError(f"{outcome}: the record knows {' and '.join(OUTCOMES)}")
    resumed, followed = table[f"{outcome}_resumed"], table[f"{outcome}_followed_until"]
    held = pd.to_datetime(resumed.fillna(followed)) - pd.to_datetime(table["start"])
    pair = [
        " and ".join(sorted(sides)) for sides in zip(table["side_a"], table["side_b"], strict=True)
    ]
    cases = table.assign(
        pair=pair, years=held.dt.days / DAYS_PER_YEAR, ended=resumed.notna(), by=OUTCOMES[outcome]
    )
    return cases[cases["pooled"] == 1].reset_index(drop=True) if pooled else cases


@cache
def _table() -> pd.DataFrame:
    with resources.files("sim.record").joinpath("ceasefires.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=True)
