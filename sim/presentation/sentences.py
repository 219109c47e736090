"""What estimates say, in sentences: how long a ceasefire holds, how sure that is, what a guarantee
adds, when the risk peaks, why ceasefires end, and what it costs whom.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.comparison import Comparison
from sim.analysis.signing import DURABLE_YEARS
from sim.analysis.summary import SHOWN, Summary
from sim.game.endings import Cause, Reason
from sim.guarantee.costs import PEACE
from sim.wording import ages, of_row, share, with_error, years_of

_EARLY, _REASONS = 5, 4
"""The earlier year, and the most reasons, that a sentence states."""
_THE = {"United States": "the United States"}


def durability(shown: Comparison) -> Iterator[str]:
    """A sentence a run, the most durable first, with both kinds of uncertainty."""
    for run in shown.ranked:
        table, last = run.survival().set_index("years"), run.last()
        early = (
            f" and {share(table.loc[_EARLY])} after {_EARLY} years"
            if _EARLY in table.index[:-1]
            else ""
        )
        yield (
            f"Under {shown.label(run)}, {share(last)} of ceasefires still hold after "
            f"{years_of(run.horizon_years)}{early}. The share after "
            f"{years_of(run.horizon_years)} is {spread(last)}."
        )


def difference(row: Any, better: str, worse: str, word: str = "under") -> str:
    """A paired difference in durability, and whether parameter sets agree on its sign; `word`
    stands before what is compared.
    """
    more = "more" if row["estimate"] >= 0 else "fewer"
    error = 50 * (row["high"] - row["low"])
    stated = (
        f"After {years_of(row['years'])}, {100 * abs(row['estimate']):.1f} percentage points "
        f"(±{error:.1f}) {more} ceasefires still hold {word} {better} than {word} {worse}, on the "
        "same simulated histories"
    )
    if row["low"] <= 0 <= row["high"]:
        stated += (
            ". The two are statistically indistinguishable; more histories would reduce the "
            "sampling error"
        )
    if pd.isna(row["spread_low"]):
        return f"{stated}."
    over = f"{points(row['spread_low'])} to {points(row['spread_high'])} percentage points"
    if row["spread_low"] < 0 < row["spread_high"]:
        return (
            f"{stated}. Over 90 % of parameter sets the difference is {over}: which is better "
            "depends on the assumptions."
        )
    return f"{stated}. Over 90 % of parameter sets the difference is {over}."


def differences(shown: Comparison) -> Iterator[str]:
    """A sentence for each run but the baseline, the largest gain first."""
    table = shown.differences
    last = table[table["years"] == table["years"].max()]
    for _, row in last.sort_values("estimate", ascending=False).iterrows():
        called = shown.labels_by_name
        yield difference(row, called[row["scenario"]], called[row["baseline"]])


IMPOSED_OR_SIGNED = (
    "“If imposed” counts every simulated history; “if signed” counts each by Russia's chance of "
    "signing, because a Russia that would sign is more likely to keep the ceasefire."
)


def selection(shown: Comparison) -> Iterator[str]:
    """Where durability if imposed and if signed differ, and what the two mean."""
    at = min(DURABLE_YEARS, *(run.horizon_years for run in shown.runs))
    selected = [(label, run) for label, run in shown.labelled if run.is_selected]
    for label, run in selected:
        imposed, signed = (
            share(table.iloc[0]) for table in (run.survival([at]), run.survival_if_signed([at]))
        )
        yield (
            f"Under {label}, {signed} of ceasefires still hold after {at} years if signed, and "
            f"{imposed} if imposed."
        )
    if selected:
        yield IMPOSED_OR_SIGNED


def danger(shown: Comparison) -> Iterator[str]:
    """A sentence a run: the year of the highest hazard, and those indistinguishable from it."""
    for label, run in shown.labelled:
        worst, years = run.danger
        others = [year for year in years if year != worst["year"]]
        are = "is" if len(others) == 1 else "are"
        alike = f"; {ages(others)} {are} statistically indistinguishable from it" if others else ""
        yield (
            f"Under {label}, the risk peaks in year {worst['year']:.0f}, when {share(worst)} of "
            f"the ceasefires that still hold end{alike}."
        )


def why(shown: Comparison) -> Iterator[str]:
    """A sentence a run: the most common way of ending, and the others that occur."""
    for label, run in shown.labelled:
        table = run.causes.drop(str(Cause.HELD)).sort_values("estimate", ascending=False)
        first, *rarer = table.index
        others = [cause for cause in rarer if table.loc[cause, "estimate"] >= SHOWN]
        rest = ", ".join(f"{Cause(cause).clause} in {share(table.loc[cause])}" for cause in others)
        most = f"{Cause(first).clause} in {share(table.loc[first])} of histories"
        yield f"Under {label}, {most}{rest and f'; {rest}'}."


def reasons(shown: Comparison) -> Iterator[str]:
    """A sentence a run in which Russia attacks: its main reasons, the most common first."""
    for label, run in shown.labelled:
        if because := main_reasons(run, _REASONS):
            yield (f"Under {label}, in shares of all histories, Russia attacks because {because}.")


def main_reasons(run: Summary, most: int) -> str:
    """The main reasons of attacks with their shares of all histories; empty without attacks."""
    table = run.reasons.sort_values("estimate", ascending=False, kind="stable")
    shown = table[table["estimate"] >= SHOWN].head(most)
    said = [f"{Reason(str(name)).words} in {share(row)}" for name, row in shown.iterrows()]
    *first, last = said or [""]
    return " and because ".join([", because ".join(first), last] if first else [last])


def bent(shown: Comparison) -> str:
    """How far the terms of peace drift; of several runs, under the one where they favour Russia
    most.
    """
    drifts = [run.terms_drift for run in shown.runs]
    most = int(np.argmax([drift.value for drift in drifts]))
    drift, label = drifts[most], shown.labels[most]
    if drift.low <= 0 <= drift.high:
        return f"Under {label}, the drift of the terms of peace is indistinguishable from none."
    size = f"{100 * abs(drift.value):.1f} percentage points (±{50 * (drift.high - drift.low):.1f})"
    if drift.value < 0:
        return f"Under {label}, the terms of peace drift {size} towards Ukraine on average."
    among = ", the most of these" if len(shown.runs) > 1 else ""
    return (
        f"Under {label}, the terms of peace drift {size} towards Russia on average{among}: the "
        "ceasefire may hold because Russia gets what it wants."
    )


def costs(shown: Comparison) -> Iterator[str]:
    """A sentence a run: costs in peace and by a resumed war, and the change from the baseline."""
    for run in shown.runs:
        stated = expected_costs(run, shown.label(run))
        if shown.unpaired or run is shown.base:
            yield f"{stated}."
        else:
            yield f"{stated}, {war_saved(run, shown)}."


def expected_costs(run: Summary, label: str) -> str:
    """What is paid in peace, and what a resumed war is expected to cost."""
    peace, war = run.costs.loc[("all", "peace")], run.costs.loc[("all", "war")]
    paid = amount(peace) if peace["high"] > 0 else "nothing"
    return f"Under {label}, peace costs {paid}, and a resumed war is expected to cost {amount(war)}"


def war_saved(run: Summary, shown: Comparison) -> str:
    """How much less a resumed war is expected to cost than under the baseline."""
    saved, base = run.war_cost_difference(shown.base), shown.label(shown.base)
    if saved.low <= 0 <= saved.high:
        return f"statistically indistinguishable from that under {base}"
    word = "less" if saved.value < 0 else "more"
    return (
        f"USD {abs(saved.value):.1f} billion (±{(saved.high - saved.low) / 2:.1f}) {word} than "
        f"under {base}"
    )


def payers(run: Summary) -> str:
    """Who pays the costs in peace, in shares; empty where nothing is paid."""
    rows = {
        bearer: run.costs.loc[(bearer, "peace")]
        for bearer in ("Europe", "United States", "Ukraine")
    }
    listed = [
        f"{_THE.get(bearer, bearer)} pays {with_error(*of_row(row, 'share'))}"
        for bearer, row in rows.items()
        if row["share"] > 0
    ]
    items = " and ".join(PEACE)
    return f"Of the costs in peace ({items}), {' and '.join(listed)}." if listed else ""


def amount(row: Any) -> str:
    """An expected cost with its 95 % sampling error."""
    return f"USD {row['estimate']:.1f} billion (±{(row['high'] - row['low']) / 2:.1f})"


def spread(row: Any) -> str:
    """The range over parameter sets."""
    if pd.isna(row["spread_low"]):
        return "not known by parameter set, with one history of each"
    return (
        f"{100 * row['spread_low']:.0f} to {100 * row['spread_high']:.0f} % over 90 % of parameter "
        "sets"
    )


def points(value: float) -> str:
    """A difference in percentage points."""
    rounded = round(100 * value) + 0
    return f"{rounded:+d}" if rounded else "0"
