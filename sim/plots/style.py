"""What the figures share: colours and dashes, scales, labels at the ends of lines."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

PALETTE = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#7F7F7F")
"""Eight colours that the colour-blind tell apart (Okabe & Ito 2008).

Lines also differ by their dashes and their labels.
"""
DASHES: tuple[Any, ...] = (
    "-",
    (0, (6, 2)),
    (0, (2, 1.5)),
    (0, (8, 2, 2, 2)),
    (0, (1, 1)),
    (0, (4, 1, 1, 1, 1, 1)),
    (0, (10, 3)),
    (0, (3, 3)),
)

P = ParamSpec("P")
_OF_THE_PROGRAM = ("backend", "interactive", "toolbar", "timezone")
"""Settings that are no style."""
STYLE = {
    name: value
    for name, value in mpl.rcParamsDefault.items()
    if not name.startswith(_OF_THE_PROGRAM)
} | {
    "text.parse_math": False,  # a dollar sign in a name is one
    "pdf.fonttype": 42,  # embedded TrueType, which editors of vector graphics take as text
    "ps.fonttype": 42,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "ceasefire",  # the same figure is the same file
}
"""Matplotlib's defaults, whatever a user prefers, and what the figures have beside them."""
_PAPER, _INK = "white", "black"


def in_own_style(draw: Callable[P, Axes]) -> Callable[P, Axes]:
    """The figure as it is drawn whatever style is in use, a dark one included: dark ink on white
    paper.
    """

    @wraps(draw)
    def drawn(*arguments: P.args, **options: P.kwargs) -> Axes:
        with mpl.rc_context(STYLE), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph")  # a box stands for it
            if isinstance(axes_of_caller := options.get("ax"), Axes):
                _make_paper(axes_of_caller)
            axes = draw(*arguments, **options)
            figure = axes.get_figure(root=True)
            for panel in figure.axes if figure else ():
                for axis in (panel.xaxis, panel.yaxis):  # ticks are made when first wanted
                    axis.get_major_ticks()
                    axis.get_minor_ticks()
            interactive = mpl.is_interactive()  # a notebook's backend, opened here, says that it is
        mpl.interactive(interactive)
        return axes

    return drawn


def _make_paper(ax: Axes) -> None:
    """Turn axes that were made under another style, and what lies around them, into paper."""
    figure = ax.get_figure(root=True)
    patches = [ax.patch, *([figure.patch] if figure else [])]
    if all(to_rgb(patch.get_facecolor()) == to_rgb(_PAPER) for patch in patches):
        return
    for patch in patches:
        patch.set_facecolor(_PAPER)
    for spine in ax.spines.values():
        spine.set_edgecolor(_INK)
    for text in ax.findobj(Text):
        text.set(color=_INK)
    ax.tick_params(which="both", colors=_INK)


def axes_or_new(ax: Axes | None, inches: tuple[float, float] = (8, 4.8)) -> Axes:
    """The axes given, or those of a new figure of this size in inches, across and up."""
    if ax is None:
        _, ax = plt.subplots(figsize=inches, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def label_ends(
    ax: Axes, x: float, ends: list[tuple[float, str, str]], beside: float | None = None
) -> None:
    """Name each line at its right end, or so far `beside` it, apart where names would overlap."""
    low, high = ax.get_ylim()
    low, high = min(low, *(y for y, _, _ in ends)), max(high, *(y for y, _, _ in ends))
    figure = ax.get_figure(root=True)
    line = 1.25 * mpl.rcParams["font.size"] * (figure.dpi if figure else 72) / 72
    gap = (high - low) * line / ax.get_window_extent().height
    ranked = sorted(ends)
    places = [y for y, _, _ in ranked]
    for above in range(1, len(places)):
        places[above] = max(places[above], places[above - 1] + gap)
    for under in range(len(places) - 1, -1, -1):
        places[under] = min(
            places[under], high if under == len(places) - 1 else places[under + 1] - gap
        )
    for (y, name, colour), placed in zip(ranked, places, strict=True):
        ax.annotate(
            name,
            (x, y),
            xytext=(x * 1.025 if beside is None else x + beside, placed),
            color=colour,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "lw": 0.5,
                "relpos": (0, 0.5),
                "shrinkA": 0,
            }
            if placed != y
            else None,
        )


def stack_shares(
    ax: Axes, words: Mapping[Any, str], tables: Sequence[pd.DataFrame], **edge: Any
) -> NDArray[np.intp]:
    """A bar for each table, the first on top, of the estimates of causes or reasons side by side,
    each with what the legend says of it. Returns where the bars lie.
    """
    rows, left = np.arange(len(tables))[::-1], np.zeros(len(tables))
    for kind, said in words.items():
        share = np.array([table.loc[str(kind), "estimate"] for table in tables], dtype=float)
        ax.barh(rows, share, left=left, color=kind.colour, hatch=kind.hatch, label=said, **edge)
        left = left + share
    return rows


def in_percent(
    *shares: Axis, most: int | Literal["auto"] = "auto", sign: Literal["%", ""] = "%"
) -> None:
    """Label shares in percent, at no more than `most` round numbers; no label is rounded."""
    for share in shares:
        share.set_major_formatter(
            FuncFormatter(lambda value, _: f"{_hundred(value):g} {sign}".rstrip())
        )
        share.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 5, 10]))


def in_points(*differences: Axis) -> None:
    """Label differences of shares in percentage points with their signs, at round numbers."""
    for difference in differences:
        difference.set_major_formatter(
            FuncFormatter(lambda value, _: f"{_hundred(value):+g}" if _hundred(value) else "0")
        )
        difference.set_major_locator(MaxNLocator(nbins="auto", steps=[1, 2, 5, 10]))


def _hundred(share: float) -> float:
    return round(100 * share, 9) + 0.0  # and no -0


def scale(share: Axis, ax: Axes) -> None:
    """Round percent, and whole years."""
    in_percent(share, most=6)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, steps=[1, 2, 5, 10]))


def save(axes: Axes, *paths: Path) -> None:
    """Write the figure of these axes to files, of the kinds that their names say, and close it."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure")
    with mpl.rc_context(STYLE):
        for path in paths:
            figure.savefig(path, dpi=150, bbox_inches="tight")
    plt.close(figure)
