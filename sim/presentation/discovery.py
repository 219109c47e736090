"""The regions in which a guarantee fails, in words.

Rules with their limits, coverage and density, and how sure each is.
"""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.analysis.resampling import RESAMPLES
from sim.presentation.section import Column, Section, Table, figure
from sim.study.finding import Finding
from sim.study.regions import MIN_CASES
from sim.wording import of_row, with_limits

HOW_TO_READ = (
    "A rule is a box in the space of assumptions, found by PRIM (Friedman & Fisher 1999). "
    "Density: share of the parameter sets in the box in which the condition holds. Coverage: the "
    "box's share of all such parameter sets. Limits in brackets are those of 95 % of resamples of "
    "the parameter sets, in each of which the box is searched again; coverage and density are "
    "those of parameter sets that the search did not use. In resamples: how often the assumption "
    "was restricted at all. The rules describe the model, not the world."
)


def section(finding: Finding) -> Section:
    """Question, answer, and the table of rules of a finding of kind `discovery`."""
    settings, rules = finding.settings, finding.tables["rules"]
    scenario, against = map(finding.label, (settings["scenario"], settings["against"]))
    whose = f"{scenario} rather than {against}" if against else scenario
    table = Table.of(
        "",
        rules,
        (
            Column("assumption", lambda row: f"{row['meaning']}\n{row['parameter']}"),
            Column("box", lambda row: str(row["box"])),
            Column("above", lambda row: _side(row, "low")),
            Column("below", lambda row: _side(row, "high")),
            Column(
                "in resamples", lambda row: f"{round(RESAMPLES * row['chosen'])} of {RESAMPLES}"
            ),
        ),
    )
    return Section(
        finding.kind,
        f"Under which assumptions is {settings['quantity']} {settings['limit']}, for {whose}?",
        tuple(_answer(finding)),
        (table,) if len(rules) else (),
        {
            "discovery": figure("discovery", finding),
            "peeling": figure("peeling", finding),
        },
        HOW_TO_READ,
    )


def _answer(finding: Finding) -> Iterator[str]:
    share = finding.tables["share"].iloc[0]
    designs = int(share["designs"])
    of_sets = f"In {_percent(share, 'estimate')} of {designs:,} parameter sets"
    stated = f"{of_sets}, {_condition(finding)}"
    if share["failing"] == 0:
        yield f"Nowhere in the space of assumptions: {stated[0].lower()}{stated[1:]}."
    elif share["failing"] == designs:
        yield f"Everywhere in the space of assumptions: {stated[0].lower()}{stated[1:]}."
    else:
        yield f"{stated}."
    boxes, rules = finding.tables["boxes"], finding.tables["rules"]
    for box in boxes.to_dict("records"):
        further = (
            f"In the remaining parameter sets, where {rule(rules, box['box'])}"
            if box["box"] > 1
            else f"Where {rule(rules, box['box'])}"
        )
        yield (
            f"{further}, this holds in {_percent(box, 'density')} of parameter sets, which are "
            f"{_percent(box, 'coverage')} of all parameter sets in which it holds."
        )
    if boxes.empty and 0 < share["failing"] < designs:
        yield from _why_no_region(share, designs)
    if finding.settings["against"]:
        yield (
            f"In {_percent(share, 'unsure')} of parameter sets the two are statistically "
            f"indistinguishable with {int(share['replicates'])} histories, which counts as no "
            "difference; more histories each would separate them."
        )
    elif share["unsure"] > 0:
        yield (
            f"In {_percent(share, 'unsure')} of parameter sets, {int(share['replicates'])} "
            "histories are too few to say on which side of the limit they lie."
        )


def _why_no_region(share: pd.Series, designs: int) -> Iterator[str]:
    fewer = min(int(share["failing"]), designs - int(share["failing"]))
    if fewer < MIN_CASES:
        yield (
            f"With {fewer} parameter set{'s' if fewer != 1 else ''} of one kind, a region cannot "
            "be distinguished from chance; simulate more of them."
        )
    else:
        yield (
            f"No region was found. With {int(share['replicates'])} histories each, chance may "
            f"misclassify {share['misjudged']:.0f} parameter sets, where {fewer} are of the rarer "
            f"kind, or no region stands out in nearly all resamples of {designs:,} parameter sets. "
            "This does not prove that there is none: more histories or more sets may show one."
        )


def _condition(finding: Finding) -> str:
    settings = finding.settings
    scenario, against = map(finding.label, (settings["scenario"], settings["against"]))
    if against:
        return (
            f"{settings['quantity']} under {scenario}, less that under {against}, is significantly "
            f"{settings['limit']}"
        )
    return f"{settings['quantity']} under {scenario} is {settings['limit']}"


def rule(rules: pd.DataFrame, box: int) -> str:
    """A box in words: each assumption that it restricts, with its limits and theirs."""
    limits_of = []
    for limit in rules[rules["box"] == box].to_dict("records"):
        limits = [
            f"{word} {_limit(limit, side)}"
            for side, word in (("low", "above"), ("high", "below"))
            if not math.isnan(limit[side])
        ]
        if limits:
            limits_of.append(f"{limit['meaning']} is {' and '.join(limits)}")
    return ", and ".join(limits_of)


def _side(rule: Any, side: str) -> str:
    return _limit(rule, side, line=True) if not math.isnan(rule[side]) else ""


def _limit(rule: Any, side: str, *, line: bool = False) -> str:
    low, high = rule[f"{side}_low"], rule[f"{side}_high"]
    unsure = "" if math.isnan(low) else f"{low:.3g} to {high:.3g}"
    if line:
        return f"{rule[side]:.3g}\n{unsure or 'in no resample'}"
    return f"{rule[side]:.3g} ({unsure or 'in no resample'})"


def _percent(row: Any, name: str) -> str:
    return with_limits(*of_row(row, name))
