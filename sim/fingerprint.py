"""The fingerprint of the code that determines a result: of what it does, not of how it is laid out.

Comments, docstrings, line breaks and quotes leave it as it is, and so does the Python that reads
the code.
"""

import ast
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_NO_MEANING = frozenset({"kind", "type_comment", "type_ignores", "ctx"})
"""Fields of a syntax tree that follow from the rest, or change nothing."""


def fingerprint(files: Iterable[Path], root: Path) -> str:
    """Hash of the syntax trees of source files, each under its path from `root`."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(
            f"{path.relative_to(root).as_posix()}\0{meaning(path.read_text(encoding='utf-8'))}\0".encode()
        )
    return whole.hexdigest()


def as_written(files: Iterable[Path], root: Path) -> str:
    """Hash of files as they stand, each under its path from `root`: a comment counts as well."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def meaning(source: str) -> str:
    """The syntax tree of a source as text, without what it says to readers only.

    Python's own `ast.dump` and `ast.unparse` differ between its versions; fields that are empty or
    new do not count here.

    Examples
    --------
    >>> meaning("x = 1  # one")
    "Module(body=[Assign(targets=[Name(id='x')],value=Constant(value=1))])"

    """
    return _text(ast.parse(source))


def _text(node: Any) -> str:
    match node:
        case ast.AST():
            fields = (
                f"{name}={_text(value)}"
                for name, value in ast.iter_fields(node)
                if name not in _NO_MEANING and value is not None and value != []
            )
            return f"{type(node).__name__}({','.join(fields)})"
        case list():
            return f"[{','.join(_text(child) for child in node if not _is_remark(child))}]"
    return repr(node)


def _is_remark(node: Any) -> bool:
    """Whether a statement is a text alone: a docstring of a module, class, function or constant."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
