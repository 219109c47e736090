"""Result of a study: its tables and the settings that produced them, kept in a folder."""

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.labels import Named, labels
from sim.errors import RunError
from sim.scenario.schema import digest

FILE = "finding.json"
_TEXTS = {"clause": str}
"""Columns of texts that may look like numbers."""
LABELS = "labels"
"""The name of the table of what people call the scenarios of a study."""


def label_table(scenarios: Sequence[Named]) -> dict[str, pd.DataFrame]:
    """The table of labels of scenarios or runs, by its name: columns scenario and label."""
    return {
        LABELS: pd.DataFrame(
            {"scenario": [scenario.name for scenario in scenarios], "label": labels(scenarios)}
        )
    }


@dataclass(frozen=True)
class Finding:
    """Tables of a study by their names, the first the one that answers its question.

    `asked` holds the settings of the study: plain data that determines the tables.
    """

    kind: str
    asked: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    def __repr__(self) -> str:
        """One line: kind and tables."""
        return f"Finding({self.name!r}: {', '.join(self.tables)})"

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        import sim  # noqa: PLC0415  the front door knows who shows it

        return sim.html(self)

    @property
    def table(self) -> pd.DataFrame:
        """The table that answers the question of the study."""
        return next(iter(self.tables.values()))

    @property
    def name(self) -> str:
        """The name of its folder: kind and hash of the settings."""
        return f"{self.kind}-{digest({'kind': self.kind, 'asked': dict(self.asked)})[:8]}"

    def label(self, scenario: str) -> str:
        """What people call a scenario of the study; its name where the study kept no label."""
        if LABELS not in self.tables:
            return scenario
        labelled: dict[str, str] = dict(self.tables[LABELS][["scenario", "label"]].to_numpy())
        return labelled.get(scenario, scenario)

    def labelled(self, table: str, *columns: str) -> pd.DataFrame:
        """A table with labels in place of the names of scenarios in some of its columns."""
        named = self.tables[table]
        return named.assign(**{column: named[column].map(self.label) for column in columns})

    def document(self) -> dict[str, Any]:
        """As plain data; numbers that are not known are null."""
        tables = {
            name: json.loads(table.to_json(orient="records", double_precision=15))
            for name, table in self.tables.items()
        }
        return {"kind": self.kind, "asked": dict(self.asked), **tables}


def keep(finding: Finding, out: Path) -> Path:
    """Write a finding into a folder of its own in `out`, whole or not at all; returns the folder.

    Raises RunError if it cannot be written.
    """
    folder = out / finding.name
    unfinished = folder.with_suffix(".part")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        texts = {f"{name}.csv": table.to_csv(index=False) for name, table in finding.tables.items()}
        for name, text in texts.items():
            (unfinished / name).write_text(text, encoding="utf-8", newline="")
        manifest = {
            "kind": finding.kind,
            "asked": dict(finding.asked),
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": {
                package: metadata.version(package)
                for package in ("ceasefire", "numpy", "scipy", "pandas")
            }
            | {"python": platform.python_version()},
            "tables": {name: _sha256(text) for name, text in texts.items()},
        }
        (unfinished / FILE).write_text(
            json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8"
        )
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    except OSError as wrong:
        raise RunError(
            f"{folder}: cannot be written: {wrong.strerror or wrong}; name a folder that can be "
            "written"
        ) from None
    return folder


def writable(out: Path) -> None:
    """Make the folder, before anything is computed that is to be kept in it.

    Raises RunError if nothing can be written there.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise RunError(
            f"{out}: cannot be made: {wrong.strerror or wrong}; name a folder that can be written"
        ) from None
    if not os.access(out, os.W_OK):
        raise RunError(f"{out}: cannot be written; name a folder that can be written")


def read(folder: Path) -> Finding:
    """The finding in a folder.

    Raises RunError if it is not one, or was changed since it was written.
    """
    try:
        manifest = json.loads((folder / FILE).read_text(encoding="utf-8"))
        kind, settings = manifest["kind"], manifest["asked"]
        hashes = dict(manifest["tables"])
    except (OSError, ValueError, KeyError, TypeError):
        raise RunError(
            f"{folder}: holds no finding: it has no readable {FILE}; name a folder that a study "
            "wrote"
        ) from None
    for name, hashed in hashes.items():
        path = folder / name
        if not path.exists() or _sha256(path.read_text(encoding="utf-8")) != hashed:
            raise RunError(f"{path}: has been modified since it was written; run the study again")
    return Finding(
        kind,
        settings,
        {
            name.removesuffix(".csv"): pd.read_csv(
                folder / name, float_precision="round_trip", dtype=_TEXTS
            )
            for name in hashes
        },
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
