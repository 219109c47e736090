"""Standard output and error: what they cannot show is written in characters that they can, nothing
that a user gave acts on a terminal, and a full or closed one costs no traceback.
"""

import errno
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

import typer

from sim.characters import NEAREST, for_encoding, visible

UNSAID = 1
"""The exit code of a command whose answer could not be written out."""
_STANDARD_ERROR = 2
_LONGEST_LINE = 1000
"""Characters of a typed line that are read together."""
MAX_REFUSED = 1000
"""Typed lines in a row that may be no answer."""


class Answer(io.TextIOWrapper):
    """Standard output: where it cannot be written, the command ends in words."""

    lost = False

    def write(self, text: str) -> int:
        """Write, or end the command."""
        with self._or_end():
            return super().write(text)

    def flush(self) -> None:
        """Hand on what was written, or end the command."""
        with self._or_end():
            super().flush()

    @contextmanager
    def _or_end(self) -> Iterator[None]:
        """End the command where the stream fails; a reader that went away wants no message."""
        try:
            yield
        except OSError as wrong:
            if self.lost:
                return
            self.lost = True
            sys.stdout = _nowhere()
            if wrong.errno not in {errno.EPIPE, errno.EINVAL}:
                say(f"standard output: cannot be written: {wrong.strerror}", err=True)
            raise SystemExit(UNSAID) from None


class Messages(io.TextIOWrapper):
    """Standard error: nobody can be told where it cannot be written, and the command goes on."""

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written, where that can be done."""
        with suppress(OSError):
            super().flush()


@contextmanager
def standard_streams() -> Iterator[None]:
    """Standard streams fit for any terminal, pipe or file, or for none."""
    with suppress(OSError):
        while (spare := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
            pass  # a file opened later must not take the place of a stream that was closed
        os.close(spare)
    os.environ["MPLBACKEND"] = "agg"  # figures go to files, whatever windows a user's go to
    sys.stdout, sys.stderr = _fit(sys.stdout, Answer), _fit(sys.stderr, Messages)
    try:
        yield
    finally:
        sys.stdout.flush()


def _fit(stream: TextIO | None, kind: type[io.TextIOWrapper]) -> TextIO:
    """The stream as one of this kind; one that keeps nothing where there is none."""
    if stream is None:
        return _nowhere()
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    encoding, by_line = stream.encoding, stream.line_buffering
    return kind(stream.detach(), encoding, errors=NEAREST, line_buffering=by_line)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  until the program ends


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text, in which nothing acts on a terminal."""
    stream = sys.stderr if err else sys.stdout
    stream.write(visible(text) + "\n" * nl)
    stream.flush()


def say_exactly(text: str) -> None:
    """Print a TOML text; what standard output cannot show is escaped as TOML escapes it."""
    say(for_encoding(text, sys.stdout.encoding or "utf-8"), nl=False)


def say_document(document: Any) -> None:
    """Print one JSON document, in ASCII where standard output is not UTF-8."""
    is_unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    say(json.dumps(document, indent=1, ensure_ascii=not is_unicode, allow_nan=False))


def typed_lines() -> Any:
    """Standard input, line by line; none where there is none."""
    return typer.get_text_stream("stdin", errors="replace") if sys.stdin else None


def typed_line(lines: Any, *, err: bool = False) -> str:
    """The next line, or the first part of a very long one; empty at the end of the input, or where
    there is none any more. A terminal is prompted, on standard error with `err`.
    """
    if lines is None:
        return ""
    if lines.isatty():
        say("> ", nl=False, err=err)
    try:
        return str(lines.readline(_LONGEST_LINE))
    except OSError:  # the terminal is gone
        return ""
