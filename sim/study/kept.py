"""Findings kept as runs are: found again by what determines them, held against their own hash,
locked while they are computed, and written whole or not at all.
"""

import hashlib
import io
import logging
import os
import platform
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from sim.characters import quoted
from sim.ensemble.lock import alone_in
from sim.ensemble.seal import content, parsed, sealed, sha256, shaped, unsealed, writing
from sim.errors import DamagedError, RunError
from sim.study.document import KINDS, FindingFile, schemas
from sim.study.finding import Finding
from sim.study.question import Question

FILE = "finding.json"
EXACTLY: Mapping[str, Any] = (
    {"float_precision": "round_trip"}
    if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
    else {}
)
"""How `pandas.read_csv` reads the numbers that were written, every digit; since 3.1 it always does.
"""
_AGAIN = "run the study again, and it is computed again"
_ELSEWHERE = "name a folder that can be written"
_log = logging.getLogger("ceasefire")


@dataclass(frozen=True)
class Kept:
    """A finding and its folder."""

    finding: Finding
    folder: Path

    @property
    def files(self) -> dict[Path, str]:
        """Its files, and the hash of each: of a table the one that was recorded."""
        tables = _manifest(self.folder)["tables"]
        recorded = {self.folder / name: table["sha256"] for name, table in tables.items()}
        return {self.folder / FILE: sha256(self.folder / FILE)} | recorded


def answered(
    question: Question,
    out: Path,
    find: Callable[[], Finding],
    before: Callable[[], object] = lambda: None,
) -> Kept:
    """The finding that answers a question: read where it was found before, else found and kept.

    One process at a time looks for it; others wait, and read. A finding that was damaged is named,
    and found again. `before` is called first where it has to be found. Raises RunError if it has to
    be found and cannot be written.
    """
    folder = out / question.name
    if (known := find_again(question, out)) is not None:
        return Kept(known, folder)
    before()
    _make(out)
    with ExitStack() as held:
        with writing(folder, _ELSEWHERE):
            held.enter_context(alone_in(folder))
        known = _known(folder, question)
        if known is None:
            keep(find(), out, question)
        return Kept(read(folder), folder)


def _known(folder: Path, question: Question, *, tell: bool = True) -> Finding | None:
    """The unchanged finding in a folder, if it answers this very question."""
    if not folder.exists():
        return None
    try:
        return read(folder) if _manifest(folder)["question"] == question.hash else None
    except DamagedError as wrong:
        if tell:
            _log.warning("%s, and is computed again", wrong.what)
    except RunError:
        pass
    return None


def keep(finding: Finding, out: Path, question: Question | None = None) -> Path:
    """Write a finding into a folder of its own in `out`, whole or not at all; returns the folder.

    It is named by the question that it answers, or by its own settings. Raises RunError if it
    cannot be written.
    """
    if question is not None:
        finding = replace(finding, question=question.hash)
    folder = out / finding.name
    unfinished = folder.with_suffix(".part")
    with writing(folder, _ELSEWHERE):
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        texts = {f"{name}.csv": table.to_csv(index=False) for name, table in finding.tables.items()}
        for name, text in texts.items():
            (unfinished / name).write_text(text, encoding="utf-8", newline="")
        manifest = {
            "kind": finding.kind,
            "asked": dict(finding.settings),
            "question": finding.question,
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": {
                package: metadata.version(package)
                for package in ("ceasefire", "numpy", "scipy", "pandas")
            }
            | {"python": platform.python_version()},
            "tables": {
                f"{name}.csv": {
                    "sha256": _sha256(texts[f"{name}.csv"].encode()),
                    "texts": _texts(table),
                }
                for name, table in finding.tables.items()
            },
        }
        (unfinished / FILE).write_text(sealed(manifest), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    return folder


def can_keep(out: Path) -> bool:
    """Whether findings can be kept in a folder, which need not exist yet."""
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    effective = os.access in os.supports_effective_ids
    return os.access(there, os.W_OK, effective_ids=effective)


def _make(out: Path) -> None:
    """Make the folder, before anything is computed that is to be kept in it.

    Raises RunError if nothing can be written there.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise RunError(f"{out}: cannot be made: {wrong.strerror or wrong}; {_ELSEWHERE}") from None
    if not can_keep(out):
        raise RunError(f"{out}: cannot be written; {_ELSEWHERE}")


def find_again(question: Question, out: Path) -> Finding | None:
    """The finding that answers a question, if it was found before and is unchanged."""
    return _known(out / question.name, question, tell=False)


def read(folder: Path) -> Finding:
    """The finding in a folder.

    Raises RunError if it is not one, or was changed since it was written.
    """
    manifest = _manifest(folder)
    if (kind := manifest["kind"]) not in KINDS:
        known = ", ".join(KINDS)
        raise RunError(f"{folder}: holds a finding of kind '{quoted(kind)}'; known are {known}")
    settings, declared = KINDS[kind][0], schemas(kind)
    shaped(settings, manifest["asked"], folder / FILE, _AGAIN)
    recorded = manifest["tables"]
    if {name.removesuffix(".csv") for name in recorded} != set(declared):
        raise DamagedError(folder / FILE, _AGAIN)
    tables = {
        name.removesuffix(".csv"): _table(folder / name, **written)
        for name, written in recorded.items()
    }
    for name, table in tables.items():
        if declared[name].problems(table):
            raise DamagedError(folder / f"{name}.csv", _AGAIN)
    return Finding(kind, manifest["asked"], tables, manifest["question"])


def _manifest(folder: Path) -> dict[str, Any]:
    """The settings of a finding, and the hashes of its tables, held against their own."""
    path = folder / FILE
    if not path.is_file():
        raise RunError(
            f"{folder}: holds no finding: it has no {FILE}; name a folder that a study wrote"
        )
    manifest = unsealed(parsed(path, _AGAIN), path, _AGAIN)
    shaped(FindingFile, manifest, path, _AGAIN)
    return manifest


def _table(path: Path, sha256: str, texts: list[str]) -> pd.DataFrame:
    """A table as it was written, its texts as texts whatever they look like."""
    try:
        data = content(path, _AGAIN)
    except FileNotFoundError:
        raise DamagedError(path, _AGAIN) from None
    except OSError as wrong:
        raise RunError(f"{path}: cannot be read: {wrong.strerror or wrong}") from None
    if _sha256(data) != sha256:
        raise DamagedError(path, _AGAIN)
    try:
        return pd.read_csv(io.BytesIO(data), **EXACTLY, converters=dict.fromkeys(texts, str))
    except (ValueError, OverflowError):  # no table, or texts that are no UTF-8
        raise DamagedError(path, _AGAIN) from None


def _texts(table: pd.DataFrame) -> list[str]:
    """The columns that hold texts and nothing else."""
    return [
        str(name)
        for name in table
        if len(table) and table[name].map(lambda value: isinstance(value, str)).all()
    ]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
