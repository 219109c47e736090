"""Files that are distrusted: documents sealed with their own hash, files held against the hash that
was recorded for them, and each written whole or not at all.

A seal tells damage and careless edits, not forgery: whoever changes a document can seal it anew.
"""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.errors import DamagedError, RunError
from sim.scenario.schema import digest


class Document(BaseModel):
    """What is read of a file: its keys and their types, and nothing is made of another type."""

    model_config = ConfigDict(strict=True, extra="forbid")


_LARGEST = 10**9
"""Bytes of a document, a table of a finding or a point."""
SEAL = "seal"
"""The key under which a document holds the hash of all else in it."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says of a disk that is full, or of a user's part of it."""


def sealed(document: Mapping[str, Any]) -> str:
    """Plain data as JSON, with the hash of itself."""
    plain = json.loads(json.dumps(document, ensure_ascii=False, allow_nan=False))
    plain.pop(SEAL, None)
    return json.dumps(plain | {SEAL: digest(plain)}, indent=1, ensure_ascii=False)


def parsed(path: Path, what_to_do: str = "") -> dict[str, Any]:
    """The document in a file, whose seal is not yet held against it.

    Raises DamagedError if it is none, RunError if the file cannot be read.
    """
    try:
        text = content(path, what_to_do).decode("utf-8")
        document = json.loads(text, object_pairs_hook=_each_once)
    except OSError as wrong:
        raise RunError(f"{path}: cannot be read: {wrong.strerror or wrong}") from None
    except (ValueError, RecursionError):
        raise DamagedError(path, what_to_do) from None
    if not isinstance(document, dict):
        raise DamagedError(path, what_to_do)
    return document


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The keys of an object. Raises ValueError for one that is there twice."""
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a key is there twice")
    return document


def content(path: Path, what_to_do: str = "") -> bytes:
    """The bytes of a regular file; a pipe or a device may have no end.

    Raises DamagedError for what is none, or larger than any that is written, OSError for what
    cannot be read.
    """
    file = path.stat()
    if not stat.S_ISREG(file.st_mode) or file.st_size > _LARGEST:
        raise DamagedError(path, what_to_do)
    return path.read_bytes()


def unsealed(document: Mapping[str, Any], path: Path, what_to_do: str = "") -> dict[str, Any]:
    """The document without its seal. Raises DamagedError if that is not the hash of the rest."""
    rest = {key: value for key, value in document.items() if key != SEAL}
    try:
        is_own = document.get(SEAL) == digest(rest)
    except (ValueError, RecursionError):  # not finite, half a character, too deep: never written
        is_own = False
    if not is_own:
        raise DamagedError(path, what_to_do)
    return rest


def shaped(
    model: type[BaseModel], document: Mapping[str, Any], path: Path, what_to_do: str = ""
) -> None:
    """Raise DamagedError unless a document has the keys and types of a model."""
    try:
        model.model_validate(document)
    except (ValidationError, RecursionError):
        raise DamagedError(path, what_to_do) from None


def sha256(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def standing(*paths: Path) -> dict[Path, str]:
    """Files as they stand, each with its hash; what is no regular file has none, as no file has."""
    return {path: sha256(path) if path.is_file() else "" for path in paths}


def damaged(folder: Path, recorded: Mapping[str, str]) -> list[Path]:
    """The files that are missing, or are not those whose hashes were recorded by their names.

    Raises RunError if one cannot be read.
    """
    try:
        return [
            folder / name
            for name, hashed in recorded.items()
            if not (folder / name).is_file() or sha256(folder / name) != hashed
        ]
    except OSError as wrong:
        raise RunError(f"{wrong.filename}: cannot be read: {wrong.strerror or wrong}") from None


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside where it belongs, and put it there when it is whole."""
    unfinished = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        write(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def writing(path: Path, elsewhere: str, kept: str = "") -> Iterator[None]:
    """A full disk or a place that cannot be written is said in one message: what is `kept` there,
    if there is anything, and where to write `elsewhere`.
    """
    try:
        yield
    except OSError as wrong:
        said = [f"{path}: cannot be written: {wrong.strerror or wrong}"]
        if kept and path.exists():
            said.append(kept)
        said.append(f"make room, or {elsewhere}" if wrong.errno in _FULL else elsewhere)
        raise RunError("; ".join(said)) from None
