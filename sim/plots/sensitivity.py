"""Which assumptions drive an outcome: its swing with each and their shares of its variance, and the
outcome against the leading ones.
"""

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from sim.chance import generator
from sim.levels import REACH
from sim.plots.style import PALETTE, axes_or_new, in_own_style, in_percent
from sim.study.assumptions import meaning
from sim.study.factors import COMPONENT, JOINT, UNORDERED
from sim.study.finding import Finding
from sim.study.sensitivity import leading
from sim.wording import with_error

__all__ = ["influence", "tornado"]

_ROWS = 15
"""Assumptions that a tornado shows: those that fit a page. The finding's table has all."""
_WIDTH, _PANELS, _BINS, _TENTHS = 26, 4, 24, 10
_SHOWN = (0.005, 0.975)
"""Quantiles of an assumption between which its panel reaches, so that no tail squeezes it."""
_ENDS: Any = {
    "low": ({"color": "white", "hatch": "////"}, "at its lowest tenth", 0.14),
    "high": ({"color": "0.75"}, "at its highest tenth", -0.14),
}


@in_own_style
def tornado(finding: Finding, ax: Axes | None = None) -> Axes:
    """The outcome at the lowest and highest tenth of each assumption, and its share of the variance
    alone and in all; 95 % limits.

    Where it goes farther in between, beyond error, a diamond stands at the tenth where it goes
    farthest.
    """
    shares = finding.table.pivot_table(
        index="factor", columns="index", values=["estimate", "low", "high"], dropna=False
    )
    ranked = shares["estimate"]["total"].sort_values(kind="stable").index.tolist()
    order = ranked[-_ROWS:]
    ax = axes_or_new(ax, (11, 2.2 + 0.55 * len(order)))
    ax.set_axis_off()
    left, right = ax.inset_axes((0.0, 0, 0.53, 1)), ax.inset_axes((0.6, 0, 0.4, 1))
    _draw_swings(left, finding, order)
    for shift, index, colour, filled in (
        (0.14, "total", PALETTE[0], True),
        (-0.14, "first order", PALETTE[1], False),
    ):
        rows = [shares.loc[name] for name in order]
        middle, low, high = (
            np.array([row[column][index] for row in rows]) for column in ("estimate", "low", "high")
        )
        right.errorbar(
            middle,
            np.arange(len(order)) + shift,
            xerr=[(middle - low).clip(0), (high - middle).clip(0)],
            fmt="o",
            color=colour,
            mfc=colour if filled else "white",
            capsize=2,
            ms=5,
            label="in all" if filled else "alone",
        )
    right.axvline(0, color="0.7", lw=0.8, zorder=0)
    right.set_yticks(range(len(order)), [""] * len(order))
    smaller = f" ({len(ranked) - _ROWS} smaller not shown)" if len(ranked) > _ROWS else ""
    right.set(xlabel=f"share of the variance by parameters{smaller}")
    in_percent(right.xaxis)
    _legend_below(right)
    for panel in (left, right):
        panel.set_ylim(-0.6, len(order) - 0.4)
        panel.spines[["top", "right"]].set_visible(False)
    ax.set_title(_finding(finding, shares, order), loc="left")
    return ax


def _draw_swings(ax: Axes, finding: Finding, order: list[str]) -> None:
    swings, mean = finding.tables["swings"], finding.tables["sample"].iloc[0]["mean"]
    for row, name in enumerate(order):
        if name in UNORDERED:
            ax.annotate(
                "in no order: no lowest, no highest",
                (mean, row),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize="small",
            )
        for _, end in swings[swings["factor"] == name].iterrows():
            if end["end"] == "between":
                ax.hlines(row, end["low"], end["high"], color=PALETTE[2], lw=2)
                ax.plot(end["estimate"], row, "D", color=PALETTE[2], ms=5, label="farthest between")
                continue
            looks, at_end, shift = _ENDS[end["end"]]
            ax.barh(
                row + shift,
                end["estimate"] - mean,
                left=mean,
                height=0.27,
                ec="0.35",
                lw=0.8,
                label=at_end,
                **looks,
            )
            ax.hlines(row + shift, end["low"], end["high"], color="black", lw=2)
    ax.axvline(mean, color="black", lw=1)
    ax.set_yticks(
        range(len(order)), [fill(_named(name), _WIDTH) for name in order], fontsize="small"
    )
    ax.set_xlabel(f"{_outcome(finding).removeprefix('the ')} (bars: 95 % limits)")
    _scale(ax.xaxis, finding)
    _legend_below(ax)


def _legend_below(ax: Axes) -> None:
    """A legend under the label of the horizontal axis, each kind once, at a distance that does not
    depend on the height of the axes.
    """
    named = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    figure = ax.get_figure(root=True)
    if named and figure is not None:
        below = ax.transAxes + ScaledTranslation(0, -0.52, figure.dpi_scale_trans)
        ax.legend(
            named.values(),
            named.keys(),
            frameon=False,
            loc="upper right",
            bbox_to_anchor=(1, 0),
            bbox_transform=below,
            ncols=len(named),
            fontsize="small",
        )


