"""Several guarantees over the same assumptions, in words.

Which is best how often, at what regret, and what would turn it round.
"""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.analysis.words import above_limits, of_row, with_limits
from sim.report.section import Section
from sim.study.finding import Finding
from sim.study.turning import MIN_EFFECTIVE_DESIGNS

HOW_TO_READ = (
    "Below each number its 95 % limits. Best: share of designs in which it does best, from "
    "those in which it surely does to those in which it may, since the chance of few histories "
    "hides which of near ones is better: more --replicates bring its limits together. Surely: "
    "in which it is ahead of all others by more than chance. Regret: what it falls short of the "
    "best (Savage 1951), on average; worst regret: in the tenth of designs where it falls short "
    "most. Worst tenth: what it gives in the tenth of designs where it does worst. A belief is "
    "told by how far it is from the present one: 0 nats is none, and 0.7 are worth half of the "
    "designs (Kullback & Leibler 1951). Assumptions are those of the scenarios; the rest of the "
    "model is taken for granted."
)
_COLUMNS = ("mean", "best", "surely", "regret", "worst_regret", "worst_decile")


def section(finding: Finding) -> Section:
    """Question, answer, and the table of guarantees of a finding of kind `robustness`."""
    table = finding.labelled("guarantees", "name")
    rows = tuple(
        (row["name"], *(_cell(row, column, finding) for column in _COLUMNS))
        for row in table.to_dict("records")
    )
    question = (
        f"Which of {len(table)} guarantees does best whatever we assume, and what would turn "
        "that round?"
    )
    return Section(
        question,
        tuple(_answer(finding)),
        (
            "",
            f"{finding.asked['outcome']},\n{_unit(finding)}",
            "best, %",
            "surely, %",
            f"regret,\n{_unit(finding)}",
            "worst regret",
            "worst tenth",
        ),
        rows,
        HOW_TO_READ,
    )


def _answer(finding: Finding) -> Iterator[str]:
    table, calls = finding.labelled("guarantees", "name"), finding.tables["calls"].iloc[0]
    best = table.iloc[0]
    less = " (less is better)" if finding.asked["less_is_better"] else ""
    yield (
        f"Best on average is {best['name']}: {finding.asked['label']} "
        f"{_told(best, 'mean', finding)}{less}. It does best in {_share(best, 'best')} of "
        f"{int(calls['designs']):,} parameter designs, surely in {_share(best, 'surely')}; its "
        f"mean regret is {_told(best, 'regret', finding, points=True)}."
    )
    least = table.loc[table["worst_regret"].idxmin()]
    if least["name"] != best["name"]:
        yield (
            f"The least regret in its worst tenth of designs has {least['name']}: "
            f"{_told(least, 'worst_regret', finding, points=True)}."
        )
    worst = table.loc[
        (table["worst_decile"] * (-1 if finding.asked["less_is_better"] else 1)).idxmax()
    ]
    if worst["name"] != best["name"]:
        yield (
            f"Best in its worst tenth of designs is {worst['name']}: "
            f"{_told(worst, 'worst_decile', finding)}."
        )
    yield (
        f"In {_share(calls, 'sure')} of designs one guarantee is ahead of all others by more "
        f"than the chance of {int(calls['replicates'])} histories; in the rest they are too near "
        "to each other to tell which is best."
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
            f"Among {designs:,} designs no belief about any one assumption alone that keeps "
            f"{MIN_EFFECTIVE_DESIGNS} of them or more puts {turning['best'].iloc[0]} level with "
            f"{_listed(firm)}; "
            "more designs may tell of rarer ones."
        )


def belief(row: dict[str, Any]) -> str:
    """In words, the belief on one assumption that makes a rival as good as the best."""
    if row["divergence"] == 0:
        return (
            f"{row['rival']} is as good as {row['best']} on average already, as far as the "
            "designs tell."
        )
    return (
        f"{row['rival']} would be as good as {row['best']} if one believed of “{row['meaning']}” "
        f"{doubted(row)}a median of {row['needed']:.3g} ({row['needed_from']:.3g} to "
        f"{row['needed_to']:.3g}) instead of {row['now']:.3g}; that is {_divergence(row)} from "
        "the present belief"
        + (
            f", and turns the ranking in {100 * row['turns']:.0f} of 100 resamples."
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
        return f"that values below {high:.3g} are less than half as likely: "
    between = f"above {low:.3g}" if math.isinf(high) else f"from {low:.3g} to {high:.3g}"
    return f"that values {between} are less than half as likely: "


def _divergence(row: dict[str, Any]) -> str:
    high = "no limit" if math.isinf(row["divergence_high"]) else f"{row['divergence_high']:.2g}"
    return f"{row['divergence']:.2g} nats ({row['divergence_low']:.2g} to {high})"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _unit(finding: Finding) -> str:
    return "%" if finding.asked["unit"] == "share" else str(finding.asked["unit"])


def _cell(row: dict[str, Any], column: str, finding: Finding) -> str:
    share = column in ("best", "surely") or finding.asked["unit"] == "share"
    number, limits = above_limits(
        *of_row(row, column), "%" if share else finding.asked["unit"], 1 if share else 2
    ).split("\n")
    return f"{number.split(' ')[0]}\n{limits}"


def _share(row: Any, name: str) -> str:
    return with_limits(*of_row(row, name))


def _told(row: Any, name: str, finding: Finding, *, points: bool = False) -> str:
    share = finding.asked["unit"] == "share"
    return with_limits(
        *of_row(row, name), "points" if share and points else _unit(finding), 1 if share else 2
    )
