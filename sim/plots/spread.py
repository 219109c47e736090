"""How durability is spread over plausible parameter sets."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.labels import labels_by_name
from sim.analysis.measures import Simulated
from sim.analysis.summary import summaries
from sim.levels import EVEN
from sim.plots.style import PALETTE, axes_or_new, in_own_style, in_percent
from sim.wording import with_error

__all__ = ["spread"]

DOTS = 20
"""Dots of a run: each stands for one in twenty parameter sets (quantile dot plots: Kay et al.
2016).
"""
_BIN = 0.04


@in_own_style
def spread(
    runs: Simulated | Sequence[Simulated], years: float | None = None, ax: Axes | None = None
) -> Axes:
    """Durability after `years`, by default the horizon, in twenty equally likely parameter sets, a
    dot each.

    Beside each run stands the share of parameter sets in which the ceasefire is more likely than
    not to hold, with its 95 % sampling error. Raises ValueError for one history a parameter set.
    """
    runs, ax = summaries(runs), axes_or_new(ax)
    at = float(min(run.horizon_years for run in runs) if years is None else years)
    ranked = sorted(((run.sure(at), run) for run in runs), key=lambda pair: pair[0].value)
    called = labels_by_name(runs)
    means = [run.survival([at]).iloc[0] for _, run in ranked]
    quantiles = [
        np.quantile(run.spread(at)["estimate"], (np.arange(DOTS) + 0.5) / DOTS) for _, run in ranked
    ]
    bins = [np.clip(np.floor(row / _BIN), 0, 1 / _BIN - 1) for row in quantiles]
    heights = [
        [int(np.sum(row[:number] == here)) for number, here in enumerate(row)] for row in bins
    ]
    step = 0.8 / max(map(max, heights), default=1)
    for row, ((sure, _), mean) in enumerate(zip(ranked, means, strict=True)):
        ax.plot(
            (bins[row] + 0.5) * _BIN,
            row + 0.05 + min(step, 0.1) * np.array(heights[row]),
            "o",
            color=PALETTE[1],
            ms=3.5,
        )
        ax.plot([mean["estimate"]] * 2, [row - 0.12, row - 0.02], color="black", lw=1.5)
        ax.hlines(row - 0.07, mean["low"], mean["high"], color="black", lw=4)
        ax.annotate(
            f"in {with_error(sure.value, sure.low, sure.high)} of parameter sets",
            (1.02, row + 0.1),
            annotation_clip=False,
            va="center",
        )
    ax.axvline(EVEN, color="0.6", lw=0.8, ls=(0, (4, 3)), zorder=0)
    ax.set_yticks(range(len(ranked)), [called[run.name] for _, run in ranked])
    ax.annotate(
        "more likely than not to hold",
        (1.02, len(ranked) - 0.3),
        annotation_clip=False,
        fontweight="bold",
    )
    ax.set(
        xlim=(0, 1),
        ylim=(-0.35, len(ranked)),
        xlabel=(
            f"share of ceasefires still holding after {at:g} years (dot: one of {DOTS} equally "
            "likely groups\nof parameter sets; bar: mean with its 95 % sampling error)"
        ),
    )
    best, run = ranked[-1]
    ax.set_title(
        f"Under {called[run.name]}, a ceasefire is more likely than not to hold {at:g} years\n"
        f"in {with_error(best.value, best.low, best.high)} of parameter sets",
        loc="left",
    )
    in_percent(ax.xaxis)
    return ax
