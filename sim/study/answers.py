"""Answers of experts in a CSV file: read whatever spreadsheet wrote it, and written."""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from sim.characters import quoted
from sim.errors import Fault, ScenarioError
from sim.scenario.reading import text_of
from sim.scenario.schema import Scenario
from sim.study.beliefs import PERCENTILES, Answer, AskedNumber, Beliefs, beliefs

COLUMNS = ("expert", "key", *PERCENTILES)
"""What a file of answers has to have."""
ASIDE = ("meaning", "unit", "range", *(f"prior_{name}" for name in PERCENTILES))
"""What it may have beside that, for whoever fills it in; it is not read."""
Answers: TypeAlias = "Path | str | pd.DataFrame | Mapping[str, Mapping[str, Sequence[float]]]"
"""A CSV file, a table with its columns, or three numbers by expert and key."""
DELIMITERS = (",", ";", "\t")
_WITH_COMMAS = (";", "\t")
"""Those beside which a decimal comma is one: where spreadsheets write commas, they use these."""


@dataclass(frozen=True)
class _Row:
    """A row, where it stands, and whether a comma is a decimal point in it."""

    place: str
    fields: Mapping[str, Any]
    with_commas: bool = False


def read_beliefs(scenario: Scenario, answers: Answers) -> Beliefs:
    """The answers of experts, checked.

    Raises ScenarioError with every fault of any of them.
    """
    match answers:
        case pd.DataFrame():
            rows, faults = _of_table(answers)
        case Mapping():
            table = [
                {"expert": expert, "key": key} | dict(zip(PERCENTILES, values, strict=False))
                for expert, own in answers.items()
                for key, values in own.items()
            ]
            rows, faults = _of_table(pd.DataFrame(table, columns=list(COLUMNS)))
        case _:
            rows, faults = _of_file(Path(answers))
    read: list[Answer] = []
    for row in rows:
        answer, wrong = _answer(row)
        faults += wrong
        read += [answer] if answer is not None else []
    return beliefs(scenario, read, faults)


def _of_table(table: pd.DataFrame) -> tuple[list[_Row], list[Fault]]:
    faults = _header_faults("answers", [str(name) for name in table.columns])
    rows: Iterable[Any] = [] if faults else table.to_dict(orient="records")
    return [_Row(f"answers, row {number}", row) for number, row in enumerate(rows, 1)], faults


def _of_file(path: Path) -> tuple[list[_Row], list[Fault]]:
    """The rows of a CSV file, with commas, semicolons or tabs, and what cannot be read in it."""
    text = _text(path)
    header = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[_Row] = []
    names: list[str] = []
    faults: list[Fault] = []
    last = 0
    try:
        for fields in reader:
            place, last = f"{path}:{last + 1}", reader.line_num
            if not any(field.strip() for field in fields):
                continue
            if not names:
                names = [name.strip().casefold() for name in fields]
                faults = _header_faults(place, names)
                if faults:
                    break
            elif len(fields) != len(names):
                faults.append(f"{place}: has {len(fields)} fields, where line 1 has {len(names)}")
            else:
                row = dict(zip(names, fields, strict=True))
                rows.append(_Row(place, row, delimiter in _WITH_COMMAS))
    except csv.Error as wrong:
        faults.append(f"{path}:{last + 1}: is no row of a CSV file: {wrong}")
    if not names and not faults:
        faults.append(f"{path}: is empty; its first line names the columns {', '.join(COLUMNS)}")
    return rows, faults


def _text(path: Path) -> str:
    """The text of the file. Raises ScenarioError."""
    try:
        return text_of(path)
    except FileNotFoundError:
        raise ScenarioError(f"{path}: no such file") from None
    except OSError as wrong:
        raise ScenarioError(f"{path}: cannot be read: {wrong.strerror or wrong}") from None
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        raise ScenarioError(
            f"{path}:{line}: is not UTF-8 text; save the file as CSV UTF-8"
        ) from None


def _header_faults(place: str, names: Sequence[str]) -> list[Fault]:
    """What is missing, unknown or there twice among the columns."""
    faults: list[Fault] = [
        f"{place}: has no column {name}; the columns are {', '.join(COLUMNS)}"
        for name in COLUMNS
        if name not in names
    ]
    faults += [
        f"{place}: {quoted(name)}: no such column; the columns are {', '.join(COLUMNS)}"
        for name in names
        if name not in (*COLUMNS, *ASIDE)
    ]
    return faults + [
        f"{place}: {quoted(name)}: is there twice; take one out"
        for name, count in Counter(names).items()
        if count > 1
    ]


def _answer(row: _Row) -> tuple[Answer | None, list[Fault]]:
    """What a row says, or what is wrong with it; neither for one without numbers, which keeps the
    prior.
    """
    written = {name: _said(row.fields[name]) for name in PERCENTILES}
    if not any(written.values()):
        return None, []
    numbers = {name: number_of(text, commas=row.with_commas) for name, text in written.items()}
    faults: list[Fault] = [
        f"{row.place}: {name}: "
        + (f"{quoted(text)} is no number; write it as 0.5" if text else "is empty")
        for name, text in written.items()
        if math.isnan(numbers[name])
    ]
    if faults:
        return None, faults
    p5, p50, p95 = numbers.values()
    expert = " ".join(_said(row.fields["expert"]).split())
    return Answer(row.place, expert, _said(row.fields["key"]), (p5, p50, p95)), []


def _said(value: Any) -> str:
    """A field as text: empty if it is missing."""
    return (
        ""
        if value is None or (isinstance(value, float) and math.isnan(value))
        else (str(value).strip())
    )


def number_of(text: str, *, commas: bool = False) -> float:
    """The number that a text writes, NaN if it writes none; a comma may be its decimal point.

    Examples
    --------
    >>> number_of("0,5", commas=True), number_of("1e3")
    (0.5, 1000.0)

    """
    point = text.replace(",", ".") if commas and "." not in text else text
    try:
        return float(point) if point.isascii() and "_" not in point else math.nan
    except ValueError:
        return math.nan


def template(numbers: Iterable[AskedNumber], experts: Sequence[str]) -> str:
    """A file of answers to be filled in."""
    rows = [_described(expert, number) for expert in experts for number in numbers]
    return _written((*COLUMNS, *ASIDE), rows)


def _described(expert: str, number: AskedNumber) -> dict[str, Any]:
    assumed = zip(PERCENTILES, number.assumed, strict=True)
    return {
        "expert": expert,
        "key": number.key,
        "meaning": number.meaning,
        "unit": number.unit,
        "range": number.range,
        **{f"prior_{name}": f"{value:.6g}" for name, value in assumed},
    }


def answers_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """A file of answers."""
    return _written(COLUMNS, rows)


def _written(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
