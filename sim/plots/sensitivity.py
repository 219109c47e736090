"""Which assumptions drive an outcome: how far it swings with each, what share of its uncertainty each is, and how it depends on it."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from sim.plots.style import PALETTE, axes_or_new
from sim.scenario.schema import described
from sim.study.finding import Finding
from sim.study.points import JOINT

MOST = 10
"""Parameters in a tornado at most."""
PANELS = 4
_LOW, _HIGH = PALETTE[1], PALETTE[6]
_SCALES = 50


def tornado(finding: Finding, ax: Axes | None = None) -> Axes:
    """The mean outcome in the lowest and in the highest tenth of each parameter's values, the most influential above; beside, its indices.

    From a finding of `ceasefire sensitivity`. Whiskers are 95 % limits; at the ends of the bars stand the limits of the tenths.
    """
    parameters = list(finding.table["parameter"].unique()[:MOST])
    if ax is None:
        _, ax = plt.subplots(figsize=(8, 2.2 + 0.62 * len(parameters)), layout="constrained")
    ax = axes_or_new(ax)
    rows = np.arange(len(parameters))[::-1]
    tenths, sample = finding.tables["tenths"].set_index("parameter"), finding.tables["sample"].iloc[0]
    ax.axvspan(sample["mean_low"], sample["mean_high"], color="0.85", lw=0, zorder=0)
    ax.axvline(sample["mean"], color="black", lw=0.8, zorder=0)
    for row, parameter in zip(rows, parameters, strict=True):
        if parameter in tenths.index:
            _swing(ax, row, tenths.loc[parameter])
        else:
            ax.annotate("rows without order have no low and no high", (sample["mean"], row), ha="center", va="center", fontsize="small")
    ax.set_yticks(rows, [_label(parameter) for parameter in parameters], fontsize="small")
    ax.set(ylim=(-0.6, len(parameters) - 0.4), xlabel=f"{_outcome(finding.asked)}; whiskers: 95 % sampling error\n"
           "dark: in the lowest tenth of the parameter's values; light: in the highest; line: over all values")
    ax.margins(x=0.16)
    ax.xaxis.set_major_formatter(_format(finding.asked))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6))
    ax.set_title(_finding(finding, parameters[0]), loc="left", x=0)
    _beside(ax, rows, finding.table, parameters)
    return ax


def influence(finding: Finding, ax: Axes | None = None) -> Axes:
    """The outcome at single points against each of the leading parameters, with its mean in each tenth and the 95 % limits of that.

    From a finding of `ceasefire sensitivity`. A dot is a point of few histories, so that dots scatter by chance too.
    """
    tenths, points = finding.tables["tenths"], finding.tables["points"]
    leading = [parameter for parameter in finding.table["parameter"].unique() if parameter in set(tenths["parameter"])][:PANELS]
    if ax is None:
        _, ax = plt.subplots(figsize=(max(8, 3 * len(leading)), 3.8), layout="constrained")
    ax = axes_or_new(ax)
    ax.set_axis_off()
    width = 1 / max(len(leading), 1)
    for number, parameter in enumerate(leading):
        panel = ax.inset_axes((number * width, 0.0, 0.86 * width, 1.0))
        _scatter(panel, points[parameter], points["outcome"], tenths[tenths["parameter"] == parameter], finding)
        panel.tick_params(labelleft=number == 0)
        if number == 0:
            panel.set_ylabel(_outcome(finding.asked))
    ax.set_title(_dependence(finding, leading), loc="left")
    return ax


def _swing(ax: Axes, row: int, tenths: pd.DataFrame) -> None:
    """A bar from the outcome in the lowest tenth to that in the highest, each with its whisker and the limit of its values."""
    low, high = tenths.iloc[0], tenths.iloc[-1]
    ax.barh(row, high["estimate"] - low["estimate"], left=low["estimate"], height=0.34, color="0.8", zorder=1)
    rightmost = max(low["high"], high["high"])
    leftmost = min(low["low"], high["low"])
    upward = high["estimate"] >= low["estimate"]
    for end, colour, text, is_right in ((low, _LOW, f"≤ {low['to']:.3g}", not upward), (high, _HIGH, f"≥ {high['from']:.3g}", upward)):
        ax.errorbar(end["estimate"], row, xerr=[[end["estimate"] - end["low"]], [end["high"] - end["estimate"]]], fmt="o", color=colour,
                    mec="black", mew=0.6, ms=6, capsize=3, ecolor="black", lw=1.2, zorder=3)
        ax.annotate(text, (rightmost if is_right else leftmost, row), xytext=(6 if is_right else -6, 0), textcoords="offset points",
                    ha="left" if is_right else "right", va="center", fontsize="small")


def _beside(ax: Axes, rows: Any, table: pd.DataFrame, parameters: list[str]) -> None:
    """Beside the axes the share of variance of each parameter: a bar for the total index, a diamond for the first-order one."""
    beside = ax.inset_axes((1.05, 0, 0.42, 1), sharey=ax)
    for index, shift, style in (("total", -0.09, {"fmt": "s", "color": "black"}), ("first", 0.12, {"fmt": "D", "color": "white"})):
        chosen = table[table["index"] == index].set_index("parameter").loc[parameters, ["estimate", "low", "high"]].clip(0, 1)
        errors = np.array([chosen["estimate"] - chosen["low"], chosen["high"] - chosen["estimate"]])
        beside.errorbar(chosen["estimate"], rows + shift, xerr=errors, mec="black", ms=5, ecolor="black", capsize=2.5, lw=1.2, label=index,
                        zorder=3, **style)
    totals = table[table["index"] == "total"].set_index("parameter").loc[parameters, "estimate"].clip(0, 1)
    beside.barh(rows - 0.09, totals, height=0.1, color="0.7", zorder=1)
    beside.set(xlim=(0, 1.03), xlabel="share of the variance over parameters\nsquare: in all (total); diamond: alone (first)")
    beside.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    beside.spines[["top", "right"]].set_visible(False)
    beside.tick_params(labelleft=False)


def _scatter(panel: Axes, at: "pd.Series[float]", outcome: "pd.Series[float]", tenths: pd.DataFrame, finding: Finding) -> None:
    step = 1 / finding.asked["replicates"] if finding.asked["unit"] == "share" else 0.0
    shaken = outcome + 0.5 * step * (np.random.default_rng(0).random(len(outcome)) - 0.5)
    panel.plot(at, shaken, ".", color="0.6", ms=2, alpha=0.5, rasterized=True, zorder=1)
    panel.fill_between(tenths["value"], tenths["low"], tenths["high"], color=PALETTE[2], alpha=0.4, lw=0, zorder=2)
    panel.plot(tenths["value"], tenths["estimate"], "o-", color=PALETTE[2], mec="black", mew=0.5, ms=4, lw=1.5, zorder=3)
    if at.min() > 0 and at.max() / at.min() > _SCALES:
        panel.set_xscale("log")
    parameter = str(tenths["parameter"].iloc[0])
    panel.set_xlabel(_label(parameter), fontsize="small")
    panel.yaxis.set_major_formatter(_format(finding.asked))
    panel.spines[["top", "right"]].set_visible(False)


def _finding(finding: Finding, leading: str) -> str:
    total = finding.table[(finding.table["parameter"] == leading) & (finding.table["index"] == "total")].iloc[0]
    sample = finding.tables["sample"].iloc[0]
    lead = "is driven most by" if sample["leading_apart"] or sample["factors"] == 1 else "is driven by several, none beyond error more than"
    return (f"{_outcome(finding.asked, short=True)} {lead}\n{_short(leading)}, {_percent(total['estimate'], total['low'], total['high'])} "
            f"of its variance over parameters;\nof one history's, {_percent(*sample[['chance_share', 'chance_share_low', 'chance_share_high']])} "
            "is chance")


def _dependence(finding: Finding, leading: list[str]) -> str:
    if not leading:
        return "No parameter has an order to be drawn along"
    tenths = finding.tables["tenths"]
    ends = tenths[tenths["parameter"] == leading[0]].iloc[[0, -1]]
    first, last = (_with_limits(finding.asked, end) for _, end in ends.iterrows())
    return (f"{_outcome(finding.asked, short=True)}: from {first} in the lowest tenth of\n{_short(leading[0])} to {last} in the highest")


def _outcome(told: Any, *, short: bool = False) -> str:
    what = told["outcome"] if short else f"{told['outcome']}, {told['label']}"
    return f"{what} under {told['scenario']}" if told["against"] is None else f"{what}: {told['scenario']} less {told['against']}"


def _label(parameter: str) -> str:
    return parameter if parameter == JOINT else f"{_short(parameter)}\n{parameter}"


def _short(parameter: str) -> str:
    return parameter if parameter == JOINT else described(parameter)[0].split(":")[0].split(";")[0].split(",")[0]


def _percent(estimate: float, low: float, high: float) -> str:
    cut = [100 * min(max(share, 0.0), 1.0) for share in (estimate, low, high)]
    return f"{cut[0]:.0f} % ({cut[1]:.0f} to {cut[2]:.0f})"


def _with_limits(told: Any, row: Any) -> str:
    form = _format(told)
    return f"{form(row['estimate'], None)} ({form(row['low'], None)} to {form(row['high'], None)})"


def _format(told: Any) -> FuncFormatter:
    """Percent, points, or years."""
    if told["unit"] != "share":
        return FuncFormatter(lambda number, _: f"{number:.3g}")
    return FuncFormatter((lambda number, _: f"{100 * number:.0f} %") if told["against"] is None else (lambda number, _: f"{100 * number:+.0f}"))
