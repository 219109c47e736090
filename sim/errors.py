"""What is wrong with an input, in the language of whoever gave it.

Every message says where, what, and what to do. A fault of an argument names the argument; on the
command line it names the option instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_OPTIONS = {"sampling.horizon_years": "--years"}
"""Options whose name is not that of the argument."""
MOST_PROBLEMS = 100
"""Problems that are listed, of all scenarios together: more than anybody mends at once."""
LONGEST_PROBLEM = 5_000
"""Characters of one of them: the longest path, and some words about it."""


@dataclass(frozen=True)
class ArgumentFault:
    """An argument that cannot be used: what it `must` be, and an example of what it may be.

    Examples
    --------
    >>> fault = ArgumentFault("hold", 2, "must be between 0 and 1", "0.8")
    >>> str(fault)
    'hold must be between 0 and 1 (got 2), for example 0.8'
    >>> fault.on_command_line()
    '--hold 2: must be between 0 and 1, for example 0.8'

    """

    argument: str
    value: object
    must: str
    example: str = ""

    def __str__(self) -> str:
        """For whoever calls a function."""
        return f"{self.argument} {self.must} (got {self.value}){self._for_example}"

    def on_command_line(self) -> str:
        """For whoever types a command."""
        name = self.argument.rpartition(".")[2].replace("_", "-")
        return f"{_OPTIONS.get(self.argument, f'--{name}')} {self.value}: {self.must}" + (
            self._for_example
        )

    @property
    def _for_example(self) -> str:
        return f", for example {self.example}" if self.example else ""


Fault = str | ArgumentFault


class InputError(ValueError):
    """An input cannot be used; `problems` has one line for each fault.

    Parameters
    ----------
    faults
        One fault, or several: texts, or faults of arguments.

    Examples
    --------
    >>> InputError(["nato: no such file", "nato: no such file", "eu: is empty"]).problems
    ['nato: no such file', 'eu: is empty']

    """

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        """Keep the faults; the message is all of them."""
        self.faults = [faults] if isinstance(faults, Fault) else list(faults)
        super().__init__("\n".join(self.problems))

    @property
    def problems(self) -> list[str]:
        """Each fault once, for whoever calls a function."""
        return _listed(map(str, self.faults))

    def on_command_line(self) -> list[str]:
        """Each fault once, for whoever types a command."""
        return _listed(
            fault if isinstance(fault, str) else fault.on_command_line() for fault in self.faults
        )


def _listed(lines: Iterable[str]) -> list[str]:
    """Each line once, and how many there are beyond those that anybody reads."""
    all_lines = [
        line if len(line) <= LONGEST_PROBLEM else f"{line[:LONGEST_PROBLEM]}…"
        for line in dict.fromkeys(lines)
    ]
    more = len(all_lines) - MOST_PROBLEMS
    return all_lines if more <= 0 else [*all_lines[:MOST_PROBLEMS], f"and {more:,} problems more"]


class ScenarioError(InputError):
    """A scenario, or a question about scenarios, cannot be used."""


class RunError(InputError):
    """A run or a finding cannot be computed, written or read."""


class DamagedError(RunError):
    """A file is not what was written: `what` names it, without what to do about it."""

    def __init__(self, path: Path, what_to_do: str = "") -> None:
        """Say which file; as text, `what_to_do` follows."""
        self.what = f"{path}: is damaged, or was altered since it was written"
        super().__init__(f"{self.what}; {what_to_do}" if what_to_do else self.what)


class ExtensionError(InputError):
    """A provision or a measure of another package cannot be used."""


class NotPairedError(InputError):
    """Runs are not of the same simulated histories, so that they cannot be compared one by one."""


class ImpossibleError(InputError):
    """A formula gave an impossible number: one that is not finite, or a share outside [0, 1]."""
