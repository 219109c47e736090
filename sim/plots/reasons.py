"""Why Russia attacks: the share of all histories that end by attack, by its main reason."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.labels import labels
from sim.analysis.measures import Simulated
from sim.analysis.summary import Summary, reasons_seen, summaries
from sim.game.endings import Cause, Reason
from sim.plots.style import axes_or_new, in_own_style, in_percent, stack_shares
from sim.wording import row_with_error

__all__ = ["reasons"]

_BECAUSE = "Russia attacks because …"


@in_own_style
def reasons(runs: Simulated | Sequence[Simulated], ax: Axes | None = None) -> Axes:
    """Main reasons for attacks as shares of all histories.

    A bar for each reason of one run, with both intervals; stacked for several runs.
    """
    runs, ax = summaries(runs), axes_or_new(ax, (9, 5))
    draw = _of_one if len(runs) == 1 else _of_several
    draw(runs, [run.reasons for run in runs], ax)
    ax.set_xlim(left=0)
    in_percent(ax.xaxis)
    return ax


def _of_one(runs: Sequence[Summary], tables: Sequence[Any], ax: Axes) -> None:
    table, run = tables[0], runs[0]
    seen = reasons_seen(runs)[::-1]
    for row, reason in enumerate(seen):
        share = table.loc[str(reason)]
        ax.barh(row, share["estimate"], color="0.75", height=0.6)
        ax.hlines(row - 0.14, share["spread_low"], share["spread_high"], color="black", lw=1)
        ax.hlines(row + 0.14, share["low"], share["high"], color="black", lw=3)
    ax.set_yticks(range(len(seen)), [reason.words for reason in seen])
    ax.set_ylabel(_BECAUSE)
    ax.set_xlabel(
        f"share of all histories within {run.horizon_years} years\n(thick: 95 % sampling error; "
        "thin: 90 % of parameter sets)"
    )
    ax.set_title(_finding(run, labels(runs)[0], table), loc="left")


def _of_several(runs: Sequence[Summary], tables: Sequence[Any], ax: Axes) -> None:
    words = {reason: reason.words for reason in reasons_seen(runs)}
    rows = stack_shares(ax, words, tables, edgecolor="0.35", lw=0.8)
    for row, run in zip(rows, runs, strict=True):
        attacks = run.causes.loc[Cause.ATTACK.value]
        ax.errorbar(
            attacks["estimate"],
            row,
            xerr=[[attacks["estimate"] - attacks["low"]], [attacks["high"] - attacks["estimate"]]],
            color="#D55E00",
            capsize=3,
            lw=1.5,
        )
    ax.set_yticks(rows, labels(runs))
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            loc="upper center",
            bbox_to_anchor=(0.4, -0.26),
            ncols=2,
            frameon=False,
            fontsize="small",
            title=_BECAUSE,
            title_fontsize="small",
            alignment="left",
        )
    ax.set_xlabel(
        f"share of all histories that end by attack within {runs[0].horizon_years} "
        "years\n(whisker: 95 % sampling error)"
    )
    most = int(np.argmax([float(table["estimate"].sum()) for table in tables]))
    ax.set_title(_finding(runs[most], labels(runs)[most], tables[most]), loc="left")


def _finding(run: Summary, label: str, table: Any) -> str:
    if not table["estimate"].any():
        return f"Under {label}, Russia attacks in no history of {run.horizon_years} years"
    first = table["estimate"].idxmax()
    row = table.loc[first]
    return (
        f"Under {label}, Russia attacks most often because\n{Reason(first).words}: in "
        f"{row_with_error(row)} of histories of {run.horizon_years} years"
    )
