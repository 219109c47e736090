"""Figures of durability: how long ceasefires hold, how they end, when the risk peaks, and what a
guarantee adds.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison import comparison
from sim.analysis.labels import labels
from sim.analysis.measures import Simulated
from sim.analysis.summary import Summary, summaries
from sim.plots.style import DASHES, PALETTE, axes_or_new, in_own_style, in_points, label_ends, scale
from sim.wording import ages, of_row, points_with_error, row_with_error

__all__ = ["differences", "hazard", "survival"]

_TITLE = 78
"""Letters of a line of a title that stands above two panels."""
Runs = Simulated | Sequence[Simulated]
EARLY_YEARS = 2
"""Years that the title on the risk calls the first ones."""


@in_own_style
def survival(runs: Runs, ax: Axes | None = None) -> Axes:
    """Durability curves with their 95 % sampling error.

    The range over 90 % of parameter sets is a band for one run, bars for several.
    """
    runs = summaries(runs)
    ax = axes_or_new(ax) if len(runs) == 1 else axes_or_new(ax, (9.5, 5))
    horizon = max(run.horizon_years for run in runs)
    ends = []
    for number, (run, label) in enumerate(zip(runs, labels(runs), strict=True)):
        years = np.linspace(0, run.horizon_years, 4 * run.horizon_years + 1).tolist()
        table = run.survival(years)
        colour = PALETTE[number % len(PALETTE)]
        if len(runs) == 1:
            ax.fill_between(
                years,
                table["spread_low"],
                table["spread_high"],
                color=colour,
                alpha=0.12,
                lw=0,
                label="90 % of parameter sets",
            )
        ax.fill_between(
            years,
            table["low"],
            table["high"],
            color=colour,
            alpha=0.35,
            lw=0,
            label="95 % sampling error",
        )
        ax.plot(years, table["estimate"], color=colour, ls=DASHES[number % len(DASHES)], lw=1.8)
        ends.append((run.last(), label, colour))
    if len(runs) == 1:
        ax.legend(loc="lower left", frameon=False)
        label_ends(
            ax, horizon, [(float(last["estimate"]), name, colour) for last, name, colour in ends]
        )
    else:
        _spread_beside(ax, ends)
    ax.set(
        xlim=(0, horizon),
        ylim=(0, 1),
        xlabel="years since the ceasefire",
        ylabel="share of ceasefires still holding",
    )
    ax.set_title(_survival_finding(runs), loc="left")
    scale(ax.yaxis, ax)
    return ax


@in_own_style
def hazard(runs: Runs, ax: Axes | None = None) -> Axes:
    """Rate of ends by year of the ceasefire's age, with its 95 % sampling error."""
    runs, ax = summaries(runs), axes_or_new(ax)
    ends = []
    horizon = max(run.horizon_years for run in runs)
    for number, (run, label) in enumerate(zip(runs, labels(runs), strict=True)):
        table = run.hazard
        middle, colour = table["year"] - 0.5, PALETTE[number % len(PALETTE)]
        ax.fill_between(
            middle,
            table["low"],
            table["high"],
            color=colour,
            alpha=0.25,
            lw=0,
            label="95 % sampling error",
        )
        ax.plot(
            middle,
            table["estimate"],
            color=colour,
            ls=DASHES[number % len(DASHES)],
            lw=1.8,
            marker="o",
            ms=3,
        )
        _mark_danger(ax, table, colour)
        ends.append((float(table["estimate"].iloc[-1]), label, colour))
    label_ends(ax, horizon, ends)
    handles, names = ax.get_legend_handles_labels()
    ax.legend(handles[:1] + handles[-1:], names[:1] + names[-1:], loc="upper right", frameon=False)
    ax.set(
        xlim=(0, horizon),
        xlabel="years since the ceasefire",
        ylabel="ends per year, of ceasefires still holding",
    )
    ax.set_title(_hazard_finding(runs), loc="left")
    ax.set_ylim(bottom=0)
    scale(ax.yaxis, ax)
    return ax


