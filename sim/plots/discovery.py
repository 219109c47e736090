"""Where a guarantee fails: parameter sets over the two assumptions that matter most, and what each
step of peeling gave.
"""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from sim.plots.style import DASHES, PALETTE, axes_or_new, in_own_style, in_percent
from sim.study.assumptions import by_rank_correlation, meaning
from sim.study.finding import Finding
from sim.wording import row_with_error, with_error

__all__ = ["discovery", "peeling"]

_SKEWED, _WIDTH = 20, 48


@in_own_style
def discovery(finding: Finding, ax: Axes | None = None) -> Axes:
    """The parameter sets over the two assumptions that the first box restricts most often.

    Crosses fail, dots do not; boxes with their limits.

    A box is drawn where it restricts these two; the bands are the limits of 95 % of resamples.
    Without a box the two are those whose ranks go most with the outcome.
    """
    ax, settings = axes_or_new(ax), finding.settings
    rules, cases, share = (
        finding.tables["rules"],
        finding.tables["cases"],
        finding.tables["share"].iloc[0],
    )
    drawn = cases.drop(columns=["design", "outcome", "fails"])
    ranked = (
        by_rank_correlation(drawn, cases["outcome"])
        if rules.empty
        else rules.loc[rules["box"] == 1, "parameter"]
    )
    across, up = [*ranked, "design"][:2]
    fails = cases["fails"].astype(bool)
    ax.scatter(
        cases.loc[~fails, across],
        cases.loc[~fails, up],
        s=5,
        color="0.72",
        lw=0,
        label="other sets",
    )
    ax.scatter(
        cases.loc[fails, across],
        cases.loc[fails, up],
        s=20,
        marker="x",
        color=PALETTE[2],
        lw=0.9,
        label=settings["limit"],
    )
    for axis, name in ((ax.xaxis, across), (ax.yaxis, up)):
        axis.set_label_text(name if name == "design" else fill(_with_unit(name), _WIDTH))
        if (
            name != "design"
            and cases[name].min() > 0
            and cases[name].max() > _SKEWED * cases[name].median()
        ):
            (ax.set_xscale if axis is ax.xaxis else ax.set_yscale)("log")
            axis.set_major_formatter(StrMethodFormatter("{x:g}"))
            axis.set_minor_formatter(NullFormatter())
    limits = (ax.get_xlim(), ax.get_ylim())
    for number, rows in rules.groupby("box"):
        _box(ax, rows.set_index("parameter"), (across, up), limits, int(number))
    ax.set(xlim=limits[0], ylim=limits[1])
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    ax.set_title(_title(finding, share), loc="left")
    return ax


def _with_unit(name: str) -> str:
    """What an assumption means, and its unit after a comma, without what explains it."""
    meant, unit = meaning(name)
    return f"{meant}, {unit.partition(':')[0]}" if unit else meant


def _box(
    ax: Axes,
    rows: pd.DataFrame,
    names: tuple[str, str],
    limits: tuple[tuple[float, float], tuple[float, float]],
    number: int,
) -> None:
    """The box in these two assumptions as a dashed frame, with a band around each of its limits."""
    corners = []
    for name, (least, most) in zip(names, limits, strict=True):
        row = rows.loc[name] if name in rows.index else None
        low, high = (np.nan, np.nan) if row is None else (row["low"], row["high"])
        corners.append((least if np.isnan(low) else low, most if np.isnan(high) else high))
        for side in ("low", "high"):
            if row is not None and not np.isnan(row[f"{side}_low"]):
                span = ax.axvspan if name == names[0] else ax.axhspan
                span(
                    row[f"{side}_low"], row[f"{side}_high"], color=PALETTE[number], alpha=0.2, lw=0
                )
    (left, right), (bottom, top) = corners
    ax.add_patch(
        Rectangle(
            (left, bottom),
            right - left,
            top - bottom,
            fill=False,
            ec=PALETTE[number],
            lw=2,
            ls=DASHES[number],
            label=f"box {number}; band: limits of 95 % of resamples",
        )
    )


def _title(finding: Finding, share: pd.Series) -> str:
    scenario, against = map(
        finding.label, (finding.settings["scenario"], finding.settings["against"])
    )
    whose = scenario + (f" rather than {against}" if against else "")
    head = f"{whose}: {_condition(finding)}\nin {row_with_error(share)} of parameter sets"
    boxes = finding.tables["boxes"]
    if boxes.empty:
        return f"{head};\nno region of the assumptions was found"
    first = boxes.iloc[0]
    inside = with_error(first["density"], first["density_low"], first["density_high"])
    covered = with_error(first["coverage"], first["coverage_low"], first["coverage_high"])
    return f"{head};\nin box 1 in {inside} of parameter sets, {covered} of all these"


def _condition(finding: Finding) -> str:
    return f"{finding.settings['quantity']} is {finding.settings['limit']}"


@in_own_style
def peeling(finding: Finding, ax: Axes | None = None) -> Axes:
    """Coverage against density of each box on the way, by its number of restricted assumptions.

    The one taken and the whole with limits.
    """
    ax = axes_or_new(ax)
    steps, boxes, share = (
        finding.tables["trajectory"],
        finding.tables["boxes"],
        finding.tables["share"].iloc[0],
    )
    if share["failing"]:
        ax.errorbar(
            [1],
            [share["estimate"]],
            yerr=[[share["estimate"] - share["low"]], [share["high"] - share["estimate"]]],
            color="0.4",
            marker="D",
            capsize=3,
            ls="none",
            label="all parameter sets, before any peeling",
        )
    for number, rows in steps.groupby("box"):
        way, colour = rows[~rows["taken"].astype(bool)], PALETTE[int(number)]
        ax.plot(
            way["coverage"],
            way["density"],
            color=colour,
            ls=DASHES[int(number)],
            lw=1.2,
            label=f"box {number}: peeled and pasted",
        )
        for parameters, points in way.groupby("parameters"):
            ax.scatter(
                points["coverage"],
                points["density"],
                marker=f"${parameters}$",
                color=colour,
                s=36,
                lw=0.4,
            )
        taken = boxes[boxes["box"] == number].iloc[0]
        ax.errorbar(
            [taken["coverage"]],
            [taken["density"]],
            xerr=[
                [taken["coverage"] - taken["coverage_low"]],
                [taken["coverage_high"] - taken["coverage"]],
            ],
            yerr=[
                [taken["density"] - taken["density_low"]],
                [taken["density_high"] - taken["density"]],
            ],
            color="black",
            marker="s",
            capsize=3,
            ls="none",
            label=f"box {number}, on parameter sets not used to find it",
        )
    in_percent(ax.xaxis, ax.yaxis)
    ax.set(
        xlim=(0, 1.03),
        ylim=(0, 1.03),
        xlabel="coverage: share of all parameter sets in which it holds",
        ylabel="density: share of the parameter sets in the box",
    )
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    if boxes.empty:
        ax.set_title(
            f"No region of the assumptions in which {_condition(finding)} was found", loc="left"
        )
        return ax
    first = boxes.iloc[0]
    ax.set_title(
        "Box 1 holds "
        f"{with_error(first['coverage'], first['coverage_low'], first['coverage_high'])} of the "
        f"parameter sets\nin which {_condition(finding)},\nat a density of "
        f"{with_error(first['density'], first['density_low'], first['density_high'])} (digits: "
        "how many assumptions are restricted)",
        loc="left",
    )
    return ax
