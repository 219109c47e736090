"""Plain messages on standard error: what goes wrong, and what is said beside an answer."""

import os
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
OUT_OF_MEMORY = "there is not enough memory for this; take fewer histories, samples or years"
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
        refuse([OUT_OF_MEMORY])
    except InputError as wrong:
        refuse(wrong.on_command_line())
    except OSError as wrong:
        refuse([_of_the_system(wrong)])


def _of_the_system(wrong: OSError) -> str:
    """What the system refused, where no part of the program has a better word for it."""
    where = "" if wrong.filename is None else f"{os.fsdecode(wrong.filename)}: "
    return f"{where}cannot be read or written: {wrong.strerror or wrong}; mend that, and try again"


def note(text: str) -> None:
    """Say something beside the answer, on standard error."""
    if not output().quiet:
        say(text, err=True)


def write(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file that the user named, whole or not at all; into a device or a pipe as it comes.

    Raises RunError if it cannot be written.
    """
    from sim.ensemble.seal import write_whole

    try:
        if path.exists() and not path.is_file():
            write(path)
        else:
            write_whole(path.resolve(), write)
    except OSError as wrong:
        reason = wrong.strerror or wrong
        raise RunError(f"{path}: cannot be written: {reason}; name another file") from None
    except (ValueError, RuntimeError) as wrong:
        raise RunError(f"{path}: cannot be written: {wrong}; name another file") from None
