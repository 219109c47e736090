"""The chance that both sign against durability if signed."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.estimate import Estimate
from sim.analysis.signing import Signing
from sim.plots.style import PALETTE, axes_or_new, in_own_style, in_percent, label_ends
from sim.study.deals import dominated_by, durability, durable_years

__all__ = ["signing"]


@in_own_style
def signing(signings: Sequence[Signing], ax: Axes | None = None) -> Axes:
    """Texts by the chance that both sign (across) and durability if signed (up).

    Thick lines are 95 % sampling errors, thin ones 90 % of parameter sets; the chance that both
    sign is one number over all of them, and has no such range.
    Filled points stand on the frontier; an open point is dominated.
    """
    ax = axes_or_new(ax, (8, 6))
    years, dominated = durable_years(signings[0]), dominated_by(signings)
    points = [(signing.both_sign, durability(signing)) for signing in signings]
    frontier = sorted(
        (across.value, up.value)
        for (across, up), other in zip(points, dominated, strict=True)
        if other is None
    )
    ax.step(*np.transpose(frontier), where="pre", color="0.75", lw=1, zorder=0)
    left, right = _limits([across for across, _ in points])
    ends = []
    for number, (signing, (across, up), other) in enumerate(
        zip(signings, points, dominated, strict=True)
    ):
        colour = PALETTE[number % len(PALETTE)]
        _cross(ax, across, up, colour)
        face = colour if other is None else "white"
        ax.plot(across.value, up.value, "o", ms=7, color=colour, mfc=face, zorder=3)
        ax.plot([across.value, right], [up.value, up.value], ":", color=colour, lw=0.6)
        ends.append((up.value, signing.label + ("" if other is None else " (dominated)"), colour))
    in_percent(ax.xaxis, ax.yaxis)
    ax.grid(color="0.92")
    ax.set_axisbelow(b=True)
    ax.set(
        xlim=(left, right),
        ylim=(0, 1.02),
        xlabel="chance that both sign",
        ylabel=f"still holding after {years} years, if signed",
    )
    label_ends(ax, right, ends)
    ax.set_title(_title(signings, dominated), loc="left")
    ax.annotate(
        "thick: 95 % sampling error; thin: 90 % of parameter sets; filled: on the frontier; "
        "open: dominated",
        (0, -0.14),
        xycoords="axes fraction",
        fontsize="small",
        color="0.35",
    )
    return ax


def _cross(ax: Axes, across: Estimate, up: Estimate, colour: str) -> None:
    """Both kinds of uncertainty at a point."""
    ax.plot([across.low, across.high], [up.value, up.value], color=colour, lw=3)
    ax.plot([across.value, across.value], [up.low, up.high], color=colour, lw=3)
    if not np.isnan(up.spread_low):
        ax.plot(
            [across.value, across.value],
            [up.spread_low, up.spread_high],
            color=colour,
            lw=0.8,
            alpha=0.7,
        )


def _limits(across: Sequence[Estimate]) -> tuple[float, float]:
    """From where to where the chances of a signature are drawn."""
    low, high = min(chance.low for chance in across), max(chance.high for chance in across)
    margin = 0.1 * (high - low) + 0.02
    return max(0.0, low - margin), min(1.0, high + margin)


def _title(signings: Sequence[Signing], dominated: Sequence[int | None]) -> str:
    on = [
        signing.label for signing, other in zip(signings, dominated, strict=True) if other is None
    ]
    if len(on) == 1:
        return f"{on[0]}: no other text is likelier to be signed or more durable"
    return f"{len(on)} of {len(signings)} texts stand on the frontier"
