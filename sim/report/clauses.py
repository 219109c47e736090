"""What each clause of a text is worth, in a sentence and a table of at most 80 columns."""

from collections.abc import Iterator

import numpy as np
from rich.table import Table

from sim.analysis.estimate import Estimate
from sim.study.clauses import Explanation, Worth

WIDTH = 80
HOW_TO_READ = (
    "Value: what the clause adds on average over all orders in which the clauses may join (its "
    "Shapley value); the values add up to the whole. First: what it adds alone; last: what its "
    "loss would cost. Behind ± stands the 95 % sampling error, in the line below the range over "
    "90 % of parameter sets."
)
_SHARE = 100
_NAMES = 34


def sentences(found: Explanation) -> Iterator[str]:
    """The answer: the sum, and the clause that it would be worst to lose."""
    what = f"the share that {found.outcome_label}" if found.unit == "share" else found.outcome_label
    if found.difference is None:
        yield (
            f"{found.label}: {what} goes from {_number(found, found.none)} without its clauses to "
            f"{_number(found, found.full)} with all of them."
        )
    else:
        yield (
            f"{found.label} against {found.against_label}: {what} differs by "
            f"{_number(found, found.difference, signed=True)}."
        )
    if _is_two_sided(found):
        yield (
            f"Clauses of {found.against_label} count with the opposite sign, so that all values "
            "add up to the difference."
        )
    worst = found.worst_to_lose
    yield (
        f"Worst to lose: {_called(worst)}. Without it {what} would change by "
        f"{_number(found, _negative(worst.last), signed=True)}."
    )


def _is_two_sided(found: Explanation) -> bool:
    """Whether the clauses of two texts are laid against each other."""
    return len({each.side for each in found.clauses}) > 1


def _called(worth: Worth) -> str:
    """A clause by its number and text, a provision by its name."""
    is_provision = worth.number.replace("_", " ") == worth.text
    return worth.text if is_provision else f"{worth.number}: {worth.text}"


def clauses_table(found: Explanation) -> Table:
    """One row a clause: what it is worth, and what it adds first and last."""
    unit = "percentage points" if found.unit == "share" else found.unit
    table = Table(
        title=f"\nWhat is each worth? ({found.outcome_label}, {unit})",
        box=None,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        padding=(0, 0, 0, 1),
    )
    table.add_column("", min_width=12, max_width=_NAMES)
    for heading in ("value", "first", "last"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in found.clauses:
        side = f" [{each.side}]" if _is_two_sided(found) else ""
        table.add_row(
            f"{_called(each)}{side}".replace("[", r"\["),
            *(_cell(found, number) for number in (each.value, each.first, each.last)),
        )
    return table


def left_out(found: Explanation) -> str:
    """What of the text is not in these values; empty where nothing."""
    said = [
        f"{what}: {', '.join(number for number, _, _ in some)}."
        for what, some in (
            ("Clauses that the model leaves out", found.not_modelled),
            ("Clauses without bearing on durability", found.no_bearing),
        )
        if some
    ]
    return " ".join(said)


def _scale(found: Explanation) -> float:
    return _SHARE if found.unit == "share" else 1.0


def _digits(found: Explanation) -> int:
    return 1 if found.unit in ("share", "USD billion") else 3


def _cell(found: Explanation, number: Estimate) -> str:
    scale, digits = _scale(found), _digits(found)
    error = scale * (number.high - number.low) / 2
    first = f"{scale * number.value + 0.0:+.{digits}f} ±{error:.{digits}f}"
    if np.isnan(number.spread_low):
        return first
    low, high = (
        f"{round(scale * end, digits) + 0.0:+.{digits}f}"
        for end in (number.spread_low, number.spread_high)
    )
    return f"{first}\n[dim]{low} to {high}[/dim]"


def _number(found: Explanation, number: Estimate, *, signed: bool = False) -> str:
    """An outcome, or a difference of two, with its sampling error."""
    scale, digits = _scale(found), _digits(found)
    error = scale * (number.high - number.low) / 2
    value = f"{scale * number.value + 0.0:{'+' if signed else ''}.{digits}f}"
    if found.unit != "share":
        return f"{value} (±{error:.{digits}f}) {found.unit}"
    if signed:
        return f"{value} percentage points (±{error:.{digits}f})"
    return f"{value} % (±{error:.{digits}f})"


def _negative(number: Estimate) -> Estimate:
    return Estimate(-number.value, -number.high, -number.low)
