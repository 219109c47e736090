"""What a study found: tidy tables and what was asked, kept in a folder from which figures and a
section of the briefing are made.
"""

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
from sim.ensemble.store import RunError
from sim.scenario.schema import digest

FILE = "finding.json"
LABELS = "labels"
"""The table of what people call the scenarios of a study."""


def called(scenarios: Sequence[Named]) -> dict[str, pd.DataFrame]:
    """The table of labels of some scenarios or runs, by its name: columns scenario and label."""
    return {
        LABELS: pd.DataFrame(
            {"scenario": [each.name for each in scenarios], "label": labels(scenarios)}
        )
    }


@dataclass(frozen=True)
class Finding:
    """Tables of a study by their names, the first the one that answers.

    `asked` is plain data that determines them.
    """

    kind: str
    asked: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    @property
    def table(self) -> pd.DataFrame:
        """The table that answers."""
        return next(iter(self.tables.values()))

    @property
    def name(self) -> str:
        """That of its folder: kind and hash of what was asked."""
        return f"{self.kind}-{digest({'kind': self.kind, 'asked': dict(self.asked)})[:8]}"

    def label(self, scenario: str) -> str:
        """What people call a scenario of the study; its name where the study kept no label."""
        if LABELS not in self.tables:
            return scenario
        labelled: dict[str, str] = dict(self.tables[LABELS][["scenario", "label"]].to_numpy())
        return labelled.get(scenario, scenario)

    def labelled(self, table: str, *columns: str) -> pd.DataFrame:
        """A table with labels in place of the names of scenarios in some of its columns."""
        found = self.tables[table]
        return found.assign(**{column: found[column].map(self.label) for column in columns})

    def document(self) -> dict[str, Any]:
        """As plain data; numbers that are not known are null."""
        tables = {
            name: json.loads(table.to_json(orient="records", double_precision=15))
            for name, table in self.tables.items()
        }
        return {"kind": self.kind, "asked": dict(self.asked), **tables}


def keep(finding: Finding, out: Path) -> Path:
    """Write a finding into a folder of its own in `out`, whole or not at all, and give the folder.

    Raises RunError.
    """
    folder = out / finding.name
    part = folder.with_suffix(".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        texts = {f"{name}.csv": table.to_csv(index=False) for name, table in finding.tables.items()}
        for name, text in texts.items():
            (part / name).write_text(text, encoding="utf-8", newline="")
        told = {
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
        (part / FILE).write_text(
            json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8"
        )
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    except OSError as wrong:
        raise RunError(
            f"{folder}: cannot be written: {wrong.strerror or wrong}; give --out a folder that "
            "can be written"
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
            f"{out}: cannot be made: {wrong.strerror or wrong}; give --out a folder that can be "
            "written"
        ) from None
    if not os.access(out, os.W_OK):
        raise RunError(f"{out}: cannot be written; give --out a folder that can be")


def read(folder: Path) -> Finding:
    """The finding in a folder.

    Raises RunError if it is not one, or was changed since it was written.
    """
    try:
        told = json.loads((folder / FILE).read_text(encoding="utf-8"))
        kind, asked, hashes = told["kind"], told["asked"], dict(told["tables"])
    except (OSError, ValueError, KeyError, TypeError):
        raise RunError(
            f"{folder}: holds no finding: it has no readable {FILE}; name a folder that a study "
            "wrote"
        ) from None
    for name, hashed in hashes.items():
        path = folder / name
        if not path.exists() or _sha256(path.read_text(encoding="utf-8")) != hashed:
            raise RunError(f"{path}: is not what the study wrote; ask it again")
    return Finding(
        kind,
        asked,
        {
            name.removesuffix(".csv"): pd.read_csv(folder / name, float_precision="round_trip")
            for name in hashes
        },
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
