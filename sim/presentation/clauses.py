"""What each clause of a text is worth."""

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

from sim.analysis.estimate import Estimate
from sim.presentation.cells import both
from sim.presentation.section import Column, Section, Table, figure
from sim.study.explanation import MIN_SETS, VALUES, Explanation, LeftOut, Worth, explanation_of
from sim.study.finding import Finding
from sim.wording import points_with_error, with_error

HOW_TO_READ = (
    "Value: what the clause adds on average over all orders in which the clauses may join (its "
    "Shapley value); the values add up to the whole. First: what it adds alone; last: what its "
    "loss would cost. In brackets: the 95 % sampling error, or its two limits near an end of the "
    "scale"
)
_MONEY = "USD billion"
_MOST_NAMED = 5


def section(finding: Finding) -> Section:
    """Question, answer and table of a finding of kind `clauses`."""
    explained = explanation_of(finding)
    return Section(
        finding.kind,
        f"What is each clause of {explained.label} worth?"
        if explained.difference is None
        else f"What makes the difference between {explained.label} and {explained.against_label}?",
        tuple(_answer(explained)),
        (_table(finding, explained),),
        {"clauses": figure("clauses", explained)},
        f"{HOW_TO_READ}{_of_range(explained)}",
    )


def _of_range(explained: Explanation) -> str:
    """What stands below a number, or why nothing does."""
    if explained.has_range:
        return "; below: the range over 90 % of parameter sets."
    if not explained.knows_range:
        return (
            f". {explained.what[0].upper()}{explained.what[1:]} has no range over parameter sets: "
            "it is one number over all of them, or each has one history, which cannot tell chance "
            "from parameters."
        )
    return (
        f". {explained.sets} parameter sets are too few to show how a value depends on them; "
        f"--designs {MIN_SETS} or more shows it."
    )


def _answer(explained: Explanation) -> Iterator[str]:
    """The sum, the clause that it would be worst to lose, and what has no value here."""
    what = explained.what
    if explained.difference is None:
        yield (
            f"{explained.label}: {what} goes from {_level(explained, explained.none)} without its "
            f"clauses to {_level(explained, explained.full)} with all of them."
        )
    else:
        yield (
            f"{explained.label} against {explained.against_label}: {what} differs by "
            f"{_change(explained, explained.difference)}."
        )
    if explained.is_two_sided:
        yield (
            f"Clauses of {explained.against_label} count with the opposite sign, so that all "
            "values add up to the difference."
        )
    if (worst := explained.worst_to_lose) is None:
        yield f"{explained.none_improves}."
    else:
        yield (
            f"Worst to lose: {_called(worst).rstrip('.')}. Without it {what} would change by "
            f"{_change(explained, _negative(worst.last))}{_within_error(worst.last)}."
        )
    yield from _harm(explained)
    for said, clauses in (
        ("Clauses that the model leaves out", explained.not_modelled),
        ("Clauses without bearing on durability", explained.no_bearing),
    ):
        if clauses:
            yield f"{said}: {_numbers(clauses)}."


def _harm(explained: Explanation) -> Iterator[str]:
    """The clauses that lower a share that they should raise, or the other way, the worst first."""
    harmful = explained.does_harm if explained.unit == "share" else []
    if not harmful:
        return
    count, verb = len(harmful), "raise" if explained.less_is_better else "lower"
    clauses = "one clause" if count == 1 else f"{count} clauses"
    values = [
        f"{_called(clause).rstrip('.')} {with_error(*_limits(clause.value), '+')}"
        for clause in harmful[:_MOST_NAMED]
    ]
    more = [f"and {count - _MOST_NAMED} more"] if count > _MOST_NAMED else []
    yield (
        f"On average, {clauses} {verb}{'s' if count == 1 else ''} {explained.what}, in percentage "
        f"points: {'; '.join(values + more)}."
    )


def _limits(number: Estimate) -> tuple[float, float, float]:
    return number.value, number.low, number.high


def _within_error(number: Estimate) -> str:
    return ", which is within the sampling error" if number.low <= 0 <= number.high else ""


def _numbers(clauses: tuple[LeftOut, ...]) -> str:
    return ", ".join(clause.number for clause in clauses)


def _table(finding: Finding, explained: Explanation) -> Table:
    """One row a clause: what it is worth, and what it adds first and last."""
    unit = "percentage points" if explained.unit == "share" else explained.unit
    worth = {clause.number: _called(clause) for clause in explained.clauses}

    def name(row: Any) -> str:
        side = f"\n({finding.label(row['side'])})" if explained.is_two_sided else ""
        return f"{worth[row['clause']]}{side}"

    return Table.of(
        f"What is each worth? ({explained.outcome_label}, {unit})",
        finding.table,
        (Column("", name), *(Column(value, partial(_cell, explained, value)) for value in VALUES)),
    )


def _cell(explained: Explanation, name: str, row: Any) -> str:
    spread = ("spread_low", "spread_high") if explained.has_range else ()
    values = {"estimate": row[name], "spread_low": math.nan} | {
        limit: row[f"{name}_{limit}"] for limit in ("low", "high", *spread)
    }
    return both(values, signed=True, scale=_scale(explained), digits=_digits(explained))


def _called(worth: Worth) -> str:
    """A clause by its number and text, a provision by its name."""
    is_provision = worth.number.replace("_", " ") == worth.text
    return worth.text if is_provision else f"{worth.number}: {worth.text}"


def _scale(explained: Explanation) -> float:
    return 100.0 if explained.unit == "share" else 1.0


def _digits(explained: Explanation) -> int:
    return 1 if explained.unit in ("share", _MONEY) else 3


def _level(explained: Explanation, number: Estimate) -> str:
    """An outcome with its sampling error."""
    if explained.unit == "share":
        return with_error(number.value, number.low, number.high)
    return _in_its_unit(explained, number, "")


def _change(explained: Explanation, number: Estimate) -> str:
    """A difference of two outcomes with its sampling error."""
    if explained.unit == "share":
        return points_with_error(number.value, number.low, number.high)
    return _in_its_unit(explained, number, "+")


def _in_its_unit(explained: Explanation, number: Estimate, sign: str) -> str:
    digits, error = _digits(explained), (number.high - number.low) / 2
    value = round(number.value, digits) + 0.0
    return f"{value:{sign}.{digits}f} {explained.unit} (±{error:.{digits}f})"


def _negative(number: Estimate) -> Estimate:
    return Estimate(-number.value, -number.high, -number.low)
