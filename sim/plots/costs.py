"""Figures of costs: what a guarantee costs, against how long it holds."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from sim.analysis.labels import labels
from sim.analysis.measures import Simulated
from sim.analysis.summary import Summary, summaries
from sim.plots.style import PALETTE, axes_or_new, in_own_style, in_percent
from sim.wording import row_with_error

__all__ = ["burden"]

_NEAR, _FAR = 7, 40
_PLACES = tuple(
    (side * reach, up)
    for reach in (_NEAR, 2 * _NEAR, _FAR)
    for up in (-_NEAR, _NEAR, 0, -2 * _NEAR, 2 * _NEAR, -_FAR, _FAR)
    for side in (1, -1)
)
"""Where a label may stand beside its point, in points of type, the best first."""


@in_own_style
def burden(
    runs: Simulated | Sequence[Simulated], years: float | None = None, ax: Axes | None = None
) -> Axes:
    """What is paid for each guarantee in peace against the share of ceasefires that hold `years`,
    by default the horizon.

    Each run is a point with its 95 % sampling errors as thick bars and the range over 90 % of
    parameter sets as thin ones; a line joins those that no other run beats in both. Costs are
    expected ones up to the horizon, in present value, to all who pay.
    """
    runs, ax = summaries(runs), axes_or_new(ax)
    at = float(min(run.horizon_years for run in runs) if years is None else years)
    held = pd.DataFrame([run.survival([at]).iloc[0] for run in runs])
    paid = pd.DataFrame([run.costs.loc[("all", "peace")] for run in runs])
    for number in range(len(runs)):
        x, y, colour = paid.iloc[number], held.iloc[number], PALETTE[number % len(PALETTE)]
        for limits, width, alpha in (("spread_{}", 1.0, 0.45), ("{}", 4.0, 1.0)):
            low, high = limits.format("low"), limits.format("high")
            if np.isnan(x[low]):  # one history a design has no spread
                continue
            ax.hlines(y["estimate"], x[low], x[high], color=colour, lw=width, alpha=alpha)
            ax.vlines(x["estimate"], y[low], y[high], color=colour, lw=width, alpha=alpha)
        ax.plot(x["estimate"], y["estimate"], "o", color=colour, ms=3.5)
    points = np.column_stack([paid["estimate"], held["estimate"]]).astype(float)
    unbeaten = points[list(_unbeaten(points))]
    ax.plot(*unbeaten[np.argsort(unbeaten[:, 0])].T, color="0.6", lw=0.8, ls=(0, (4, 3)), zorder=0)
    most = float(np.nanmax(paid[["high", "spread_high"]].to_numpy(float), initial=1))
    ax.set(
        xlim=(-0.04 * most, 1.06 * most),
        ylim=(-0.02, 1.02),
        ylabel=f"share of ceasefires still holding after {at:g} years",
        xlabel=(
            f"paid in peace within {runs[0].horizon_years} years for troops and arms, present "
            "value in USD billion\n(thick: 95 % sampling error; thin: 90 % of parameter "
            "sets; dashed: no other is cheaper and more durable)"
        ),
    )
    ax.set_title(_finding(runs, held, paid, at), loc="left")
    in_percent(ax.yaxis)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    _label(ax, points, labels(runs))
    return ax


def _unbeaten(points: Any) -> Iterator[int]:
    """The points (cost, durability) that no other one is better than in one and at least as good as
    in the other.
    """
    for number, (cost, share) in enumerate(points):
        better = (
            (points[:, 0] <= cost)
            & (points[:, 1] >= share)
            & ((points[:, 0] < cost) | (points[:, 1] > share))
        )
        if not better.any():
            yield number


def _label(ax: Axes, points: Any, names: Sequence[str]) -> None:
    """Name each point beside it, where no other name and no point is."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure")
    figure.draw_without_rendering()
    at = ax.transData.transform(points)
    taken = [Bbox.from_bounds(x - 5, y - 5, 10, 10) for x, y in at]
    for number in np.argsort(-points[:, 1]):
        colour = PALETTE[number % len(PALETTE)]
        for place in _PLACES:
            label = _annotated(ax, names[number], points[number], place, colour)
            box = _extent(label)
            if (
                ax.bbox.x0 <= box.x0
                and box.x1 <= ax.bbox.x1
                and not any(box.overlaps(other) for other in taken)
            ):
                break
            label.remove()
        else:
            label = _annotated(ax, names[number], points[number], _PLACES[0], colour)
        taken.append(_extent(label))


def _annotated(ax: Axes, name: str, point: Any, place: tuple[int, int], colour: str) -> Annotation:
    far = max(map(abs, place)) >= _FAR
    label = ax.annotate(
        name,
        point,
        xytext=place,
        textcoords="offset points",
        color=colour,
        va="center",
        annotation_clip=False,
        ha="left" if place[0] > 0 else "right",
        path_effects=[withStroke(linewidth=3, foreground="white")],
        arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.5} if far else None,
    )
    label.set_in_layout(False)
    return label


def _extent(label: Annotation) -> Bbox:
    """Where the words of a label stand, without its line."""
    label.get_window_extent()  # which places it
    return Text.get_window_extent(label)


def _finding(runs: Sequence[Summary], held: pd.DataFrame, paid: pd.DataFrame, at: float) -> str:
    best = int(np.argmax(held["estimate"]))
    row, price = held.iloc[best], paid.iloc[best]
    error = (price["high"] - price["low"]) / 2
    return (
        f"After {at:g} years, {row_with_error(row)} of ceasefires "
        f"still hold under {labels(runs)[best]},\nwhich costs USD {price['estimate']:.1f} billion "
        f"(±{error:.1f}) in peace"
    )
