"""Several guarantees over the same assumptions, in words.

Which is best how often, at what regret, and what would turn it round.
"""

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from sim.presentation.section import Column, Section, Table, figure
from sim.study.finding import Finding
from sim.study.turning import MIN_EFFECTIVE_DESIGNS
from sim.wording import above_limits, of_row, with_limits

HOW_TO_READ = (
    "Below each number: 95 % limits. Best: share of parameter sets in which the guarantee does "
    "best; its limits run from the sets in which it does so with 95 % confidence to those in which "
    "it may, and more histories bring them together. Regret: how far it falls short of the best "
    "guarantee (Savage 1951), on average; worst regret: in the tenth of parameter sets where it "
    "falls short most. Worst tenth: its outcome in the tenth of parameter sets where it does "
    "worst. A belief is measured by its divergence from the present one: 0 nats is none, and 0.7 "
    "nats are worth half of the parameter sets (Kullback & Leibler 1951). Only uncertain numbers "
    "are varied; `compare` reports what fixed numbers would reverse."
)


def section(finding: Finding) -> Section:
    """Question, answer, and the table of guarantees of a finding of kind `robustness`."""
    table = finding.labelled("guarantees", "name")
    columns = (
        Column("", lambda row: str(row["name"])),
        *(
            Column(heading, partial(_cell, name, finding))
            for heading, name in _headings(finding).items()
        ),
    )
    question = (
        f"Which of {len(table)} guarantees does best under most assumptions, and what would "
        "reverse that?"
    )
    return Section(
        finding.kind,
        question,
        tuple(_answer(finding)),
        (Table.of("", table, columns),),
        {
            "regret": figure("regret", finding),
            "turning": figure("turning", finding),
        },
        HOW_TO_READ,
    )


def _headings(finding: Finding) -> dict[str, str]:
    """The columns of the table by their headings."""
    unit = _unit(finding)
    return {
        f"{finding.settings['outcome']},\n{unit}": "mean",
        "best, %": "best",
        "with 95 %\nconfidence": "surely",
        f"regret,\n{unit}": "regret",
        "worst\nregret": "worst_regret",
        "worst\ntenth": "worst_decile",
    }


def _answer(finding: Finding) -> Iterator[str]:
    table, calls = finding.labelled("guarantees", "name"), finding.tables["calls"].iloc[0]
    best = table.iloc[0]
    less = " (less is better)" if finding.settings["less_is_better"] else ""
    yield (
        f"On average {best['name']} does best: “{finding.settings['label']}” is "
        f"{_in_words(best, 'mean', finding)}{less}. It does best in {_share(best, 'best')} of "
        f"{int(calls['designs']):,} parameter sets, and does so with 95 % confidence in "
        f"{_share(best, 'surely')}; its mean regret is "
        f"{_in_words(best, 'regret', finding, points=True)}."
    )
    least = table.loc[table["worst_regret"].idxmin()]
    if least["name"] != best["name"]:
        yield (
            f"{least['name']} has the least regret in its worst tenth of parameter sets: "
            f"{_in_words(least, 'worst_regret', finding, points=True)}."
        )
    worst = table.loc[
        (table["worst_decile"] * (-1 if finding.settings["less_is_better"] else 1)).idxmax()
    ]
    if worst["name"] != best["name"]:
        yield (
            f"{worst['name']} does best in its worst tenth of parameter sets: "
            f"{_in_words(worst, 'worst_decile', finding)}."
        )
    yield (
        f"In {_share(calls, 'sure')} of parameter sets one guarantee is significantly better than "
        f"all others with {int(calls['replicates'])} histories of each; in the rest the best are "
        "statistically indistinguishable."
    )
    yield from _turning(finding.labelled("turning", "best", "rival"), int(calls["designs"]))


def _turning(turning: pd.DataFrame, designs: int) -> Iterator[str]:
    firm = []
    for rival, rows in turning.groupby("rival", sort=False):
        alone = rows[(rows["parameter"] != "all")]
        turned = alone[alone["divergence"] < math.inf].sort_values("divergence")
        if turned.empty:
            firm.append(str(rival))
            continue
        yield belief(turned.iloc[0].to_dict())
    if firm:
        yield (
            f"Among {designs:,} parameter sets, no belief about a single uncertain number that "
            f"keeps {MIN_EFFECTIVE_DESIGNS} of them or more makes {_listed(firm)} level with "
            f"{turning['best'].iloc[0]}; more parameter sets may show rarer ones."
        )


def belief(row: dict[str, Any]) -> str:
    """In words, the belief on one assumption that makes a rival as good as the best."""
    if row["divergence"] == 0:
        return (
            f"{row['rival']} is already as good as {row['best']} on average, within the sampling "
            "error."
        )
    return (
        f"{row['rival']} would be as good as {row['best']} under another belief about "
        f"“{row['meaning']}”: {doubted(row)}a median of {row['needed']:.3g} "
        f"({row['needed_from']:.3g} to {row['needed_to']:.3g}) instead of {row['now']:.3g}. "
        f"It diverges by {_divergence(row)} from the present belief"
        + (
            f", and reverses the ranking in {100 * row['turns']:.0f} of 100 resamples."
            if row["turns"] < 1
            else "."
        )
    )


def doubted(row: dict[str, Any]) -> str:
    """Which values a belief makes less than half as likely."""
    low, high = row["doubted_from"], row["doubted_to"]
    if math.isnan(low) or math.isnan(high):
        return ""
    if math.isinf(low):
        return f"values below {high:.3g} less than half as likely, "
    between = f"above {low:.3g}" if math.isinf(high) else f"from {low:.3g} to {high:.3g}"
    return f"values {between} less than half as likely, "


def _divergence(row: dict[str, Any]) -> str:
    high = "no limit" if math.isinf(row["divergence_high"]) else f"{row['divergence_high']:.2g}"
    return f"{row['divergence']:.2g} nats ({row['divergence_low']:.2g} to {high})"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _unit(finding: Finding) -> str:
    return "%" if finding.settings["unit"] == "share" else str(finding.settings["unit"])


def _cell(column: str, finding: Finding, row: Any) -> str:
    share = column in ("best", "surely") or finding.settings["unit"] == "share"
    number, limits = above_limits(
        *of_row(row, column), "%" if share else finding.settings["unit"], 1 if share else 2
    ).split("\n")
    return f"{number.split(' ')[0]}\n{limits}"


def _share(row: Any, name: str) -> str:
    return with_limits(*of_row(row, name))


def _in_words(row: Any, name: str, finding: Finding, *, points: bool = False) -> str:
    share = finding.settings["unit"] == "share"
    return with_limits(
        *of_row(row, name),
        "percentage points" if share and points else _unit(finding),
        1 if share else 2,
    )
