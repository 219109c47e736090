"""What follows from experts' beliefs, and how far the experts differ, in words and numbers."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.presentation.cells import scaled
from sim.presentation.section import Column, Section, Table, figure
from sim.study.assumptions import meaning
from sim.study.elicitation_tables import BETWEEN, DIFFERENCE, EXPERT, POOLED, PRIOR
from sim.study.finding import Finding
from sim.wording import above_limits, of_row, scale_of, with_limits

HOW_TO_READ = (
    "In the second line of a cell: the 95 % sampling error; in the third: the range over 90 % of "
    "parameter sets. Each parameter set of the pool has the beliefs of one expert, all of them, "
    "and each expert has as many sets as any other (a linear opinion pool with equal weights). "
    "Between experts: the variance of their means; within: the mean variance under one expert, "
    "which includes the numbers that nobody was asked about. Both are free of the chance of few "
    "histories, so that an estimate may fall below 0 or exceed 100 %; their limits come from "
    "resampled parameter sets. Another group of experts would give other shares."
)


def section(finding: Finding) -> Section:
    """The outcome under the prior, the pool and each expert; the parts of its variance; and what is
    believed of each number.
    """
    experts = finding.settings["experts"]
    return Section(
        finding.kind,
        f"What follows from the beliefs of {_counted(experts)}, and where do they differ?"
        if len(experts) > 1
        else f"What follows from the beliefs of {experts[0]}?",
        tuple(_answer(finding)),
        (_answers(finding), *_parts(finding)),
        {
            "beliefs": figure("beliefs", finding),
            "disagreement": figure("disagreement", finding),
        },
        HOW_TO_READ,
        (_beliefs(finding),),
    )


def driven(sensitivity: Finding, key: str) -> str:
    """How much of the variance of an outcome a number drives, in a sentence; empty where that is
    not known.
    """
    totals = sensitivity.table[sensitivity.table["index"] == "total"].set_index("factor")
    if key not in totals.index or pd.isna(totals.loc[key, "estimate"]):
        return ""
    share = with_limits(*of_row(totals.loc[key]))
    return f"It drives {share} of the variance of {sensitivity.settings['outcome']}."


def whose(row: Any) -> str:
    """Whose beliefs a row is of."""
    return row["expert"] if row["source"] == EXPERT else _NAMES[row["source"]]


_NAMES = {PRIOR: "as the scenario assumes", POOLED: "experts pooled", DIFFERENCE: "difference"}


def _counted(experts: list[str]) -> str:
    return f"{len(experts)} experts"


def _answer(finding: Finding) -> Iterator[str]:
    rows = finding.tables["answers"].set_index("source")
    prior, pooled, moved = (rows.loc[name] for name in (PRIOR, POOLED, DIFFERENCE))
    known = moved["low"] > 0 or moved["high"] < 0
    yield (
        f"{_outcome(finding)}: {_value(pooled, finding)} under what the experts believe, "
        f"{_value(prior, finding)} as the scenario assumes; they differ by "
        f"{_value(moved, finding, difference=True)}"
        + ("." if known else ", which is not significant.")
    )
    answers = finding.tables["answers"]
    experts = answers[answers["source"] == EXPERT]
    if len(experts) > 1:
        ranked = experts.sort_values("estimate", kind="stable")
        least, most = ranked.iloc[0], ranked.iloc[-1]
        yield (
            f"It goes from {_value(least, finding)} as {least['expert']} sees it to "
            f"{_value(most, finding)} as {most['expert']} does."
        )
        yield _divided(finding)
    yield from _said(finding)


def _divided(finding: Finding) -> str:
    """How much lies between experts and how much within each."""
    parts = finding.tables["variance"].set_index("part")
    between = parts.loc[BETWEEN]
    if pd.isna(between["estimate"]):
        return "The outcome does not vary over parameter sets, so that nothing can be divided."
    share = with_limits(*of_row(between))
    return (
        f"Of the variance over parameter sets, {share} lies between experts, and the rest within "
        "each of them: "
        + (
            "what one of them does not know outweighs what they disagree about."
            if between["high"] < 1 / 2
            else "their disagreement outweighs what one of them does not know."
            if between["low"] > 1 / 2
            else "neither significantly outweighs the other."
        )
    )


def _said(finding: Finding) -> Iterator[str]:
    """How well the fitted distributions meet the answers, and who left out what."""
    table = finding.tables["beliefs"]
    own = table[table["source"] == EXPERT]
    answered = own[own["answered"]]
    yield (
        f"{len(answered)} answer{'s' if len(answered) > 1 else ''} about "
        f"{_numbers(own['key'].nunique())}, each fitted by a distribution that has these quantiles "
        "to a millionth of the range from 5 to 95 %."
    )
    for expert, rows in own[~own["answered"]].groupby("expert", sort=False):
        names = "; ".join(meaning(key)[0] for key in rows["key"])
        yield f"{expert} left out, and keeps the scenario's distribution of: {names}."


def _numbers(count: int) -> str:
    return "1 number" if count == 1 else f"{count} numbers"


def _answers(finding: Finding) -> Table:
    def cell(row: Any) -> str:
        unit, digits = _unit(finding, difference=row["source"] == DIFFERENCE)
        unit, scale = unit.removeprefix("percentage "), scale_of(unit)
        spread = (
            ""
            if pd.isna(row["spread_low"])
            else f"\n{scaled(row['spread_low'], digits - 1, scale)} to "
            f"{scaled(row['spread_high'], digits - 1, scale)}"
        )
        return above_limits(*of_row(row), unit, digits) + spread

    return Table.of(
        f"{_outcome(finding)}, by whose beliefs",
        finding.tables["answers"],
        (
            Column("", whose),
            Column("outcome", cell),
            Column("parameter\nsets", lambda row: f"{row['sets']:,}"),
        ),
    )


def _parts(finding: Finding) -> Iterator[Table]:
    """The parts of the variance, where there are several experts."""
    table = finding.tables["variance"]
    if len(table):
        yield Table.of(
            "The variance over parameter sets",
            table,
            (
                Column("", lambda row: str(row["part"])),
                Column("share", _share),
            ),
        )


def _share(row: Any) -> str:
    return "not known" if pd.isna(row["estimate"]) else above_limits(*of_row(row))


def _beliefs(finding: Finding) -> Table:
    """What is believed of each number."""
    return Table.of(
        "What is believed of each number",
        finding.tables["beliefs"],
        (
            Column("", lambda row: f"{_named(row['key'])}\n{row['key']}"),
            Column("by", whose),
            Column("5 %", lambda row: f"{row['p5']:.3g}"),
            Column("50 %", lambda row: f"{row['p50']:.3g}"),
            Column("95 %", lambda row: f"{row['p95']:.3g}"),
        ),
    )


def _named(key: str) -> str:
    words, unit = meaning(key)
    return f"{words} ({unit})" if unit else words


def _outcome(finding: Finding) -> str:
    label = str(finding.settings["label"])
    if finding.settings["unit"] == "share":
        label = f"share that {label}"
    return label[:1].upper() + label[1:]


def _value(row: Any, finding: Finding, *, difference: bool = False) -> str:
    return with_limits(*of_row(row), *_unit(finding, difference=difference))


def _unit(finding: Finding, *, difference: bool) -> tuple[str, int]:
    """Unit and digits."""
    if finding.settings["unit"] != "share":
        return str(finding.settings["unit"]), 2
    return ("percentage points" if difference else "%"), 1
