"""Plain messages on standard error: what goes wrong, and what is said beside an answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer

from sim.cli.output import output
from sim.cli.streams import say
from sim.errors import InputError, RunError

USAGE, STOPPED = 2, 130
"""Exit codes of a command that cannot be carried out, and of one that was interrupted."""
BLOCKS_KEPT = "stopped; finished blocks are kept: the same command resumes the run"


@contextmanager
def plain_errors(stopped: str = BLOCKS_KEPT) -> Iterator[Any]:
    """Print input errors to stderr, one per line, and exit with code 2 instead of a traceback; an
    interruption prints `stopped`.
    """

    def refuse(problems: list[str]) -> NoReturn:
        for problem in problems:
            say(problem, err=True)
        raise typer.Exit(USAGE)

    try:
        yield refuse
    except KeyboardInterrupt:
        say(stopped, err=True)
        raise typer.Exit(STOPPED) from None
    except MemoryError:
        refuse(["there is not enough memory for this; take fewer histories, samples or years"])
    except InputError as wrong:
        refuse(wrong.on_command_line())


def note(text: str) -> None:
    """Say something beside the answer, on standard error."""
    if not output().quiet:
        say(text, err=True)


def write(path: Path, write: Callable[[], object]) -> None:
    """Write a file that the user named. Raises RunError if it cannot be written."""
    try:
        write()
    except (OSError, ValueError) as wrong:
        raise RunError(f"{path}: cannot be written: {wrong}") from None
