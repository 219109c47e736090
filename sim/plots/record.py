"""The record of ceasefires, and the model and forecasters beside it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.analysis import durability
from sim.analysis.labels import labels
from sim.analysis.measures import Simulated
from sim.calendar import DAYS_PER_YEAR
from sim.plots.style import DASHES, PALETTE, axes_or_new, in_own_style, in_percent, label_ends
from sim.record.class_scenarios import class_of
from sim.record.forecasts import forecasts
from sim.record.lifetimes import by_class, kaplan_meier
from sim.study.validation import by_the_day
from sim.wording import row_with_error

__all__ = ["forecasters", "record"]

HORIZON = 20
_GRID = np.linspace(0, HORIZON, 241)
_COLUMNS = 3


@in_own_style
def record(cases: pd.DataFrame, runs: Sequence[Simulated] = (), ax: Axes | None = None) -> Axes:
    """Kaplan-Meier durability of the record, a panel for all cases and for each class, with 95 %
    limits; over it the runs.

    A run is drawn in the panel of the class for which it stands, with its spread over parameter
    designs; panels are those of classes with a run where there are runs.
    """
    panels = [
        (name, group)
        for name, group in by_class(cases)
        if not runs or name == "all" or name in {class_of(run.name) for run in runs}
    ]
    rows = -(-len(panels) // _COLUMNS)
    ax = axes_or_new(ax, (10, 2.9 * rows))
    ax.set_axis_off()
    for number, (name, group) in enumerate(panels):
        left, bottom = (number % _COLUMNS) / _COLUMNS, 1 - (number // _COLUMNS + 1) / rows
        panel = ax.inset_axes((left, bottom + 0.1 / rows, 0.86 / _COLUMNS, 0.7 / rows))
        _draw(panel, group, next((run for run in runs if class_of(run.name) == name), None))
        panel.set_title(
            f"{name.replace('_', ' ')}: {len(group)} cases, {int(group['ended'].sum())} ended",
            loc="left",
            fontsize="small",
        )
    ten = kaplan_meier(cases, [10]).iloc[0]
    claim = (
        f"Of {len(cases)} ceasefires in the historical record "
        f"{row_with_error(ten)} held ten years without "
        f"{cases['by'].iloc[0]}"
    )
    beside = (
        "\n(black: the record with 95 % limits; blue: the model over 90 % of parameter sets)"
        if runs
        else ""
    )
    ax.set_title(claim + beside, loc="left")
    return ax


def _draw(panel: Axes, cases: pd.DataFrame, run: Simulated | None) -> None:
    table = kaplan_meier(cases, _GRID[1:].tolist())
    panel.fill_between(_GRID[1:], table["low"], table["high"], step="pre", color="0.82", lw=0)
    panel.step(_GRID[1:], table["estimate"], where="pre", color="black", lw=1.5)
    if run is not None:
        years = np.linspace(0, min(HORIZON, run.horizon_years), 41).tolist()
        model = durability.survival(run, years)
        panel.fill_between(
            years, model["spread_low"], model["spread_high"], color=PALETTE[1], alpha=0.12, lw=0
        )
        panel.plot(years, model["estimate"], color=PALETTE[1], ls=(0, (6, 2)), lw=1.8)
        panel.annotate(
            f"model: {labels([run])[0]}", (0.5, 0.06), color=PALETTE[1], fontsize="x-small"
        )
    panel.set(xlim=(0, HORIZON), ylim=(0, 1.02))
    panel.spines[["top", "right"]].set_visible(False)
    in_percent(panel.yaxis)
    panel.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    panel.tick_params(labelsize="x-small")
    panel.set_xlabel("years", fontsize="x-small", labelpad=1)


@in_own_style
def forecasters(cases: pd.DataFrame, run: Simulated, ax: Axes | None = None) -> Axes:
    """How long a ceasefire lasts at least, in days.

    Three crowds of forecasters for one of 2025, the record, and a run.
    """
    ax = axes_or_new(ax)
    crowds_said = forecasts()
    days = np.array(sorted(set(crowds_said["days"])))
    ends: list[tuple[float, str, str]] = []
    for number, (crowd, rows) in enumerate(crowds_said.groupby("crowd", sort=False)):
        ax.plot(
            rows["days"], rows["estimate"], marker="o", color=PALETTE[2], ls=DASHES[number], lw=1.4
        )
        ends.append((float(rows["estimate"].iloc[-1]), f"{crowd}, for 2025", PALETTE[2]))
    held = kaplan_meier(cases, (days / DAYS_PER_YEAR).tolist())
    _bars(ax, days, held, "black", "s", f"the record, {len(cases)} cases")
    model = by_the_day(run, (days / DAYS_PER_YEAR).tolist())
    _bars(ax, days + 1.0, model, PALETTE[1], "D", f"the model, {labels([run])[0]}")
    last, crowds = held.iloc[-1], crowds_said[crowds_said["days"] == days[-1]]["estimate"]
    ax.set(ylim=(0, 1.02), xlabel="days at least (bars: 95 % limits)", ylabel="share of ceasefires")
    in_percent(ax.yaxis)
    ax.set_title(
        f"Forecasters gave a ceasefire of 2025 {100 * crowds.min():.0f} to "
        f"{100 * crowds.max():.0f} % to last {days[-1]} days;\nin the record "
        f"{row_with_error(last)} did",
        loc="left",
    )
    ax.legend(frameon=False, loc="center right")
    label_ends(ax, float(days[-1]), ends)
    return ax


def _bars(ax: Axes, days: Any, table: pd.DataFrame, colour: str, marker: str, label: str) -> None:
    below, above = table["estimate"] - table["low"], table["high"] - table["estimate"]
    ax.errorbar(
        days,
        table["estimate"],
        yerr=[below, above],
        color=colour,
        marker=marker,
        ls="none",
        capsize=3,
        label=label,
    )
