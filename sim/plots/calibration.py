"""What the historical record says about pairs of adversaries.

Parts and durability before and after, and the check of the method.
"""

import numpy as np
import scipy
from matplotlib.axes import Axes

from sim.levels import CONFIDENCE
from sim.plots.style import PALETTE, axes_or_new, in_own_style, in_percent
from sim.study.finding import Finding
from sim.wording import of_row, with_limits

__all__ = ["calibrated", "learned", "ranks"]

_COLUMNS = 3


@in_own_style
def learned(finding: Finding, ax: Axes | None = None) -> Axes:
    """Each part of a candidate before (grey) and after (blue) the fit, as multiples of its median
    before.
    """
    ax, parts = axes_or_new(ax), finding.tables["parts"].sort_values("learned", ignore_index=True)
    for row, row_of_part in parts.iterrows():
        for shift, colour, width, names in (
            (0.16, "0.6", 7, ("prior", "prior_low", "prior_high")),
            (-0.16, PALETTE[1], 4, ("posterior", "low", "high")),
        ):
            middle, low, high = (row_of_part[name] / row_of_part["prior"] for name in names)
            ax.hlines(row + shift, low, high, color=colour, lw=width)
            ax.plot(middle, row + shift, "|", color="black", ms=9)
        ax.annotate(
            with_limits(*of_row(row_of_part, "learned")),
            (1.02, row),
            xycoords=("axes fraction", "data"),
            va="center",
        )
    ax.annotate(
        "learned", (1.02, len(parts) - 0.4), xycoords=("axes fraction", "data"), fontweight="bold"
    )
    ax.set_xscale("log")
    ax.set_xticks([0.25, 0.5, 1, 2, 4], ["¼", "½", "1", "2", "4"])
    ax.minorticks_off()
    ax.set_yticks(range(len(parts)), parts["part"])
    ax.set(
        xlabel=(
            "times the median before (wide grey: before; narrow blue: after; bars: 90 % of "
            "candidates, strokes: medians)"
        )
    )
    most, count = parts.iloc[-1], finding.tables["effective"].iloc[0]["cases"]
    significant = int((parts["learned_low"] > 0).sum())
    ax.set_title(
        f"{count:.0f} past ceasefires narrow {significant} of {len(parts)} numbers significantly, "
        f"most of all the\n{most['part']}: {with_limits(*of_row(most, 'learned'))} of its "
        "variance is gone",
        loc="left",
        pad=20,
    )
    return ax


@in_own_style
def calibrated(finding: Finding, ax: Axes | None = None) -> Axes:
    """Durability of each class of the record: before, after, and the record itself, each with its
    limits; a panel a class.
    """
    table = finding.tables["durability"]
    names = list(dict.fromkeys(table["guarantee_class"]))
    rows = -(-len(names) // _COLUMNS)
    ax = axes_or_new(ax, (10, 3.1 * rows))
    ax.set_axis_off()
    looks = {
        "prior": ("0.6", "s", -0.5),
        "posterior": (PALETTE[1], "D", 0.0),
        "record": ("black", "o", 0.5),
    }
    for number, name in enumerate(names):
        left, bottom = (number % _COLUMNS) / _COLUMNS, 1 - (number // _COLUMNS + 1) / rows
        panel = ax.inset_axes((left, bottom + 0.1 / rows, 0.84 / _COLUMNS, 0.72 / rows))
        for source, (colour, marker, shift) in looks.items():
            curve = table[(table["guarantee_class"] == name) & (table["source"] == source)].dropna()
            ends = [curve["estimate"] - curve["low"], curve["high"] - curve["estimate"]]
            panel.errorbar(
                curve["years"] + shift,
                curve["estimate"],
                yerr=ends,
                color=colour,
                marker=marker,
                ms=4,
                lw=1.6,
                ls="none",
                label=source,
            )
        panel.set(xlim=(0, 21.5), ylim=(0, 1.04), xticks=sorted(set(table["years"])))
        panel.spines[["top", "right"]].set_visible(False)
        in_percent(panel.yaxis)
        panel.set_title(name.replace("_", " "), loc="left", fontsize="medium")
        panel.set_xlabel("years", fontsize="small", labelpad=1)
        if not number:
            panel.legend(frameon=False, fontsize="small", loc="lower left")
    ten = (
        table[(table["years"] == table["years"].max())]
        .groupby("source")[["low", "high"]]
        .agg("mean")
        .eval("high - low")
    )
    ax.set_title(
        "The historical record narrows what the model says of durability: after it, 90 % "
        f"of candidates\nlie within {100 * ten['posterior']:.0f} points at "
        f"{table['years'].max():g} years, before within {100 * ten['prior']:.0f} "
        "(means over classes; record: 95 % limits)",
        loc="left",
    )
    return ax


@in_own_style
def ranks(finding: Finding, ax: Axes | None = None) -> Axes:
    """Where the truth of synthetic records ranks in its posterior, less the uniform, with the band
    of chance for all parts together.
    """
    ax, ranked, uniform = (
        axes_or_new(ax),
        finding.tables["ranks"],
        finding.tables["uniformity"].set_index("part"),
    )
    grid, count = np.linspace(0, 1, 101), len(ranked)
    band = float(scipy.stats.kstwo.ppf(1 - (1 - CONFIDENCE) / len(uniform), count))
    ax.axhspan(-band, band, color="0.9", lw=0)
    worst = str(uniform["distance"].idxmax())
    for name in ranked:
        away = np.searchsorted(np.sort(ranked[name]), grid, side="right") / count - grid
        ax.plot(
            grid,
            away,
            color=PALETTE[2] if name == worst else "0.45",
            lw=2.2 if name == worst else 0.9,
        )
    ax.annotate(
        f"grey: where all {len(uniform)} numbers stay in 95 % of checks of a right method",
        (0.02, -band),
        va="bottom",
        fontsize="small",
    )
    ax.annotate(
        worst, (0.98, uniform.loc[worst, "distance"]), ha="right", va="bottom", color=PALETTE[2]
    )
    ax.set(
        xlim=(0, 1),
        ylim=(-1.6 * band, 1.6 * band),
        xlabel="rank of the truth in its posterior",
        ylabel="share of records ranked so low,\nless the rank",
    )
    stays = "stay" if uniform["distance"].max() <= band else "do not all stay"
    ax.set_title(
        f"On {count} records of known truth the ranks {stays} where they should:\n"
        f"the furthest is {uniform['distance'].max():.2f} off, where chance reaches {band:.2f}",
        loc="left",
    )
    return ax
