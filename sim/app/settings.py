"""What the page is asked for: from the address bar to scenarios, and from a scenario to a file that
the command line accepts.

The address is the only state of the page. It holds the names of scenarios and views under the names
of `Request`, and every value that differs from the scenario's file under its dotted key, written as
after `--set`; `none` takes away what may be absent.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, groupby
from types import NoneType
from typing import Any, get_args

from sim.characters import quoted
from sim.errors import Fault, ScenarioError
from sim.quantity import Parameters
from sim.scenario.load import load, read_override
from sim.scenario.schema import Scenario
from sim.scenario.show import toml
from sim.scenario.texts import with_clauses

ORIGIN = "this page"
OPENS: Mapping[str, str] = {"scenario": "article5_like", "compare": "coalition", "baseline": "none"}
"""The comparison on which the page opens where the folder has these scenarios."""
OFF = "none"
SIZE = "sampling.designs"
QUICK = {SIZE: "300"}
"""The size of a quick answer; the address holds another one only."""
MOST_STEPS = 24_000_000
"""Months of histories that the page simulates at most, for each scenario.

What a few seconds to a minute allow.
"""
MOST_SETTINGS, LONGEST_SETTING = 200, 10_000
"""Settings in an address, and the characters of one: more than sliders and lists of draws need."""
DEAL = "The deal"
OUTLOOK, SEAT, BELIEFS = "Outlook", "A seat at the table", "Your beliefs"
VIEWS = ("Answers", DEAL, OUTLOOK, SEAT, "One history", BELIEFS, "Parameters", "Files")


@dataclass(frozen=True)
class Request:
    """What an address asks for: names, not yet checked.

    The empty name stands for what the page takes by default.
    """

    scenario: str = ""
    compare: tuple[str, ...] = ()
    baseline: str = ""
    view: str = ""
    world: str = ""
    without: tuple[str, ...] = ()
    events: str = ""
    seat: tuple[str, ...] = ()
    course: str = ""

    @classmethod
    def of_address(cls, address: Mapping[str, list[str]]) -> "Request":
        """Read the address; of a name that is given twice the last counts."""
        names = {
            name: address[name][-1]
            for name in ("scenario", "baseline", "view", "world", "events", "course")
            if address.get(name)
        }
        return cls(
            **names,
            compare=tuple(dict.fromkeys(address.get("compare", []))),
            without=tuple(dict.fromkeys(address.get("without", []))),
            seat=tuple(dict.fromkeys(address.get("seat", []))),
        )


def opening(names: list[str], address: Collection[str]) -> dict[str, str | Sequence[str] | None]:
    """What is put into an address without a scenario: a comparison, where it has none."""
    opens: dict[str, str | Sequence[str] | None] = (
        dict(OPENS)
        if set(OPENS.values()) <= set(names)
        else {"scenario": names[0], "compare": names[1:3]}
    )
    beside = "compare" in address or "baseline" in address
    return {name: said for name, said in opens.items() if name == "scenario" or not beside}


def within_bounds(address: Mapping[str, list[str]]) -> tuple[dict[str, list[str]], list[str]]:
    """What of an address is looked at, and what to say of the rest."""
    kept = {
        key: texts
        for key, texts in list(address.items())[:MOST_SETTINGS]
        if len(key) + sum(map(len, texts)) <= LONGEST_SETTING
    }
    left_out = [
        f"{ORIGIN}: {quoted(key)}: is left out: a page takes {MOST_SETTINGS} settings of at most "
        f"{LONGEST_SETTING:,} characters"
        for key in address
        if key not in kept
    ]
    return kept, left_out[:1]


def settings_of(address: Mapping[str, list[str]]) -> dict[str, str]:
    """The settings in an address: whatever is not one of the names in `Request`, as text by dotted
    key.
    """
    return {
        key: texts[-1]
        for key, texts in address.items()
        if texts and key not in Request.__dataclass_fields__
    }


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


def values(settings: Mapping[str, str]) -> dict[str, Any]:
    """The values of settings, as the command line reads them after `--set`.

    Raises ScenarioError.
    """
    read = {}
    for setting, text in settings.items():
        try:
            key, value = read_override(f"{setting}={text}")
        except ScenarioError as wrong:
            raise ScenarioError(list(map(_on_the_page, wrong.faults))) from wrong
        read[key] = None if value == OFF and may_be_absent(key) else value
    return read


def _on_the_page(fault: Fault) -> str:
    """A fault of a setting, for whoever typed it into an address."""
    if isinstance(fault, str):
        return fault
    return f"{ORIGIN}: {fault.value}: {fault.must.removeprefix('value: ')}"


def may_be_absent(key: str) -> bool:
    """Whether the schema has this dotted key and lets its value be none."""
    block: Any = Scenario
    *blocks, name = key.split(".")
    for child in blocks:
        block = block_of(block, child)
        if block is None:
            return False
    return name in block.model_fields and NoneType in get_args(block.model_fields[name].annotation)


def block_of(block: type[Parameters], name: str) -> type[Parameters] | None:
    """The class of a block inside a block of the schema, which may be absent.

    None if there is none of this name.
    """
    annotation = block.model_fields[name].annotation if name in block.model_fields else None
    return next(
        (
            kind
            for kind in (annotation, *get_args(annotation))
            if isinstance(kind, type) and issubclass(kind, Parameters)
        ),
        None,
    )


def text_of(value: Any) -> str:
    """A value as the address has it."""
    return toml(value).removesuffix(".0")


def lines(settings: Mapping[str, str]) -> str:
    """Settings as text to edit: KEY=VALUE, one a line."""
    return "\n".join(f"{key}={text}" for key, text in settings.items())


def read_lines(text: str) -> dict[str, str]:
    """Settings from a text of KEY=VALUE, one a line.

    A line without "=" is a key with an empty value, which is refused later.
    """
    pairs = (line.partition("=") for line in text.splitlines() if line.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


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
