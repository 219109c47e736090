"""What the shell offers on Tab: scenarios and files, and keys of a scenario."""

from collections.abc import Callable, Iterator
from pathlib import Path

from sim.errors import InputError


def scenarios(incomplete: str) -> list[str]:
    """Names of the library, and the scenario files that go on from what is typed; of A+B those for
    the last.
    """
    from sim.scenario import library

    above, plus, last = incomplete.rpartition("+")
    names = [name for name in library.files() if name.startswith(last)]
    return [f"{above}{plus}{name}" for name in (*names, *_paths(last))]


def _paths(typed: str) -> Iterator[str]:
    """Scenario files and folders that go on from a path, as it is typed."""
    folder, slash, start = typed.rpartition("/")
    try:
        entries = sorted(Path(folder + slash).iterdir())
    except OSError:
        return
    for entry in entries:
        hidden = entry.name.startswith(".") and not start
        if entry.name.startswith(start) and not hidden:
            if entry.is_dir():
                yield f"{folder}{slash}{entry.name}/"
            elif entry.suffix == ".toml":
                yield f"{folder}{slash}{entry.name}"


def keys(beginning: str = "") -> Callable[[str], list[tuple[str, str]]]:
    """A completion of the keys that begin so, each with `=` and its meaning, behind the position
    of a file if one is typed, as in 2:regime.
    """

    def complete(incomplete: str) -> list[tuple[str, str]]:
        try:
            from sim.scenario.schema import Scenario
        except InputError:  # a package that cannot be used: the command says so when it runs
            return []
        position, colon, start = incomplete.rpartition(":")
        return [
            (f"{position}{colon}{key}=", str(field.description))
            for key, _, field in Scenario().fields()
            if key.startswith(start) and key.startswith(beginning)
        ]

    return complete
