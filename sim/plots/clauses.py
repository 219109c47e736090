"""A waterfall from `base`, or from another text, to a text."""

from textwrap import shorten, wrap

from matplotlib.axes import Axes

from sim.plots.style import PALETTE, axes_or_new, in_own_style, in_percent
from sim.study.explanation import Explanation, Worth
from sim.wording import points_with_error

__all__ = ["clauses"]

_WORDS = 48
_TITLE = 72


@in_own_style
def clauses(explained: Explanation, ax: Axes | None = None) -> Axes:
    """What each clause adds, the largest value first, with 95 % sampling error.

    The thin line at a step is the range of that clause's value over 90 % of parameter sets, where
    there are enough of them.
    """
    ax = axes_or_new(ax, (8, 2 + 0.42 * (len(explained.clauses) + 2)))
    steps = sorted(
        explained.clauses, key=lambda worth: (worth.side == explained.scenario, -worth.value.value)
    )
    level, names = _start(explained), [explained.against_label or "no clause"]
    ax.barh(0, level, color="0.7", height=0.6)
    for row, worth in enumerate(steps, start=1):
        value = worth.value
        lowers = value.value < 0
        ax.barh(
            row,
            value.value,
            left=level,
            color=PALETTE[2] if lowers else PALETTE[1],
            hatch="////" if lowers else "",
            edgecolor="white",
            lw=0,
            height=0.6,
        )
        if explained.has_range:
            ax.plot([level + value.spread_low, level + value.spread_high], [row, row], "k-", lw=0.6)
        ax.plot([level + value.low, level + value.high], [row, row], "k-", lw=2.2)
        ax.plot([level, level], [row - 1, row], color="0.6", lw=0.6)
        side = "" if explained.against is None else f" ({worth.side})"
        text = worth.text if worth.text == worth.number.replace("_", " ") else _numbered(worth)
        names.append(shorten(text, _WORDS, placeholder=" …") + side)
        level += value.value
    ax.barh(len(steps) + 1, explained.full.value, color="0.4", height=0.6)
    names.append(explained.label)
    ax.set_yticks(range(len(names)), names, fontsize="small")
    ax.invert_yaxis()
    ax.axvline(0, color="0.5", lw=0.8)
    ax.grid(axis="x", color="0.92")
    ax.set_axisbelow(b=True)
    if explained.unit == "share":
        in_percent(ax.xaxis)
    what = explained.what.removeprefix("the ")
    thin = ", thin: 90 % of parameter sets" if explained.has_range else ""
    ax.set_xlabel(f"{what} (hatched: lowers it)\nthick: 95 % sampling error{thin}")
    ax.set_title(_title(explained), loc="left")
    return ax


def _title(explained: Explanation) -> str:
    """The clause that it would be worst to lose, and what its loss would change."""
    if (worst := explained.worst_to_lose) is None:
        return "\n".join(wrap(explained.none_improves, _TITLE))
    without, low, high = -worst.last.value, -worst.last.high, -worst.last.low
    change = (
        points_with_error(without, low, high)
        if explained.unit == "share"
        else f"{without + 0.0:+.3g} {explained.unit} (±{(high - low) / 2:.2g})"
    )
    named = shorten(worst.text, _WORDS, placeholder=" …").rstrip(".")
    return f"Worst to lose is {named}:\nwithout it the outcome would change by {change}"


def _start(explained: Explanation) -> float:
    """The outcome on `base`, or of the other text."""
    if explained.difference is None:
        return explained.none.value
    return explained.full.value - explained.difference.value


def _numbered(worth: Worth) -> str:
    return f"{worth.number}: {worth.text}"
