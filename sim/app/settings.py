"""What the page is asked for: from the address bar to scenarios, and from a scenario to a file that
the command line accepts.

The address is the only state of the page. It holds the names of scenarios and views under the names
of `Request`, and every value that differs from the scenario's file under its dotted key, written as
after `--set`; `none` takes away what may be absent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args

from sim.characters import quoted
from sim.errors import Fault, ScenarioError
from sim.quantity import Parameters
from sim.scenario.load import read_override
from sim.scenario.schema import Scenario
from sim.scenario.show import toml

ORIGIN = "this page"
OPENS: Mapping[str, str] = {"scenario": "article5_like", "compare": "coalition", "baseline": "none"}
"""The comparison on which the page opens where the folder has these scenarios."""
OFF = "none"
SIZE = "sampling.designs"
QUICK = {SIZE: "300"}
"""The size of a quick answer; the address holds another one only."""
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
