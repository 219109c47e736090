"""How ceasefires end, over time and at the horizon."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.analysis import durability
from sim.analysis.labels import labels
from sim.analysis.summary import Summary, causes_seen, summaries
from sim.game.endings import Cause
from sim.plots.durability import Runs
from sim.plots.style import axes_or_new, in_own_style, in_percent, scale, stack_shares
from sim.wording import row_with_error

__all__ = ["causes"]


@in_own_style
def causes(runs: Runs, ax: Axes | None = None) -> Axes:
    """Ways of ending, stacked to 1: over time for a single run, at the horizon for several."""
    runs, ax = summaries(runs), axes_or_new(ax)
    return _causes_over_time(runs[0], ax) if len(runs) == 1 else _causes_at_horizon(runs, ax)


def _causes_over_time(run: Summary, ax: Axes) -> Axes:
    years = np.linspace(0, run.horizon_years, 12 * run.horizon_years + 1)
    table = durability.cumulative_incidence(run.run, list(years))
    below = np.zeros(len(years))
    seen = causes_seen([run])[::-1]
    for cause in seen:
        share = table[str(cause)].to_numpy()
        ax.fill_between(
            years,
            below,
            below + share,
            facecolor=cause.colour,
            hatch=cause.hatch,
            edgecolor="white",
            lw=0.3,
            label=cause.label,
        )
        below = below + share
    final = run.causes
    labels = [f"{cause.label}: {row_with_error(final.loc[str(cause)])}" for cause in seen]
    ax.legend(
        ax.get_legend_handles_labels()[0][::-1],
        labels[::-1],
        loc="upper left",
        bbox_to_anchor=(1.01, 1),
        frameon=False,
        title=f"after {run.horizon_years} years",
    )
    ax.set(
        xlim=(0, run.horizon_years),
        ylim=(0, 1),
        xlabel="years since the ceasefire",
        ylabel="share of histories",
    )
    ax.set_title(_causes_finding(run), loc="left")
    scale(ax.yaxis, ax)
    return ax


def _causes_at_horizon(runs: Sequence[Summary], ax: Axes) -> Axes:
    tables = [run.causes for run in runs]
    words = {cause: cause.label for cause in causes_seen(runs)}
    rows = stack_shares(ax, words, tables, edgecolor="white")
    for row, table in zip(rows, tables, strict=True):
        held = table.loc["held"]
        ax.errorbar(
            1 - held["estimate"],
            row,
            xerr=[[held["high"] - held["estimate"]], [held["estimate"] - held["low"]]],
            color="#D55E00",
            capsize=3,
            lw=1.5,
        )
    ax.set_yticks(rows, labels(runs))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3, frameon=False)
    ax.set(
        xlim=(0, 1),
        xlabel=(
            f"share of histories after {runs[0].horizon_years} years (whisker: 95 % sampling "
            "error of all ends)"
        ),
    )
    ax.set_title(_ends_finding(runs, tables), loc="left")
    in_percent(ax.xaxis)
    return ax


def _causes_finding(run: Summary) -> str:
    (label,) = labels([run])
    table = run.causes.drop("held")
    if not table["estimate"].any():
        return f"Under {label}, no ceasefire ended"
    main = str(table["estimate"].idxmax())
    return (
        f"Under {label}, {row_with_error(table.loc[main])} of ceasefires end\nbecause "
        f"{Cause(main).clause}"
    )


def _ends_finding(runs: Sequence[Summary], tables: Sequence[Any]) -> str:
    """The most common way of ending in the most regimes, and where it is most common."""
    commonest = [str(table.drop("held")["estimate"].idxmax()) for table in tables]
    most = max(sorted(set(commonest)), key=commonest.count)
    shares = {label: table.loc[most] for label, table in zip(labels(runs), tables, strict=True)}
    name = max(shares, key=lambda cause: float(shares[cause]["estimate"]))
    return (
        f"Most ceasefires that end do so because {Cause(most).clause}, in "
        f"{commonest.count(most)} of {len(runs)} regimes;\nmost often under {name}: in "
        f"{row_with_error(shares[name])} of histories"
    )
