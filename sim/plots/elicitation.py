"""What experts believe beside what was assumed, and how far they differ in the answer."""

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.plots.style import PALETTE, axes_or_new, in_own_style, in_percent
from sim.study.assumptions import meaning
from sim.study.elicitation_tables import BETWEEN, DIFFERENCE, EXPERT, POOLED, PRIOR
from sim.study.finding import Finding
from sim.uncertainty import ELICITED, Distribution
from sim.wording import with_error, with_limits

__all__ = ["beliefs", "disagreement"]

_WIDTH, _ROWS, _NAME = 44, 12, 28
"""Characters of a line, experts that a panel shows, and characters of a name."""
_PROBABILITIES = np.linspace(0.005, 0.995, 199)
"""Where a density is drawn from."""
_LOOKS: dict[str, Any] = {
    PRIOR: {"color": "0.5"},
    POOLED: {"color": PALETTE[0], "lw": 3.5},
    EXPERT: {"color": PALETTE[1]},
}


@in_own_style
def beliefs(finding: Finding, ax: Axes | None = None) -> Axes:
    """Each number as the scenario assumes it, as the experts pooled, and as each expert sees it: 5
    to 95 %, and the median.
    """
    table = finding.tables["beliefs"]
    keys = table["key"].unique().tolist()
    rows = 2 + min(table.loc[table["source"] == EXPERT, "expert"].nunique(), _ROWS)
    ax = axes_or_new(ax, (9, 0.6 + len(keys) * (0.9 + 0.24 * rows)))
    ax.set_axis_off()
    for place, key in enumerate(keys):
        panel = ax.inset_axes((0.22, 1 - (place + 0.62) / len(keys), 0.78, 0.5 / len(keys)))
        _intervals(panel, table[table["key"] == key].iloc[:rows], ("p5", "p50", "p95"))
        words, unit = meaning(key)
        label = fill(f"{words} ({unit})" if unit else words, 2 * _WIDTH)
        panel.set_xlabel(label, fontsize="small")
    own = table[table["source"] == EXPERT]
    more = own["expert"].nunique() - _ROWS
    ax.set_title(
        "What is believed of each number: 5 to 95 %, dot: median\n"
        "grey: as the scenario assumes, black: experts pooled, blue: each expert"
        + (f" ({more} more not shown)" if more > 0 else ""),
        loc="left",
    )
    return ax


@in_own_style
def disagreement(finding: Finding, ax: Axes | None = None) -> Axes:
    """The outcome by whose beliefs, with its sampling error and its range over parameter sets; and
    below it how much of the variance lies between experts.
    """
    table = finding.tables["answers"]
    shown = table[table["source"] != DIFFERENCE].iloc[: 2 + _ROWS]
    ax = axes_or_new(ax, (9, 2.6 + 0.38 * len(shown)))
    ax.set_axis_off()
    divided = finding.tables["variance"]
    upper = ax.inset_axes((0.22, 0.36, 0.78, 0.64) if len(divided) else (0.22, 0.1, 0.78, 0.9))
    _intervals(upper, shown, ("spread_low", "estimate", "spread_high"))
    for place, row in enumerate(shown.to_dict("records")):
        upper.plot([row["low"], row["high"]], [place] * 2, color=PALETTE[2], lw=6, zorder=3)
    share = finding.settings["unit"] == "share"
    what = f"share that {finding.settings['label']}" if share else finding.settings["label"]
    upper.set_xlabel(f"{what}; line: 90 % of parameter sets, orange: 95 % sampling error")
    if share:
        in_percent(upper.xaxis)
    if len(divided):
        _bar(ax.inset_axes((0.22, 0.06, 0.78, 0.1)), divided.set_index("part"))
    ax.set_title(_finding(finding), loc="left")
    return ax


def _intervals(panel: Axes, rows: pd.DataFrame, columns: tuple[str, str, str]) -> None:
    """A line from the first to the third number of each row, and a dot at the second."""
    low, middle, high = columns
    for place, row in enumerate(rows.to_dict("records")):
        looks = {"lw": 1.8} | _LOOKS[row["source"]]
        panel.plot([row[low], row[high]], [place] * 2, **looks)
        panel.plot(row[middle], place, "o", color=looks["color"], ms=5, zorder=4)
    names = [_name(row) for row in rows.to_dict("records")]
    panel.set_yticks(range(len(names)), names, fontsize="small")
    panel.set_ylim(len(names) - 0.4, -0.6)
    panel.grid(axis="x", color="0.92")
    panel.set_axisbelow(b=True)
    panel.spines[["top", "right"]].set_visible(False)


def _name(row: Any) -> str:
    if row["source"] != EXPERT:
        return str(row["source"])
    expert = str(row["expert"])
    return expert if len(expert) <= _NAME else f"{expert[: _NAME - 1]}…"


def _bar(panel: Axes, parts: pd.DataFrame) -> None:
    """One bar of the variance: between experts, with its limits, and within."""
    between = parts.loc[BETWEEN]
    if pd.isna(between["estimate"]):
        panel.set_axis_off()
        return
    at = min(max(between["estimate"], 0.0), 1.0)
    panel.barh(0, at, color=PALETTE[1])
    panel.barh(0, 1 - at, left=at, color="0.85")
    reach = [[max(at - between["low"], 0.0)], [max(between["high"] - at, 0.0)]]
    panel.errorbar(at, 0, xerr=reach, color=PALETTE[2], capsize=4, lw=2)
    panel.set(xlim=(0, 1), yticks=[0])
    panel.set_yticklabels(["variance"], fontsize="small")
    in_percent(panel.xaxis)
    panel.set_xlabel("blue: between experts (95 % limits), grey: within each", fontsize="small")
    panel.spines[["top", "right"]].set_visible(False)


def _finding(finding: Finding) -> str:
    rows = finding.tables["answers"].set_index("source")
    pooled = rows.loc[POOLED]
    three = pooled["estimate"], pooled["low"], pooled["high"]
    if finding.settings["unit"] == "share":
        value = with_error(*three)
    else:
        value = with_limits(*three, str(finding.settings["unit"]), 2)
    title = f"{value} under what the experts believe"
    divided = finding.tables["variance"].set_index("part")
    if not len(divided) or pd.isna(divided.loc[BETWEEN, "estimate"]):
        return title
    between = divided.loc[BETWEEN]
    share = with_limits(between["estimate"], between["low"], between["high"])
    return f"{title};\n{share} of the variance lies between them"


@in_own_style
def belief(
    prior: float | Distribution, fitted: Distribution | None, unit: str, ax: Axes | None = None
) -> Axes:
    """The density of a number as the scenario assumes it, and as somebody believes it."""
    ax = axes_or_new(ax, (5, 2.6))
    for known, looks in ((prior, _LOOKS[PRIOR]), (fitted, _LOOKS[EXPERT] | {"lw": 2})):
        if known is None:
            continue
        if isinstance(known, Distribution):
            values = known.quantile(_PROBABILITIES)
            step = np.gradient(values)
            density = np.divide(np.gradient(_PROBABILITIES), step, where=step > 0, out=0 * step)
            ax.plot(values, density, **looks)
            ax.plot(known.quantile(np.array(ELICITED)), [0] * 3, "|", ms=12, **looks)
        else:
            ax.axvline(known, **looks)
    ax.set_ylim(bottom=0)
    ax.set(yticks=[], xlabel=fill(unit, _WIDTH))
    ax.spines[["top", "right", "left"]].set_visible(False)
    title = "Grey: as the scenario assumes" + ("; blue: as you believe" if fitted else "")
    ax.set_title(title, loc="left", fontsize="medium")
    return ax
