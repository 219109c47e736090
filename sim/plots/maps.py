"""Deterrence maps: durability over two values of a scenario."""

from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from sim.plots.style import axes_or_new, in_own_style, in_percent
from sim.study.assumptions import meaning
from sim.wording import row_with_error

__all__ = ["deterrence_map"]

_LINES, _WIDTH = 8, 62


@in_own_style
def deterrence_map(
    table: pd.DataFrame, x: str, y: str, years: float | None = None, ax: Axes | None = None
) -> Axes:
    """Durability over two dotted keys of a sweep, from the table that `sim.sweep` returns, with
    labelled contours.

    `years` is by default the last of the table; dots are the combinations that were run, and
    contours lie between them by linear interpolation. Raises ValueError where the table has fewer
    than two values of a key, or holds other keys that vary.
    """
    ax = axes_or_new(ax)
    at = float(table["years"].max() if years is None else years)
    rows = table[table["years"] == at]
    others = [
        key
        for key in table.columns[: table.columns.get_loc("years")]
        if key not in (x, y) and len(set(rows[key])) > 1
    ]
    if rows.empty or others or min(len(set(rows[x])), len(set(rows[y]))) < 2:  # noqa: PLR2004  said in the message
        raise ValueError(
            f"a map needs durability after {at:g} years at two or more values of {x} and of {y}, "
            "and of nothing else; choose rows of the "
            f"sweep{' by ' + ', '.join(others) if others else ''}"
        )
    levels = _levels(rows["estimate"])
    filled = ax.tricontourf(
        rows[x], rows[y], rows["estimate"], levels=levels, cmap="cividis", extend="both"
    )
    lines = ax.tricontour(
        rows[x], rows[y], rows["estimate"], levels=levels, colors="black", linewidths=1.2
    )
    for label in ax.clabel(lines, fmt=lambda share: f"{100 * share:.0f} %"):
        label.set_path_effects([withStroke(linewidth=3, foreground="white")])
    ax.plot(rows[x], rows[y], ".", color="black", ms=4, clip_on=False)
    bar = plt.colorbar(filled, ax=ax, label=f"share that holds {at:g} years")
    in_percent(bar.ax.yaxis)
    bar.set_ticks(list(levels))
    least, most = (
        rows.loc[pick] for pick in (rows["estimate"].idxmin(), rows["estimate"].idxmax())
    )
    error = float((rows["high"] - rows["low"]).max() / 2)
    ax.set(
        xlabel=(
            f"{_axis(x)}\n(dots: combinations that were run, with a 95 % sampling error of at most "
            f"±{100 * error:.1f} points)"
        ),
        ylabel=_axis(y),
    )
    ax.set_title(
        f"Durability after {at:g} years rises from {row_with_error(least)} to "
        f"{row_with_error(most)};\nhighest at {_reached(x, most[x])}\nand {_reached(y, most[y])}",
        loc="left",
    )
    return ax


def _levels(shares: "pd.Series[float]") -> np.ndarray:
    """Round shares between the least and the most.

    At most eight lines, and two where all are alike.
    """
    for step in (0.01, 0.02, 0.05, 0.1):
        levels = step * np.arange(np.ceil(shares.min() / step), np.floor(shares.max() / step) + 1)
        if len(levels) <= _LINES:
            break
    return (
        levels
        if len(levels) > 1
        else np.array([shares.min(), max(shares.max(), shares.min() + 1e-9)])
    )


def _axis(key: str) -> str:
    """What a key stands for, with its unit."""
    meant, unit = meaning(key)
    return "\n".join(wrap(f"{meant} ({unit})" if unit else meant, _WIDTH))


def _reached(key: str, value: float) -> str:
    """Of the highest durability, the value of a key."""
    meant, unit = meaning(key)
    return f"{meant}: {value:g}" + (f" ({unit})" if unit else "")
