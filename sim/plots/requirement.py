"""The frontier of cost against durability, and the guarantees along it."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.catalogue import named
from sim.plots.style import DASHES, PALETTE, axes_or_new, in_own_style, in_percent
from sim.study.assumptions import meaning
from sim.study.cheapest import IN_NINE_OF_TEN, NOT_REACHED, ON_AVERAGE, ON_FRONTIER
from sim.study.finding import Finding
from sim.wording import with_error

__all__ = ["frontier"]

_LEGEND_TOP, _LEGEND_LINE, _LEAST_HEIGHT = 0.35, 0.031, 0.12
"""Shares of the height of the axes: the top of the legend between the panels, one line of it, and
the least height of the lower panel.
"""


@in_own_style
def frontier(finding: Finding, ax: Axes | None = None) -> Axes:
    """Durability on fresh histories against cost for the guarantees of the frontier and the
    answers; below it what they consist of.
    """
    ax = axes_or_new(ax, (8, 7))
    ax.set_axis_off()
    table, settings = finding.table, finding.settings
    top = max(_LEAST_HEIGHT, _LEGEND_TOP - _LEGEND_LINE * len(settings["vary"]))
    above, below = ax.inset_axes((0, 0.42, 0.84, 0.56)), ax.inset_axes((0, 0, 0.84, top))
    priced = named(settings["cost"], settings["years"])
    along = table[table["role"] == ON_FRONTIER].sort_values("fresh_cost")
    reach = 1.03 * max(1.0, float(finding.tables["points"]["cost"].max()))
    _draw_frontier(above, finding, along)
    for number, (key, (low, high)) in enumerate(settings["vary"].items()):
        colour, dash, share = (
            PALETTE[number % len(PALETTE)],
            DASHES[number % len(DASHES)],
            (along[key] - low) / (high - low),
        )
        meant, unit = meaning(key)
        below.plot(
            along["fresh_cost"],
            share,
            marker=".",
            color=colour,
            ls=dash,
            label=f"{meant}, {low:g} to {high:g} {unit}",
        )
    for panel in (above, below):
        panel.set_xlim(0, reach)
        panel.spines[["top", "right"]].set_visible(False)
        in_percent(panel.yaxis)
    below.set(
        ylim=(-0.04, 1.04),
        ylabel="share of its range",
        xlabel=(
            f"{priced.label}, expected within {settings['years']:g} years\n(present value, USD "
            "billion)"
        ),
    )
    below.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), fontsize="small")
    ax.set_title(_finding(finding), loc="left")
    return ax


def _draw_frontier(ax: Axes, finding: Finding, along: pd.DataFrame) -> None:
    """Bars are 95 % sampling errors on fresh histories; dots are all that was tried."""
    points, table, hold = finding.tables["points"], finding.table, finding.settings["hold"]
    ax.plot(points["cost"], points["estimate"], ".", color="0.75", ms=4, zorder=0)
    ax.annotate(
        "grey: all that was tried in the search",
        (0.98, 0.02),
        xycoords="axes fraction",
        ha="right",
        fontsize="small",
        color="0.35",
    )
    ax.errorbar(
        along["fresh_cost"],
        along["fresh_estimate"],
        yerr=_bars(along, "fresh_"),
        color=PALETTE[1],
        marker="o",
        ms=4,
        lw=1.4,
        capsize=2,
    )
    ax.axhline(hold, color="0.4", lw=0.9, ls=(0, (4, 3)))
    ax.annotate("target", (1.01, hold), xycoords=("axes fraction", "data"), va="center")
    for role, marker, colour in ((IN_NINE_OF_TEN, "D", PALETTE[0]), (ON_AVERAGE, "*", PALETTE[2])):
        row = table[table["role"] == role]
        label = f"{'closest' if row['status'].iloc[0] == NOT_REACHED else 'cheapest'} {role}"
        ax.errorbar(
            row["fresh_cost"],
            row["fresh_estimate"],
            yerr=_bars(row, "fresh_"),
            color=colour,
            marker=marker,
            ls="none",
            capsize=3,
            ms=11,
            mfc=colour if marker == "*" else "none",
            label=label,
        )
    ax.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 0.06), fontsize="small")
    low = min(float(points["low"].min()), float(table["fresh_low"].min()), hold)
    high = max(float(points["high"].max()), float(table["fresh_high"].max()), hold)
    ax.set(
        ylim=(low - 0.15 * (high - low), high + 0.1 * (high - low)),
        ylabel=f"share that holds {finding.settings['years']:g} years",
    )


def _bars(rows: pd.DataFrame, prefix: str) -> Any:
    middle = rows[f"{prefix}estimate"]
    return np.array([middle - rows[f"{prefix}low"], rows[f"{prefix}high"] - middle])


def _finding(finding: Finding) -> str:
    table, settings = finding.table, finding.settings
    row = table[table["role"] == ON_AVERAGE].iloc[0]
    held = with_error(row["fresh_estimate"], row["fresh_low"], row["fresh_high"])
    if row["status"] == NOT_REACHED:
        return (
            f"Nothing within the limits is enough: at most {held} of ceasefires hold "
            f"{settings['years']:g} years"
        )
    cost = f"{row['fresh_cost']:.0f} (±{(row['fresh_cost_high'] - row['fresh_cost_low']) / 2:.0f})"
    return (
        f"{finding.label(settings['scenario']['name'])}: the search ends at USD {cost} billion for "
        f"{100 * settings['hold']:g} %\nthat hold {settings['years']:g} years; on fresh histories "
        f"{held} do"
    )
