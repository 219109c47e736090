"""A scenario file as the settings of the page change it: those that can be used, and what is wrong
with the others.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, groupby
from typing import Any

from sim.app.settings import ORIGIN, QUICK, values
from sim.characters import quoted
from sim.errors import ScenarioError
from sim.scenario.load import load
from sim.scenario.schema import Scenario
from sim.scenario.texts import with_clauses

MOST_STEPS = 24_000_000
"""Months of histories that the page simulates at most, for each scenario.

What a few seconds to a minute allow.
"""


@dataclass(frozen=True)
class Explored:
    """The scenario of a file as it stands, the same with the settings that can be used, the keys of
    the others, and their problems.
    """

    file: Scenario
    scenario: Scenario
    left_out: frozenset[str]
    problems: list[str]

    @property
    def stem(self) -> str:
        """What files of it are called."""
        return f"{self.file.name}-{self.scenario.name}" if self.changed else self.file.name

    @property
    def changed(self) -> dict[str, Any]:
        """The values that differ from the file, by dotted key.

        The size and the words of the scenario do not count.
        """
        return differences(self.file, self.scenario)


def explore(
    file: Callable[[Mapping[str, Any]], Scenario],
    settings: Mapping[str, str],
    taken: Iterable[str] = (),
    without: Collection[str] = (),
) -> Explored:
    """Apply settings to a scenario; `file` reads it with some overrides, `taken` are names that a
    changed scenario must not have, and `without` numbers of clauses that are taken out of a text.

    Settings that cannot be used are left out, with the command line's messages. Raises
    ScenarioError if the file itself is at fault.
    """
    used = QUICK | dict(settings)
    problems: list[str] = []
    try:
        scenario = _read(file, used)
    except ScenarioError as wrong:
        problems, used = wrong.problems, _usable(file, used)
        scenario = _read(file, used)
    numbers = [clause.number for clause in scenario.clauses]
    problems = problems + [
        f"{ORIGIN}: without {quoted(number)}: {scenario.name} has no such clause"
        for number in without
        if number not in numbers
    ]
    if left_out := [number for number in numbers if number in without]:
        scenario = _without(scenario, left_out)
    base = file(
        {f"sampling.{name}": value for name, value in scenario.sampling.model_dump().items()}
    )
    if scenario.name in taken and (scenario.name != base.name or differences(base, scenario)):
        free = next(
            name
            for name in chain(["changed"], (f"changed-{number}" for number in count(2)))
            if name not in taken
        )
        scenario = scenario.model_copy(update={"name": free}).with_origins(
            scenario.origins, scenario.stated_sources
        )
    return Explored(
        base,
        scenario,
        frozenset(key for key, text in settings.items() if used.get(key) != text),
        problems,
    )


def _without(text: Scenario, numbers: Sequence[str]) -> Scenario:
    """The text without these clauses, and a label that says so."""
    kept = {clause.number for clause in text.clauses} - set(numbers)
    label = f"{text.label or text.name} without {', '.join(numbers)}"
    less = with_clauses(text, kept)
    return less.model_copy(update={"label": label}).with_origins(less.origins, less.stated_sources)


def differences(file: Scenario, scenario: Scenario) -> dict[str, Any]:
    """The values that determine results and differ between two scenarios, by dotted key, as the
    second has them.
    """
    was, now = (dict(version.leaves()) for version in (file, scenario))
    return {
        key: now.get(key)
        for key in was | now
        if "." in key and not key.startswith("correlation.") and was.get(key) != now.get(key)
    }


def _read(file: Callable[[Mapping[str, Any]], Scenario], settings: Mapping[str, str]) -> Scenario:
    scenario = file(values(settings))
    sampling = scenario.sampling
    most = MOST_STEPS // sampling.steps
    if sampling.worlds > most:
        raise ScenarioError(
            [
                (
                    f"{ORIGIN}: sampling: {sampling.worlds:,} simulated histories are too "
                    f"many for a page; at most {most:,} of its length"
                )
            ]
        )
    return scenario


def _usable(
    file: Callable[[Mapping[str, Any]], Scenario], settings: Mapping[str, str]
) -> dict[str, str]:
    """The settings without those that spoil the others.

    A block's settings may need each other, so they are tried together first.
    """
    usable = dict(QUICK)
    for _, block in groupby(sorted(settings), key=lambda key: key.rpartition(".")[0]):
        keys = list(block)
        for tried in (keys, *([key] for key in keys)):
            more = usable | {key: settings[key] for key in tried}
            try:
                _read(file, more)
            except ScenarioError:
                continue
            usable = more
            if tried is keys:
                break
    return usable


def reader(path: Any) -> Callable[[Mapping[str, Any]], Scenario]:
    """Reads a scenario file with overrides that come from the page."""
    return lambda overrides: load(path, overrides, origin=ORIGIN)