@in_own_style
def differences(
    runs: Sequence[Simulated],
    baseline: str | None = None,
    years: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Paired differences in durability from a baseline, by default the first run, with both
    intervals.
    """
    if len(runs) < 2:  # noqa: PLR2004  said in the message
        raise ValueError("a difference needs two runs or more")
    beside, ax = comparison(runs, baseline), axes_or_new(ax)
    base = beside.base
    at = float(base.horizon_years if years is None else years)
    rivals = [run.difference(base, [at]) for run in beside.runs if run is not base]
    table = pd.concat(rivals).sort_values("estimate").reset_index(drop=True)
    rows, called = np.arange(len(table)), beside.labels_by_name
    ax.hlines(
        rows,
        table["spread_low"],
        table["spread_high"],
        color="0.75",
        lw=6,
        label="90 % of parameter sets",
    )
    ax.hlines(rows, table["low"], table["high"], color="black", lw=2.5, label="95 % sampling error")
    ax.plot(table["estimate"], rows, "o", color="black", ms=5)
    ax.axvline(0, color="black", lw=0.8)
    ax.set_yticks(rows, table["scenario"].map(called))
    best = table.iloc[-1]
    finding = (
        "adds the most"
        if best["estimate"] > 0
        else "takes away the least"
        if best["estimate"] < 0
        else "changes nothing"
    )
    ax.set_xlabel(
        f"difference from {called[base.name]} in the share still holding\nafter {at:g} years, "
        "percentage points"
    )
    ax.set_title(
        f"{called[best['scenario']]} {finding}: {points_with_error(*of_row(best))}\n"
        f"more ceasefires still hold after {at:g} years than under {called[base.name]}"
        if best["estimate"] > 0
        else f"{called[best['scenario']]} {finding}: {points_with_error(*of_row(best))}\n"
        f"still holding after {at:g} years, compared with {called[base.name]}",
        loc="left",
    )
    in_points(ax.xaxis)
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.legend(loc="upper right", bbox_to_anchor=(1, -0.2), ncols=2, frameon=False)
    return ax


def _mark_danger(ax: Axes, table: Any, colour: str) -> None:
    """A ring around the year of the highest rate."""
    worst = table.loc[table["estimate"].idxmax()]
    if worst["estimate"] > 0:
        ax.plot(
            worst["year"] - 0.5,
            worst["estimate"],
            "o",
            mfc="none",
            mec=colour,
            mew=1.5,
            ms=11,
            ls="none",
            label="peak of the risk",
        )


def _survival_finding(runs: Sequence[Summary]) -> str:
    if len(runs) == 1:
        last = runs[0].last()
        return (
            f"After {last['years']:g} years, {row_with_error(last)} of ceasefires still hold "
            f"under\n{labels(runs)[0]}"
        )
    ranked = sorted(
        zip(labels(runs), runs, strict=True), key=lambda run: -run[1].last()["estimate"]
    )
    (best, first), *_, (worst, last) = ranked
    return fill(
        f"After {runs[0].horizon_years} years, {row_with_error(first.last())} of ceasefires still "
        f"hold under {best}, {row_with_error(last.last())} under {worst}",
        _TITLE,
        break_on_hyphens=False,
    )


def _hazard_finding(runs: Sequence[Summary]) -> str:
    peaks = {label: run.danger for label, run in zip(labels(runs), runs, strict=True)}
    name, (peak, years) = max(peaks.items(), key=lambda peak: float(peak[1][0]["estimate"]))
    if len(runs) == 1:
        finding = (
            f"The risk under {name} peaks in {ages(years)}: ceasefires that still hold end at up "
            f"to {row_with_error(peak)} a year"
        )
    else:
        early = sum(max(years) <= EARLY_YEARS for _, years in peaks.values())
        finding = (
            f"The risk peaks in the first two years in {early} of {len(runs)} regimes; it is "
            f"highest under {name}, in {ages(years)}: up to {row_with_error(peak)} a year"
        )
    return fill(finding, _TITLE, break_on_hyphens=False)


def _spread_beside(ax: Axes, ends: list[tuple[Any, str, str]]) -> None:
    """Beside the axes, for each line at its end, the range over 90 % of parameter sets as a thin
    bar and the sampling error as a thick one; beyond them its name.
    """
    beside = ax.inset_axes((1.04, 0, 0.052 * len(ends), 1), sharey=ax)
    ranked = sorted(ends, key=lambda end: -end[0]["estimate"])
    for place, (last, _, colour) in enumerate(ranked):
        beside.vlines(place, last["spread_low"], last["spread_high"], color=colour, lw=1.2)
        beside.vlines(place, last["low"], last["high"], color=colour, lw=6)
    right = len(ranked) - 0.5
    beside.hlines(
        [float(last["estimate"]) for last, _, _ in ranked],
        -0.5,
        right,
        color=[colour for _, _, colour in ranked],
        lw=0.4,
    )
    label_ends(
        beside,
        right,
        [(float(last["estimate"]), name, colour) for last, name, colour in ranked],
        beside=0.8,
    )
    beside.set_xlim(-0.5, right)
    beside.set_xticks([])
    beside.set_xlabel(
        f"at year {ends[0][0]['years']:g}: thin, 90 % of parameter sets;\n"
        "thick and bands, 95 % sampling error",
        fontsize="small",
        loc="left",
    )
    beside.spines[:].set_visible(False)
    beside.tick_params(left=False, labelleft=False)
