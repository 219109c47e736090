"""The outlook over time, what has been learned, and what to watch."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.plots.style import PALETTE, axes_or_new, in_percent
from sim.study.finding import Finding
from sim.study.outlook_finding import AHEAD, NOW, compared, name_of
from sim.wording import of_row, row_with_error, with_error

__all__ = ["learning", "outlook", "watch"]

_WIDTH = 44


def outlook(finding: Finding, ax: Axes | None = None) -> Axes:
    """The chance to hold five more years, as it was seen at each moment, with the events marked."""
    path, events = finding.tables["path"], finding.tables["events"]
    ax = axes_or_new(ax, (9, 5.4))
    at = path["years"].to_numpy()
    for low, high, alpha in (("spread_low", "spread_high", 0.12), ("low", "high", 0.35)):
        ax.fill_between(at, path[low], path[high], color=PALETTE[1], alpha=alpha, lw=0)
    ax.plot(at, path["estimate"], "-" if len(at) > 1 else "o", color=PALETTE[1], lw=1.6)
    seen: dict[float, list[str]] = {}
    for number, event in enumerate(events.to_dict("records"), start=1):
        after = path[path["event"] == number].iloc[0]
        ax.plot(after["years"], after["estimate"], "o", color=PALETTE[2], ms=5)
        text = f"{event['what']} ({100 * event['moved']:+.1f})"
        seen.setdefault(after["years"], []).append(text)
    for years_since, texts in seen.items():
        ax.axvline(years_since, color="0.75", lw=0.8, ls=":")
        ax.annotate(
            "\n".join(texts),
            (years_since, 0.02),
            xycoords=("data", "axes fraction"),
            rotation=90,
            ha="right",
            va="bottom",
            fontsize="small",
        )
    ax.set(
        xlim=(0, max(at[-1], 0.1)),
        ylim=(0, 1.02),
        xlabel="years since the signature",
        ylabel=f"chance to hold {AHEAD} more years",
    )
    in_percent(ax.yaxis)
    at_signature, now = (row_with_error(path.iloc[place]) for place in (0, -1))
    moved = "; in brackets: what an event moved, percentage points" if seen else ""
    ax.set_title(
        f"The chance to hold {AHEAD} more years is {now}; at the signature it was {at_signature}\n"
        f"dark: 95 % sampling error, light: 90 % of parameter sets{moved}",
        loc="left",
        fontsize="medium",
    )
    return ax


def learning(finding: Finding, ax: Axes | None = None) -> Axes:
    """What was believed at the signature, and what is now: the range of each, of that before."""
    learned = finding.tables["learned"]
    ax = axes_or_new(ax, (9, 1.6 + 0.6 * len(learned)))
    for place, row in enumerate(learned.to_dict("records")):
        shares = row["unit"] == "share"
        start, width = (
            (0.0, 1.0)
            if shares
            else (row["before_low"], max(row["before_high"] - row["before_low"], 1e-12))
        )
        for shift, when, colour in ((-0.14, "before", "0.5"), (0.14, "now", PALETTE[1])):
            middle, low, high = (
                (row[name] - start) / width for name in (when, f"{when}_low", f"{when}_high")
            )
            ax.plot([low, high], [place + shift] * 2, color=colour, lw=2)
            ax.plot(middle, place + shift, "o", color=colour, ms=5)
            ax.annotate(
                f"{100 * row[when]:.0f} %" if shares else f"{row[when]:.3g}",
                (middle, place + shift),
                xytext=(0, 5 if shift < 0 else -5),
                textcoords="offset points",
                ha="center",
                va="bottom" if shift < 0 else "top",
                fontsize="x-small",
                color=colour,
                annotation_clip=False,
            )
    words = [fill(name_of(name), _WIDTH) for name in learned["name"]]
    ax.set_yticks(range(len(learned)), words, fontsize="small")
    ax.set_ylim(len(learned) - 0.4, -0.7)
    ax.set_xlabel(
        "types: 0 to 100 %, with 95 % sampling error;\n"
        "numbers: median and 5 to 95 %, scaled to the range at the signature"
    )
    ax.grid(axis="x", color="0.92")
    ax.set_axisbelow(b=True)
    ax.set_xticks([])
    ax.set_title(
        f"{_most_learned(learned)}\ngrey: at the signature; blue: now",
        loc="left",
        fontsize="medium",
    )
    return ax


def _most_learned(learned: pd.DataFrame) -> str:
    """What has changed most, of the types of the guarantors."""
    types = learned[learned["unit"] == "share"]
    most = types.loc[(types["now"] - types["before"]).abs().idxmax()]
    now, before = (with_error(*of_row(most, when)) for when in ("now", "before"))
    return f"That {name_of(most['name'])} is believed with {now}, at the signature with {before}"


def watch(finding: Finding, ax: Axes | None = None) -> Axes:
    """What may be seen in the next year, and what the outlook then is, beside that of today.

    Each row has the chance of its event in its name.
    """
    table, survival = finding.tables["watch"], finding.tables["survival"]
    now = survival[(survival["since"] == NOW) & (survival["years"] == compared(survival))].iloc[0]
    known = table[table["outlook"].notna()]
    ax = axes_or_new(ax, (9, 1.6 + 0.42 * len(known)))
    ax.axvspan(now["low"], now["high"], color="0.88", lw=0)
    ax.axvline(now["estimate"], color="0.5", lw=1)
    for place, row in enumerate(known.to_dict("records")):
        ax.plot([row["outlook_low"], row["outlook_high"]], [place] * 2, color=PALETTE[1], lw=2.5)
        ax.plot(row["outlook"], place, "o", color=PALETTE[1], ms=6)
    ax.set_yticks(range(len(known)), _with_chances(known), fontsize="small")
    ax.invert_yaxis()
    ax.grid(axis="x", color="0.92")
    ax.set_axisbelow(b=True)
    in_percent(ax.xaxis)
    ahead, worst = f"{compared(survival):.0f} years", known.loc[known["outlook"].idxmin()]
    ax.set_xlabel(f"chance to hold {ahead} from today if it is seen; 95 % sampling error")
    ax.set_title(
        f"The worst news would be: {worst['what']}, after which "
        f"{with_error(*of_row(worst, 'outlook'))} hold {ahead} from today\n"
        "grey: the outlook today",
        loc="left",
        fontsize="medium",
    )
    return ax


def _with_chances(known: pd.DataFrame) -> Sequence[str]:
    half = (known["chance_high"] - known["chance_low"]) / 2
    return [
        f"{what}: {100 * chance:.0f} % (±{np.ceil(100 * error):.0f}) a year"
        for what, chance, error in zip(known["what"], known["chance"], half, strict=True)
    ]
