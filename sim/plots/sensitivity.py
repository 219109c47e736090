"""Which assumptions drive an outcome: its swing with each and their shares of its variance, and the outcome against the leading ones."""

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.analysis.words import with_error
from sim.plots.style import PALETTE, axes_or_new
from sim.study.assumptions import meaning
from sim.study.finding import Finding
from sim.study.points import JOINT

_WIDTH, _PANELS, _BINS, _TENTHS = 26, 4, 24, 10
_BELOW: Any = {"frameon": False, "loc": "upper right", "bbox_to_anchor": (1, -0.12), "ncols": 2, "fontsize": "small"}
_ENDS: Any = {"low": ({"color": "white", "hatch": "////"}, "at its lowest tenth"), "high": ({"color": "0.75"}, "at its highest tenth")}


def tornado(finding: Finding, ax: Axes | None = None) -> Axes:
    """The outcome at the lowest and highest tenth of each assumption, and its share of the variance alone and in all; 95 % limits."""
    shares = finding.table.pivot_table(index="factor", columns="index", values=["estimate", "low", "high"])
    order = shares["estimate"]["total"].sort_values().index.tolist()
    if ax is None:
        ax = axes_or_new(None)
        ax.figure.set_size_inches(11, 2.2 + 0.55 * len(order))      # type: ignore[union-attr]
    ax.set_axis_off()
    left, right = ax.inset_axes((0.0, 0, 0.53, 1)), ax.inset_axes((0.6, 0, 0.4, 1))
    _draw_swings(left, finding, order)
    for shift, index, colour, filled in ((0.14, "total", PALETTE[0], True), (-0.14, "first order", PALETTE[1], False)):
        rows = [shares.loc[name] for name in order]
        middle, low, high = (np.array([row[each][index] for row in rows]) for each in ("estimate", "low", "high"))
        right.errorbar(middle, np.arange(len(order)) + shift, xerr=[(middle - low).clip(0), (high - middle).clip(0)], fmt="o", color=colour,
                       mfc=colour if filled else "white", capsize=2, ms=5, label="in all" if filled else "alone")
    right.axvline(0, color="0.7", lw=0.8, zorder=0)
    right.set_yticks(range(len(order)), [""] * len(order))
    right.set(xlabel="share of the variance by parameters")
    right.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.legend(**_BELOW)
    for each in (left, right):
        each.set_ylim(-0.6, len(order) - 0.4)
        each.spines[["top", "right"]].set_visible(False)
    ax.set_title(_finding(finding, shares, order), loc="left")
    return ax


def _draw_swings(ax: Axes, finding: Finding, order: list[str]) -> None:
    swings, mean = finding.tables["swings"], finding.tables["sample"].iloc[0]["mean"]
    for row, name in enumerate(order):
        if name == JOINT:
            ax.annotate("rows in no order: no lowest, no highest", (mean, row), xytext=(6, 0), textcoords="offset points", va="center",
                        fontsize="small")
        for _, end in swings[swings["factor"] == name].iterrows():
            looks, told = _ENDS[end["end"]]
            ax.barh(row, end["estimate"] - mean, left=mean, height=0.5, ec="0.35", lw=0.8, label=None if row else told, **looks)
            ax.hlines(row, end["low"], end["high"], color="black", lw=2)
    ax.axvline(mean, color="black", lw=1)
    ax.set_yticks(range(len(order)), [fill(_named(name), _WIDTH) for name in order], fontsize="small")
    ax.set_xlabel(f"{finding.asked['label']}{'' if len(finding.asked['scenarios']) == 1 else ', difference'} (bars: 95 % limits)")
    _scale(ax.xaxis, finding)
    ax.legend(**_BELOW)


