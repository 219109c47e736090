"""Which Russia a guarantee deters: durability against the value that its first leader puts on
prevailing.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from sim.analysis.labels import labels
from sim.analysis.measures import Simulated
from sim.analysis.summary import Summary, summaries
from sim.plots.style import DASHES, PALETTE, axes_or_new, in_own_style, in_percent
from sim.wording import THRESHOLD_YEARS, deters, threshold_words

__all__ = ["threshold"]

_BINS, _WIDTH = 40, 78
_TICKS = (0.03, 0.1, 0.3, 1, 3, 10, 30)


@in_own_style
def threshold(
    runs: Simulated | Sequence[Simulated], years: float | None = None, ax: Axes | None = None
) -> Axes:
    """The share still holding `years`, by default ten, against the value of prevailing.

    A curve a run, with its 95 % band.

    Curves are monotone fits. A dot marks the deterrence threshold, with its 95 % limits, where it
    lies among the values that were drawn; below the curves stands how these are distributed. Runs
    whose value is not uncertain have no curve.
    """
    runs, ax = summaries(runs), axes_or_new(ax, (9, 5))
    at = float(
        min(THRESHOLD_YEARS, *(run.horizon_years for run in runs)) if years is None else years
    )
    below = ax.inset_axes((0, -0.2, 1, 0.16), sharex=ax)
    ax.set_xscale("log")
    lines: list[tuple[float, Any]] = []
    shown: list[Any] = []
    for number, (run, label) in enumerate(zip(runs, labels(runs), strict=True)):
        colour, dashes = PALETTE[number % len(PALETTE)], DASHES[number % len(DASHES)]
        values = run.drawn_values
        if values is None:
            continue
        curve = run.durability_by_value(at)
        ax.fill_between(curve["value"], curve["low"], curve["high"], color=colour, alpha=0.2, lw=0)
        (threshold,) = run.thresholds([at])
        (line,) = ax.plot(
            curve["value"],
            curve["estimate"],
            color=colour,
            ls=dashes,
            lw=1.8,
            label=f"{label}: {threshold_words(threshold, values)}",
        )
        _mark(ax, threshold, curve, colour)
        lines.append((threshold.estimate, line))
        if not any(np.array_equal(values, before) for before in shown):
            _draw_density(below, values, colour if shown else "0.35")
            shown.append(values)
    ax.set(ylim=(0, 1), ylabel=f"share still holding after {at:g} year{'' if at == 1 else 's'}")
    in_percent(ax.yaxis)
    if lines:
        drawn = [line.get_xdata() for _, line in lines]
        ax.set_xlim(min(values[0] for values in drawn), max(values[-1] for values in drawn))
    if len(runs) > 1:
        ax.legend(
            handles=[line for _, line in sorted(lines, key=lambda pair: -pair[0])],
            loc="upper left",
            bbox_to_anchor=(1.01, 1),
            frameon=False,
            fontsize="small",
            title="threshold (dot), with 95 % limits",
            title_fontsize="small",
            alignment="left",
        )
    _finish(ax, below)
    ax.set_title(_finding(runs, at), loc="left")
    return ax


def _mark(ax: Axes, threshold: Any, curve: Any, colour: str) -> None:
    """A dot on the curve at the threshold, and a bar for its limits as far as values were drawn."""
    if threshold.beyond:
        return
    height = np.interp(np.log(threshold.estimate), np.log(curve["value"]), curve["estimate"])
    drawn = curve["value"].min(), curve["value"].max()
    ax.hlines(height, *np.clip([threshold.low, threshold.high], *drawn), color=colour, lw=2.5)
    ax.plot(threshold.estimate, height, "o", color=colour, mec="white", ms=7)


def _draw_density(below: Axes, values: Any, colour: str) -> None:
    """How the logarithms of the values are distributed over parameter sets."""
    density, edges = np.histogram(np.log(values[values > 0]), _BINS, density=True)
    below.stairs(density, np.exp(edges), fill=True, color=colour, alpha=0.5)


def _finish(ax: Axes, below: Axes) -> None:
    """The panel of the values below the curves, which share their axis."""
    ax.tick_params(labelbottom=False)
    below.spines[["top", "right", "left"]].set_visible(False)
    below.set_yticks([])
    below.set_ylabel("sets", rotation=0, ha="right", va="center", fontsize="small")
    low, high = ax.get_xlim()
    below.set_xticks([tick for tick in _TICKS if low <= tick <= high])
    below.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    below.xaxis.set_minor_formatter(NullFormatter())
    below.set_xlabel(
        "value of Ukraine to the first Russian leader (1: it is vital); below: parameter sets\n"
        "dot: threshold, above which half of the histories or more end by attack\n"
        "bar through it and bands: 95 % limits"
    )


def _finding(runs: Sequence[Summary], years: float) -> str:
    """The sentence of the run that deters most."""
    best = int(
        np.argmax([np.nan_to_num(run.thresholds([years])[0].estimate, nan=-np.inf) for run in runs])
    )
    return fill(deters(runs[best], labels(runs)[best], years).rstrip("."), _WIDTH)
