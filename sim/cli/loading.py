"""Scenarios by what the command line says of them: names, files, and values set over them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.messages import note
from sim.errors import ArgumentFault, Fault, ScenarioError

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

MOST_KEYS = 6
"""Keys that a warning names, of all in which scenarios differ: some lines of a terminal."""


def load(
    file: str, overrides: list[str] | None = None, more: dict[str, int] | None = None
) -> "Scenario":
    """The scenario of a file or name, or of several applied on top of each other, with --set and
    options.

    Raises ScenarioError.
    """
    return load_at({1: file}, overrides, more)[1]


def warn(scenario: "Scenario") -> None:
    """Warn on standard error of a scenario whose draws come from a posterior."""
    if scenario.of_posterior:
        note(scenario.of_posterior)


def beyond_the_guarantee(scenarios: "Sequence[Scenario]") -> str:
    """What to say of scenarios that are compared and differ in assumptions; empty where they differ
    in the guarantee alone.
    """
    from sim.scenario.differing import beyond_guarantee

    keys = beyond_guarantee(scenarios)
    if not keys:
        return ""
    more = len(keys) - MOST_KEYS
    named = ", ".join(keys[:MOST_KEYS]) + (f" and {more} more" if more > 0 else "")
    return (
        f"these scenarios differ in more than the guarantee: {named}; a difference between them is "
        "not that of the guarantee alone"
    )


def load_all(
    files: list[str], overrides: list[str] | None, more: dict[str, int]
) -> list["Scenario"]:
    """Every scenario, under different names, or every problem in any of them.

    Raises ScenarioError.
    """
    from sim.analysis.labels import distinct
    from sim.scenario.load import renamed

    scenarios = list(load_at(dict(enumerate(files, 1)), overrides, more).values())
    names = [scenario.name for scenario in scenarios]
    refuse_twins(names, [scenario.determinants() for scenario in scenarios], overrides)
    return list(map(renamed, scenarios, distinct(names)))


def refuse_twins(names: list[str], determinants: list[Any], overrides: list[str] | None) -> None:
    """Raise ScenarioError for a scenario that stands there twice and is the same both times, unless
    one of them was set to what it is.
    """
    if any(map(_AT.fullmatch, overrides or [])):
        return
    for position, name in enumerate(names):
        same = [other for other in range(position) if names[other] == name]
        if any(determinants[other] == determinants[position] for other in same):
            raise ScenarioError(
                f"{name}: is there twice without a difference; change one of them, as in "
                f"--set {position + 1}:regime.deployment.brigades=10"
            )


_AT = re.compile(r"(\d+):(.*)", re.DOTALL)


def load_at(
    files: Mapping[int, str], overrides: list[str] | None, more: dict[str, int] | None = None
) -> dict[int, "Scenario"]:
    """Every scenario by its position on the command line, each with the values of --set that are
    for all or for it. Raises ScenarioError with every problem in any of them.
    """
    values: dict[int, list[str]] = {position: [] for position in files}
    scenarios: dict[int, Scenario] = {}
    faults: list[Fault] = []
    for override in overrides or []:
        at = _AT.fullmatch(override)
        if at is None:
            for own in values.values():
                own.append(override)
        elif int(at[1]) in values:
            values[int(at[1])].append(at[2])
        else:
            must = f"must name the position of a scenario among {', '.join(map(str, files))}"
            faults.append(ArgumentFault("set", override, must))
    for position, file in files.items():
        try:
            scenarios[position] = _load(file, values[position], more or {})
        except ScenarioError as wrong:
            faults += wrong.faults
    if faults:
        raise ScenarioError(faults)
    return scenarios


def stacked(file: str) -> list[str]:
    """The file, and those applied on top of it: A and B of A+B, unless there is a file A+B."""
    return [file] if Path(file).exists() else file.split("+")


def _load(file: str, overrides: list[str], more: dict[str, int]) -> "Scenario":
    """The scenario of A or A+B with these values over it. Raises ScenarioError."""
    from sim.scenario import load as scenario_files

    path, *over = stacked(file)
    if not path or not all(over):
        raise ScenarioError(
            f"{file}: names no file beside a +; use A+B to apply B's values on top of A"
        )
    values = dict(map(scenario_files.read_override, overrides)) | more
    scenario = scenario_files.load(path, values, origin="command line", over=over)
    warn(scenario)
    return scenario
