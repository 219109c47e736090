"""Several guarantees over the same assumptions.

Their regret, and the beliefs that would reverse the ranking.
"""

from textwrap import fill

import numpy as np
from matplotlib.axes import Axes

from sim.plots.style import PALETTE, axes_or_new, in_own_style, in_percent
from sim.study.finding import Finding
from sim.wording import of_row, with_limits

__all__ = ["regret", "turning"]

_MAX_ROWS = 12


@in_own_style
def regret(finding: Finding, ax: Axes | None = None) -> Axes:
    """Regret of each guarantee, least at the top.

    On average (filled) and in its worst tenth of parameter sets (hollow), with 95 % limits.
    """
    ax, share = axes_or_new(ax), finding.settings["unit"] == "share"
    table = finding.labelled("guarantees", "name").sort_values("regret", ascending=False)
    rows = np.arange(len(table))
    for column, marker, colour, filled, label, shift in (
        ("regret", "o", PALETTE[1], True, "mean over parameter sets", 0.12),
        ("worst_regret", "D", PALETTE[2], False, "in its worst tenth of parameter sets", -0.12),
    ):
        below, above = (
            table[column] - table[f"{column}_low"],
            table[f"{column}_high"] - table[column],
        )
        ax.errorbar(
            table[column],
            rows + shift,
            xerr=[below.clip(0), above.clip(0)],
            fmt=marker,
            color=colour,
            capsize=3,
            label=label,
            mfc=colour if filled else "white",
        )
    for row, guarantee in enumerate(table.to_dict("records")):
        ax.annotate(
            f"best in {with_limits(*of_row(guarantee, 'best'))} of parameter sets",
            (1.02, row),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
        )
    ax.set_yticks(rows, table["name"])
    what = f"the share that {finding.settings['label']}" if share else finding.settings["label"]
    ax.set(
        ylim=(-0.6, len(table) - 0.4),
        xlabel=(
            f"regret: how far {what} falls short of the best guarantee{', points' if share else ''}"
        ),
    )
    ax.set_xlim(left=0)
    ax.grid(axis="x", color="0.9")
    ax.set_axisbelow(b=True)
    if share:
        in_percent(ax.xaxis, sign="")
    first = table.iloc[-1]
    regrets = [
        with_limits(
            *of_row(first, kind), "points" if share else finding.settings["unit"], 1 if share else 2
        )
        for kind in ("regret", "worst_regret")
    ]
    ax.set_title(
        f"Least regret: {first['name']}, {regrets[0]} on average,\n{regrets[1]} in its worst tenth "
        "of parameter sets",
        loc="left",
    )
    ax.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)
    return ax


@in_own_style
def turning(finding: Finding, ax: Axes | None = None) -> Axes:
    """The beliefs about one assumption under which a rival would be as good as the best.

    Its middle half then, and now.

    The scale is that of present belief: half of it lies in the grey band. Beside each stands how
    far the belief is from the present one, with 95 % limits. Assumptions about which no belief is
    enough are left out, and those beyond the nearest twelve.
    """
    table = finding.labelled("turning", "best", "rival")
    alone = table[table["parameter"] != "all"]
    turned = alone[np.isfinite(alone["divergence"])].sort_values("divergence").head(_MAX_ROWS)
    ax = axes_or_new(ax, (8, 2.4 + 0.6 * max(1, len(turned))))
    best, rivals = table["best"].iloc[0], len(set(table["rival"]))
    ax.axvspan(0.25, 0.75, color="0.88", lw=0)
    ax.axvline(0.5, color="0.5", lw=1, ls=(0, (4, 3)))
    for row, turn in enumerate(turned.iloc[::-1].to_dict("records")):
        ax.barh(
            row,
            turn["doubted_rank_to"] - turn["doubted_rank_from"],
            left=turn["doubted_rank_from"],
            height=0.34,
            fill=False,
            ec=PALETTE[2],
            hatch="////",
            lw=0.8,
        )
        ax.plot(
            [turn["rank_low"], turn["rank_high"]],
            [row, row],
            color=PALETTE[1],
            lw=6,
            solid_capstyle="butt",
        )
        ax.plot([turn["rank"]], [row], "o", mfc="white", mec="black", ms=7)
        high = "no limit" if np.isinf(turn["divergence_high"]) else f"{turn['divergence_high']:.2g}"
        ax.annotate(
            f"median {turn['needed']:.3g} ({turn['needed_from']:.3g} to "
            f"{turn['needed_to']:.3g}), now {turn['now']:.3g}\n{turn['divergence']:.2g} nats "
            f"({turn['divergence_low']:.2g} to {high})",
            (1.02, row),
            va="center",
            annotation_clip=False,
            fontsize="small",
        )
    ax.set_yticks(
        range(len(turned)),
        [
            f"{turn['rival']}:\n{fill(turn['meaning'], 32)}"
            for turn in turned.iloc[::-1].to_dict("records")
        ],
        fontsize="small",
    )
    ax.set(
        xlim=(0, 1),
        ylim=(-0.6, max(1, len(turned)) - 0.4),
        xlabel=(
            "quantile of the present belief (grey: its middle half); thick line: the middle "
            "half of what it takes,\ndot: its median; hatched: values that it makes less than "
            "half as likely"
        ),
    )
    in_percent(ax.xaxis)
    if turned.empty:
        whom = "its rival" if rivals == 1 else "any rival"
        ax.set_title(
            f"Among these parameter sets no belief about one assumption\nalone puts {best} level "
            f"with {whom}",
            loc="left",
        )
        return ax
    first = turned.iloc[0]
    high = "no limit" if np.isinf(first["divergence_high"]) else f"{first['divergence_high']:.2g}"
    ax.set_title(
        f"{best} would be level with {first['rival']} under another belief "
        f"about\n“{first['meaning']}”, {first['divergence']:.2g} nats "
        f"({first['divergence_low']:.2g} to {high}) away",
        loc="left",
    )
    return ax