@in_own_style
def influence(finding: Finding, ax: Axes | None = None) -> Axes:
    """The outcome against each of the leading assumptions.

    Dots are points of few histories, the line a running mean with limits.

    Joint draws show the numbers in them that go most with the outcome, each with whatever is drawn
    beside it.
    """
    first, points = leading(finding)[:_PANELS], finding.tables["points"]
    ax = axes_or_new(ax, (11, 3.4))
    ax.set_axis_off()
    for number, name in enumerate(first):
        panel = ax.inset_axes((number / len(first), 0, 0.84 / len(first), 0.95))
        panel.plot(points[name], _apart(finding), ".", color="0.75", ms=2.5, zorder=0)
        running = _running(*_course(finding, name))
        panel.fill_between(
            running["at"], running["low"], running["high"], color=PALETTE[1], alpha=0.35, lw=0
        )
        panel.plot(running["at"], running["estimate"], color=PALETTE[1], lw=1.8)
        panel.set_xlim(*np.quantile(points[name], _SHOWN))
        meant, unit = meaning(name)
        panel.set_xlabel(fill(f"{meant} ({unit})" if unit else meant, 30), fontsize="small")
        panel.spines[["top", "right"]].set_visible(False)
        panel.xaxis.set_major_locator(MaxNLocator(4))
        _scale(panel.yaxis, finding)
        if number:
            panel.set_yticklabels([])
        else:
            panel.set_ylabel(fill(_outcome(finding).removeprefix("the "), _WIDTH))
    ends = {name: _in_words(end, finding) for name, end in _ends(finding, first[0]).iterrows()}
    between = f" by way of {ends['between']}" if "between" in ends else ""
    beside = "" if first[0] in set(finding.table["factor"]) else " and what is drawn with it"
    outcome = _outcome(finding)
    ax.set_title(
        f"{outcome[:1].upper()}{outcome[1:]} goes from {ends['low']}{between} to {ends['high']}\n"
        f"from the lowest to the highest tenth of {_named(first[0])}{beside}\n(dots: "
        f"{finding.settings['replicates']} histories each, moved apart; lines: running means, 95 % "
        "limits)",
        loc="left",
    )
    return ax


def _apart(finding: Finding) -> Any:
    """The outcomes of the points, shares of few histories moved by less than half of one, so that
    dots do not hide each other.
    """
    outcome = finding.tables["points"]["outcome"]
    if finding.settings["unit"] != "share":
        return outcome
    return (
        outcome
        + generator(0, "jitter").uniform(-0.3, 0.3, len(outcome)) / finding.settings["replicates"]
    )


def _ends(finding: Finding, name: str) -> pd.DataFrame:
    """The outcome at the lowest and the highest tenth of a number, and where it is farthest
    between.
    """
    swings = finding.tables["swings"]
    if name in set(swings["factor"]):
        return swings[swings["factor"] == name].set_index("end")
    return _running(*_course(finding, name), _TENTHS).iloc[[0, -1]].set_axis(["low", "high"])


def _course(finding: Finding, name: str) -> tuple[Any, Any]:
    """Values of a number and outcomes, independent of each other.

    Points of one row of joint draws are taken together.
    """
    points = finding.tables["points"]
    if name in set(finding.table["factor"]):
        return points[name], points["outcome"]
    rows = points.groupby(name, as_index=False)["outcome"].mean()
    return rows[name], rows["outcome"]


def _running(x: Any, y: Any, bins: int = _BINS) -> pd.DataFrame:
    """Means of equally many points in the order of x, with 95 % limits."""
    groups = np.array_split(np.argsort(x.to_numpy(), kind="stable"), max(1, min(bins, len(x) // 8)))
    rows = []
    for group in groups:
        outcomes = y.to_numpy()[group]
        reach = REACH * outcomes.std(ddof=1) / np.sqrt(len(outcomes))
        rows.append(
            {
                "at": x.to_numpy()[group].mean(),
                "estimate": outcomes.mean(),
                "low": outcomes.mean() - reach,
                "high": outcomes.mean() + reach,
            }
        )
    return pd.DataFrame(rows)


def _finding(finding: Finding, shares: pd.DataFrame, order: list[str]) -> str:
    best, whole = order[-1], shares.loc[order[-1]]
    if np.isnan(whole["estimate"]["total"]):
        return f"What was varied does not move {_outcome(finding)} by more than chance"
    value, low, high = (100 * whole[column]["total"] for column in ("estimate", "low", "high"))
    return (
        f"{value:.0f} % ({low:.0f} to {high:.0f}) of what parameters move in "
        f"{_outcome(finding)}\n"
        f"({', less that of '.join(map(finding.label, finding.settings['scenarios']))}) goes with "
        f"{_named(best)}"
    )


def _outcome(finding: Finding) -> str:
    """The outcome in words, with its article, and whether it is a difference."""
    share = "the share that " if finding.settings["unit"] == "share" else ""
    difference = "" if len(finding.settings["scenarios"]) == 1 else "the difference in "
    return f"{difference}{share}{finding.settings['label']}"


def _in_words(row: Any, finding: Finding) -> str:
    if finding.settings["unit"] == "share":
        return with_error(
            row["estimate"],
            row["low"],
            row["high"],
            sign="" if len(finding.settings["scenarios"]) == 1 else "+",
        )
    return f"{row['estimate']:.1f} ({row['low']:.1f} to {row['high']:.1f})"


def _named(factor: str) -> str:
    in_no_order = {JOINT: "the joint draws", COMPONENT: "the component of the mixtures"}
    return in_no_order[factor] if factor in in_no_order else meaning(factor)[0]


def _scale(axis: Any, finding: Finding) -> None:
    if finding.settings["unit"] == "share":
        in_percent(axis)
