"""What other packages bring: provisions and measures, by entry points of their distributions.

An entry point is looked up when the first scenario is read or the first measure named, never
before. What is wrong with one is said in one line that names its distribution.
"""

import os
import re
import sys
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from sim.errors import ExtensionError
from sim.fingerprint import fingerprint

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What a provision or a measure may be called: a key of scenario files, and a column of tables."""


@dataclass(frozen=True)
class Extension:
    """Something that a distribution brings under a name, and what its entry point leads to."""

    name: str
    distribution: str
    version: str
    module: str
    content: Any

    def error(self, problem: str) -> ExtensionError:
        """The error of this extension: who brings it, which it is, and what is wrong."""
        return _error(self.distribution, self.version, self.name, problem)

    @property
    def files(self) -> list[Path]:
        """Its module and all else of the package in which that stands; none without a source."""
        own, top = _source(self.module), _source(self.module.partition(".")[0])
        if own is None:
            return []
        is_package = top is not None and top.name == "__init__.py"
        return sorted({own, *(top.parent.rglob("*.py") if top and is_package else ())})

    @cached_property
    def identity(self) -> dict[str, str]:
        """What results depend on: the distribution, its version and what its code does.

        Raises ExtensionError for code that cannot be read.
        """
        files = self.files
        root = Path(os.path.commonpath([file.parent for file in files]))
        try:
            code = fingerprint(files, root)
        except (OSError, SyntaxError, ValueError) as wrong:
            raise self.error(f"its source cannot be read: {wrong}") from wrong
        return {"distribution": self.distribution, "version": self.version, "code": code}


def _source(module: str) -> Path | None:
    """The file of an imported module, where it is Python."""
    path = Path(getattr(sys.modules[module], "__file__", None) or "")
    return path if path.suffix == ".py" and path.is_file() else None


def extensions(
    group: str, check: Callable[[Extension], str | None], taken: Container[str]
) -> dict[str, Extension]:
    """What the installed distributions bring to a group, by name, in the order of the names.

    `check` says what is wrong with one, or None; the names that are `taken` are those of our own.

    Raises ExtensionError for one that cannot be used.
    """
    joined: dict[str, Extension] = {}
    for entry in sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
        extension = _loaded(entry)
        if other := joined.get(entry.name):
            both = f"{other.distribution} {other.version} brings this name too"
            raise extension.error(f"{both}; uninstall one of the two")
        if not NAME.fullmatch(entry.name):
            raise extension.error("must be named by small letters, digits and _")
        if entry.name in taken:
            raise extension.error("has the name of a built-in one; give it another")
        if not extension.files:
            raise extension.error("has no source, on which the names of runs hang; install it")
        if problem := check(extension):
            raise extension.error(problem)
        joined[entry.name] = extension
    return joined


def _loaded(entry: EntryPoint) -> Extension:
    """Import what an entry point leads to. Raises ExtensionError if that fails."""
    own = entry.dist
    name, version = (own.name, own.version) if own else ("an unknown distribution", "")
    try:
        content = entry.load()
    except (Exception, SystemExit) as wrong:
        problem = f"cannot be imported from {entry.value}: {type(wrong).__name__}: {wrong}"
        raise _error(name, version, entry.name, " ".join(problem.split())) from wrong
    return Extension(entry.name, name, version, entry.module, content)


def _error(distribution: str, version: str, name: str, problem: str) -> ExtensionError:
    return ExtensionError(f"{distribution} {version}: {name}: {problem}")
