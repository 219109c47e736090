"""Numbers of a guarantee that a file gives without saying where they come from."""

from typing import Any

from sim.scenario.schema import Scenario
from sim.scenario.show import toml

_NO_REASON = {"", "judgement"}


def without_source(scenario: Scenario) -> list[str]:
    """A line for each number of a provision that a file sets and gives no source for, with its
    place and what to add.

    A source counts where the file that sets the number states it, be it the scenario's own or one
    that it extends. A value that stands in no file, such as that of `--set`, needs none.
    """
    stated = {
        key: scenario.stated_sources.get(key, "").strip(" .")
        for key in scenario.origins
        if key.startswith("regime.")
    }
    without = {key: source for key, source in stated.items() if source in _NO_REASON}
    last = {key: scenario.origins[key][-1] for key in without}
    return [
        f"{place}: {key}: {_fault(without[key])}, as in {_with_source(value)}"
        for key, (value, place) in last.items()
        if _stands_in_a_file(place)
    ]


def _fault(source: str) -> str:
    return (
        f"has the source {source!r} and no reason; add the reason"
        if source
        else "has no source; add one"
    )


def _with_source(value: Any) -> str:
    """The value as its file should have it, a distribution or a number."""
    members = dict(value) if isinstance(value, dict) else {"value": value}
    stated = {
        **{name: toml(member) for name, member in members.items() if name != "source"},
        "source": '"…"',
    }
    return "{ " + ", ".join(f"{name} = {text}" for name, text in stated.items()) + " }"


def _stands_in_a_file(place: str) -> bool:
    """Whether it is `file:line`."""
    return place.rpartition(":")[2].isdigit()
