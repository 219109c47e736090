"""The same as a command and in Python: what gives an answer of this page without it."""

import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sim.app import markup
from sim.app.explored import Explored
from sim.app.settings import DEAL, text_of
from sim.characters import as_html
from sim.scenario import library
from sim.scenario.schema import Scenario

TITLE = "The same as a command and in Python"


@dataclass(frozen=True)
class Source:
    """A scenario as a command finds it: its name in the library or its file, and the values set
    over it, by dotted key.
    """

    file: str
    settings: Mapping[str, Any]


def sources(
    explored: Explored, others: Mapping[str, Scenario], paths: Mapping[str, Path]
) -> list[Source]:
    """The explored scenario and the `others`, which lie at `paths`, all with the same histories.

    What no setting can say, such as a provision that is taken away, is in the file that the page
    offers.
    """
    called = {name: _called(name, path) for name, path in paths.items()}
    sampling = {
        f"sampling.{name}": value
        for name, value in explored.scenario.sampling.model_dump().items()
        if name == "designs" or value != getattr(Scenario().sampling, name)
    }
    changed = explored.changed
    first = Source(called[explored.file.name], sampling)
    if None in changed.values():
        first = Source(f"{explored.stem}.toml", sampling)
    elif changed:
        names = {"name": explored.scenario.name}
        if explored.scenario.label != explored.file.label:
            names["label"] = explored.scenario.label
        first = Source(first.file, sampling | names | changed)
    return [first, *(Source(called[name], sampling) for name in others)]


def _called(name: str, path: Path) -> str:
    """What a command calls a scenario: by its name where it is that of the library."""
    return name if library.files().get(name) == path else str(path)


def code(note: str, file: str, command: str, python: str) -> None:
    """Command and Python of a view, and the file that both take."""
    with st.expander(TITLE):
        markup.html(f'<p class="quiet">{as_html(note)}</p>')
        for text in (file, command, python):
            st.code(text, language=None, wrap_lines=True)


def show(
    place: DeltaGenerator,
    view: str,
    scenarios: Sequence[Source],
    offered: str,
    *,
    baseline: str = "",
    world: int = 0,
) -> None:
    """Command and Python of a view, for whoever wants them; `offered` is the file that the page
    has of the explored scenario.
    """
    with place.expander(TITLE):
        if scenarios[0].file == offered:
            markup.html(
                f'<p class="quiet">The view Files offers {as_html(offered)} as it stands here.</p>'
            )
        left, right = st.columns(2, gap="medium")
        with left:
            st.code(command(view, scenarios, baseline, world), language=None, wrap_lines=True)
        with right:
            st.code(python(view, scenarios, baseline, world), language=None, wrap_lines=True)


def command(view: str, scenarios: Sequence[Source], baseline: str = "", world: int = 0) -> str:
    """The command line of a view about these scenarios."""
    words = {
        DEAL: ["sign"],
        "One history": ["replay"],
        "Parameters": ["show"],
    }.get(view, ["compare" if len(scenarios) > 1 else "run"])
    words += [source.file for source in scenarios]
    shared, *own = _settings(scenarios)
    pairs = [("", key, value) for key, value in shared.items()]
    pairs += [
        (f"{position}:", key, value)
        for position, settings in enumerate(own, 1)
        for key, value in settings.items()
    ]
    for place, key, value in pairs:
        words += ["--set", f"{place}{key}={_word(value)}"]
    if words[0] == "compare":
        words += ["--baseline", baseline]
    if words[0] == "replay":
        words += ["--world", str(world)]
    return shlex.join(["ceasefire", *words])


def _settings(scenarios: Sequence[Source]) -> list[dict[str, Any]]:
    """The settings that all share, and of each those of its own."""
    if len(scenarios) == 1:
        return [dict(scenarios[0].settings)]
    shared = {
        key: value
        for key, value in scenarios[0].settings.items()
        if all(source.settings.get(key) == value for source in scenarios)
    }
    return [
        shared,
        *(
            {key: value for key, value in source.settings.items() if key not in shared}
            for source in scenarios
        ),
    ]


def _word(value: Any) -> str:
    """A value as it stands after --set, where a bare word is text."""
    return value if isinstance(value, str) and value.isidentifier() else text_of(value)


def python(view: str, scenarios: Sequence[Source], baseline: str = "", world: int = 0) -> str:
    """The same in Python."""
    shared, *own = _settings(scenarios)
    if not own:
        load = f"sim.load({scenarios[0].file!r}, {_plain(shared)})"
        statements = {
            "One history": [f"scenario = {load}", f"sim.replay(scenario, {world})"],
            "Parameters": [f"scenario = {load}", "sim.html(scenario)"],
            "Files": [f"run = sim.run({load})", "run.outcomes"],
            DEAL: [f"scenario = {load}", "sim.sign(scenario)"],
        }.get(view, [f"run = sim.run({load})", "sim.survival(run)"])
        return "\n".join(["import sim", "", *statements])
    listed = [
        f"    sim.load({source.file!r}, same{f' | {_plain(more)}' if more else ''}),"
        for source, more in zip(scenarios, own, strict=True)
    ]
    runs = "runs = [sim.run(scenario) for scenario in scenarios]"
    statements = {DEAL: ["sim.sign(scenarios)"], "Files": [runs, "runs[0].outcomes"]}.get(
        view, [runs, f"sim.compare(runs, {baseline!r})"]
    )
    return "\n".join(
        ["import sim", "", f"same = {_plain(shared)}", "scenarios = [", *listed, "]", *statements]
    )


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as Python writes them; a distribution is what its file has of it."""
    return {
        key: tomllib.loads(f"value = {text_of(value)}")["value"] for key, value in settings.items()
    }
