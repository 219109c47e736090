"""The regions in which a guarantee fails, in words.

Rules with their limits, coverage and density, and how sure each is.
"""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.analysis.resampling import RESAMPLES
from sim.analysis.words import of_row, with_limits
from sim.report.section import Section
from sim.study.finding import Finding
from sim.study.regions import MIN_CASES

HOW_TO_READ = (
    "A rule is a box in the space of assumptions, found by PRIM (Friedman & Fisher 1999). "
    "Density is the share of designs in it in which the condition holds, coverage its share of "
    "all such designs. Limits in brackets are those of 95 % of resamples of the designs, in "
    "each of which the box is found anew; coverage and density are those of designs that were "
    "not used to find it. In resamples: how often the assumption was restricted at all. Designs "
    "are as plausible as the scenario says; the rules are of the model, not of the world."
)


def section(finding: Finding) -> Section:
    """Question, answer, and the table of rules of a finding of kind `discovery`."""
    asked, rules = finding.asked, finding.tables["rules"]
    scenario, against = map(finding.label, (asked["scenario"], asked["against"]))
    whose = f"{scenario} rather than {against}" if against else scenario
    rows = tuple(_row(rule) for rule in rules.to_dict("records"))
    return Section(
        f"Under which assumptions is {asked['when']}, for {whose}?",
        tuple(_answer(finding)),
        ("assumption", "box", "above", "below", "in resamples"),
        rows,
        HOW_TO_READ,
    )


def _answer(finding: Finding) -> Iterator[str]:
    share = finding.tables["share"].iloc[0]
    when, designs = finding.asked["when"], int(share["designs"])
    told = (
        f"In {_percent(share, 'estimate')} of {designs:,} parameter designs {_subject(finding)} "
        f"{when}"
    )
    if share["failing"] == 0:
        yield f"Nowhere in the space of assumptions: {told[0].lower()}{told[1:]}."
    elif share["failing"] == designs:
        yield f"Everywhere in the space of assumptions: {told[0].lower()}{told[1:]}."
    else:
        yield f"{told}."
    boxes, rules = finding.tables["boxes"], finding.tables["rules"]
    for box in boxes.to_dict("records"):
        further = (
            f"Of what is left, where {rule(rules, box['box'])}"
            if box["box"] > 1
            else f"Where {rule(rules, box['box'])}"
        )
        yield (
            f"{further}, that is so in {_percent(box, 'density')} of designs, and these are "
            f"{_percent(box, 'coverage')} of all designs in which it is so."
        )
    if boxes.empty and 0 < share["failing"] < designs:
        yield from _why_no_region(share, designs)
    if finding.asked["against"]:
        yield (
            f"In {_percent(share, 'unsure')} of designs the two differ by no more than the "
            f"chance of {int(share['replicates'])} histories, which counts as none; more "
            "--replicates tell them apart."
        )
    elif share["unsure"] > 0:
        yield (
            f"In {_percent(share, 'unsure')} of designs {int(share['replicates'])} histories do "
            "not tell surely on which side of the limit they are."
        )


def _why_no_region(share: pd.Series, designs: int) -> Iterator[str]:
    fewer = min(int(share["failing"]), designs - int(share["failing"]))
    if fewer < MIN_CASES:
        yield (
            f"With {fewer} design{'s' if fewer != 1 else ''} of one kind, a region cannot be "
            "told from chance; ask with more --designs."
        )
    else:
        yield (
            f"No region was told. The chance of {int(share['replicates'])} histories may "
            f"misjudge {share['misjudged']:.0f} designs, where {fewer} are of the rarer kind, or "
            f"what stands out does not do so in nearly all resamples of {designs:,} designs. "
            "That is no proof that there is none: more --replicates or --designs may tell one."
        )


def _subject(finding: Finding) -> str:
    scenario, against = map(finding.label, (finding.asked["scenario"], finding.asked["against"]))
    return f"{scenario} less {against} has, beyond chance," if against else f"under {scenario}"


def rule(rules: pd.DataFrame, box: int) -> str:
    """A box in words: each assumption that it restricts, with its limits and theirs."""
    told = []
    for each in rules[rules["box"] == box].to_dict("records"):
        limits = [
            f"{word} {_limit(each, side)}"
            for side, word in (("low", "above"), ("high", "below"))
            if not math.isnan(each[side])
        ]
        if limits:
            told.append(f"{each['meaning']} is {' and '.join(limits)}")
    return ", and ".join(told)


def _row(rule: dict[str, Any]) -> tuple[str, ...]:
    sides = [
        _limit(rule, side, line=True) if not math.isnan(rule[side]) else ""
        for side in ("low", "high")
    ]
    return (
        rule["meaning"] + f"\n{rule['parameter']}",
        str(rule["box"]),
        *sides,
        f"{round(RESAMPLES * rule['chosen'])} of {RESAMPLES}",
    )


def _limit(rule: dict[str, Any], side: str, *, line: bool = False) -> str:
    low, high = rule[f"{side}_low"], rule[f"{side}_high"]
    unsure = "" if math.isnan(low) else f"{low:.3g} to {high:.3g}"
    if line:
        return f"{rule[side]:.3g}\n{unsure or 'in no resample'}"
    return f"{rule[side]:.3g} ({unsure or 'in no resample'})"


def _percent(row: Any, name: str) -> str:
    return with_limits(*of_row(row, name))
