"""Results as text: a folder of CSV files, and one JSON document."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from sim.characters import FORMULA
from sim.exports.described import Exported, Table
from sim.study.columns import Kind

ABOUT, COLUMNS = "about.csv", "columns.csv"


def csv_files(exported: Exported) -> dict[str, str]:
    """The texts of a folder by the names of their files.

    Beside the tables stand what they are (`about.csv`), what their columns mean (`columns.csv`) and
    what determines them (`scenario.toml` of a run, `settings.json` of a study).
    """
    about = pd.DataFrame(exported.about.items(), columns=["name", "value"])
    frames = {ABOUT: about, COLUMNS: exported.column_table()} | {
        f"{table.name}.csv": table.frame for table in exported.tables
    }
    texts = {name: _csv(frame) for name, frame in frames.items()}
    return texts | {_settings_name(exported): exported.settings}


def _csv(frame: pd.DataFrame) -> str:
    """A table as CSV, its numbers in full, what is not known empty, no text a formula."""
    texts = frame.select_dtypes(exclude=["number", "bool"])
    safe = {name: texts[name].astype(object).map(_as_text) for name in texts}
    return str(frame.assign(**safe).to_csv(index=False, lineterminator="\n"))


def _as_text(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula, behind an apostrophe."""
    if not isinstance(value, str) or value == "-":
        return value
    return f"'{value}" if value.lstrip().startswith(FORMULA) else value


def json_document(exported: Exported) -> str:
    """One document: what it is about, what determines it, and each table column by column, with the
    meaning, unit and type of each; what is not known is null.
    """
    document = {
        "about": dict(exported.about),
        "settings": exported.settings,
        "tables": {table.name: _columns(table) for table in exported.tables},
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"


def _columns(table: Table) -> dict[str, Any]:
    return {
        column.name: {
            "type": str(column.kind),
            "unit": column.unit,
            "meaning": column.meaning,
            "values": plain(table.frame[column.name], column.kind),
        }
        for column in table.columns
    }


def plain(values: "pd.Series[Any]", kind: Kind) -> list[Any]:
    """The values of a column as Python has them; None for what is missing or no finite number."""
    known = values.notna()
    if kind in (Kind.NUMBER, Kind.COUNT):
        known &= values.abs() < float("inf")
    return [
        value if is_known else None
        for value, is_known in zip(values.tolist(), known.tolist(), strict=True)
    ]


def write_folder(folder: Path, exported: Exported) -> None:
    """Write the files of `csv_files` into a new folder."""
    folder.mkdir()
    for name, text in csv_files(exported).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


def file_names(exported: Exported) -> set[str]:
    """The names of the files of `csv_files`."""
    return {ABOUT, COLUMNS, _settings_name(exported)} | {
        f"{table.name}.csv" for table in exported.tables
    }


def _settings_name(exported: Exported) -> str:
    return "settings.json" if exported.settings.startswith("{") else "scenario.toml"


def write_document(path: Path, exported: Exported) -> None:
    """Write the document of `json_document`."""
    path.write_text(json_document(exported), encoding="utf-8", newline="")