def influence(finding: Finding, ax: Axes | None = None) -> Axes:
    """The outcome against each of the leading assumptions: dots are points of few histories, the line a running mean with limits.

    Joint draws show the numbers in them that go most with the outcome, each with whatever is drawn beside it.
    """
    leading, points = _leading(finding)[:_PANELS], finding.tables["points"]
    if ax is None:
        ax = axes_or_new(None)
        ax.figure.set_size_inches(11, 3.4)      # type: ignore[union-attr]
    ax.set_axis_off()
    for number, name in enumerate(leading):
        panel = ax.inset_axes((number / len(leading), 0, 0.84 / len(leading), 0.95))
        panel.plot(points[name], points["outcome"], ".", color="0.75", ms=2.5, zorder=0)
        running = _running(points[name], points["outcome"])
        panel.fill_between(running["at"], running["low"], running["high"], color=PALETTE[1], alpha=0.35, lw=0)
        panel.plot(running["at"], running["estimate"], color=PALETTE[1], lw=1.8)
        panel.set_xlim(*np.quantile(points[name], [0.005, 0.975]))
        told, unit = meaning(name)
        panel.set_xlabel(fill(f"{told} ({unit})" if unit else told, 30), fontsize="small")
        panel.spines[["top", "right"]].set_visible(False)
        panel.xaxis.set_major_locator(MaxNLocator(4))
        _scale(panel.yaxis, finding)
        if number:
            panel.set_yticklabels([])
    swings = finding.tables["swings"].set_index("factor")
    first = leading[0]
    ends = swings.loc[first] if first in swings.index else _running(points[first], points["outcome"], _TENTHS).iloc[[0, -1]]
    low, high = (_told(end, finding) for _, end in ends.iterrows())
    beside = "" if first in swings.index else " and what is drawn with it"
    ax.set_title(f"{finding.asked['outcome']} goes from {low} to {high} between the lowest and the highest tenth\nof "
                 f"{_named(first)}{beside} (dots: {finding.asked['replicates']} histories; lines: running means, 95 % limits)", loc="left")
    return ax


def _leading(finding: Finding) -> list[str]:
    """The keys of the factors, those of the largest totals first; joint draws by the rank correlations of their numbers."""
    totals = finding.table[finding.table["index"] == "total"].sort_values("estimate", ascending=False)["factor"].tolist()
    points = finding.tables["points"]
    together = points.drop(columns=["outcome", *(name for name in totals if name != JOINT)])
    ranked = together.rank().corrwith(points["outcome"].rank()).abs().sort_values(ascending=False).index.tolist()
    return [key for name in totals for key in (ranked if name == JOINT else [name])]


def _running(x: Any, y: Any, bins: int = _BINS) -> pd.DataFrame:
    """Means of equally many points in the order of x, with 95 % limits."""
    groups = np.array_split(np.argsort(x.to_numpy(), kind="stable"), min(bins, len(x) // 8))
    rows = []
    for group in groups:
        some = y.to_numpy()[group]
        reach = 1.96 * some.std(ddof=1) / np.sqrt(len(some))
        rows.append({"at": x.to_numpy()[group].mean(), "estimate": some.mean(), "low": some.mean() - reach, "high": some.mean() + reach})
    return pd.DataFrame(rows)


def _finding(finding: Finding, shares: pd.DataFrame, order: list[str]) -> str:
    best, whole = order[-1], shares.loc[order[-1]]
    if np.isnan(whole["estimate"]["total"]):
        return f"What was varied does not move {finding.asked['outcome']} by more than chance"
    value, low, high = (100 * whole[each]["total"] for each in ("estimate", "low", "high"))
    return (f"{_named(best)} goes with {value:.0f} ({low:.0f} to {high:.0f}) %\nof what parameters move in {finding.asked['outcome']} "
            f"({', less that of '.join(finding.asked['scenarios'])})")


def _told(row: Any, finding: Finding) -> str:
    if finding.asked["unit"] == "share":
        return with_error(row["estimate"], row["low"], row["high"], sign="" if len(finding.asked["scenarios"]) == 1 else "+")
    return f"{row['estimate']:.1f} ({row['low']:.1f} to {row['high']:.1f})"


def _named(factor: str) -> str:
    return "the joint draws" if factor == JOINT else meaning(factor)[0]


def _scale(axis: Any, finding: Finding) -> None:
    if finding.asked["unit"] == "share":
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
