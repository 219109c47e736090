"""The controls beside the page.

Each writes what it is set to into the address, from which the page is then made anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from sim.app.controls import Control, Group
from sim.app.explored import Explored
from sim.app.markup import as_markdown
from sim.app.settings import OFF, QUICK, SIZE, Request, lines, read_lines, settings_of, text_of
from sim.scenario.schema import Scenario
from sim.scenario.show import toml
from sim.uncertainty import Distribution

SIZES = (100, 300, 1000, 3000)


def address() -> dict[str, list[str]]:
    """The address as a mapping from names to all that is said of them."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def put(changes: Mapping[str, str | Sequence[str] | None]) -> None:
    """Change the address; None takes a name out of it."""
    now: dict[str, Any] = address() | dict(changes)
    st.query_params.from_dict({name: texts for name, texts in now.items() if texts is not None})


def stands_at(key: str, value: Any) -> str:
    """The key of a control which stands at this value when it is drawn."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def choose(request: Request, called: Mapping[str, str], titles: Mapping[str, str]) -> None:
    """Which scenario is explored, which stand beside it, and which is the baseline.

    They are `called` by their labels.
    """
    names = list(called)

    def pick() -> None:
        kept = {key: None for key in settings_of(address()) if not key.startswith("sampling.")}
        put(
            kept
            | {
                "scenario": st.session_state["scenario"],
                "world": None,
                "without": None,
                "course": None,
            }
        )

    st.selectbox(
        "Scenario",
        names,
        key=stands_at("scenario", request.scenario),
        on_change=pick,
        format_func=lambda name: (
            f"{called[name]}: {titles[name]}" if titles[name] else called[name]
        ),
    )
    others = [name for name in names if name != request.scenario]
    st.multiselect(
        "Compare with",
        others,
        key=stands_at("compare", [name for name in request.compare if name in others]),
        on_change=lambda: put({"compare": st.session_state["compare"] or None}),
        placeholder="other scenarios",
        format_func=called.__getitem__,
        help="These are shown as in their files, on the same simulated histories.",
    )
    st.selectbox(
        "Baseline of differences",
        ["", *others],
        key=stands_at("baseline", request.baseline),
        on_change=lambda: put({"baseline": st.session_state["baseline"] or None}),
        format_func=lambda name: (
            called[name] if name else f"{called[request.scenario]}, as in its file"
        ),
    )


def size(scenario: Scenario) -> None:
    """How many histories are simulated for each answer."""

    def pick() -> None:
        chosen = str(st.session_state["size"])
        put({SIZE: None if chosen == QUICK[SIZE] else chosen})

    sampling = scenario.sampling
    st.select_slider(
        "Histories",
        sorted({*SIZES, sampling.designs}),
        key=stands_at("size", sampling.designs),
        on_change=pick,
        format_func=lambda designs: f"{designs * sampling.replicates:,}",
        help=(
            f"Parameter sets times {sampling.replicates} histories of each. More histories "
            "shrink the sampling error, and take longer; the range over parameter sets stays."
        ),
    )


def provisions(shown: Iterable[Group]) -> None:
    """A slider for each parameter of the guarantee."""
    for group in shown:
        st.subheader(group.title, help=as_markdown(group.meaning), anchor=False)
        if group.may_be_absent:
            st.toggle(
                as_markdown(group.meaning.rstrip(".")),
                key=stands_at(f"{group.key}?", group.present),
                on_change=_switch_block,
                args=(group,),
            )
        if group.present:
            for control in group.controls:
                _control(control)


def _control(control: Control) -> None:
    if control.may_be_absent:
        st.toggle(
            as_markdown(control.label.partition(",")[0]),
            key=stands_at(f"{control.key}?", control.value is not None),
            on_change=_switch,
            args=(control,),
            help=as_markdown(control.explanation),
        )
    uncertain = next(
        (drawn for drawn in (control.value, control.in_file) if isinstance(drawn, Distribution)),
        None,
    )
    if uncertain is not None:
        st.toggle(
            as_markdown(f"{control.label}: uncertain, {toml(uncertain)}"),
            on_change=_be_uncertain,
            args=(control, uncertain),
            key=stands_at(f"{control.key}~", isinstance(control.value, Distribution)),
            help=as_markdown(control.explanation),
        )
    if isinstance(control.value, float):
        key = stands_at(f"{control.key} {control.low:g} {control.high:g}", control.value)
        st.slider(
            as_markdown(control.label),
            control.low,
            control.high,
            step=control.step,
            format=f"%.{control.digits}f",
            key=key,
            on_change=_slide,
            args=(control, key),
            help=as_markdown(control.explanation),
        )


def _slide(control: Control, key: str) -> None:
    _set(control, round(st.session_state[key], control.digits))


def _switch(control: Control) -> None:
    on = st.session_state[f"{control.key}?"]
    _set(
        control,
        None if not on else control.in_file if control.in_file is not None else control.start,
    )


def _be_uncertain(control: Control, uncertain: Distribution) -> None:
    _set(
        control,
        uncertain if st.session_state[f"{control.key}~"] else round(control.start, control.digits),
    )


def _switch_block(group: Group) -> None:
    """Take a block out, or put it back: as it is in the file, or else where the first scenario that
    has it would start.
    """
    inner: dict[str, str | None] = dict.fromkeys((control.key for control in group.controls), None)
    if not st.session_state[f"{group.key}?"]:
        put(inner | {group.key: OFF if group.in_file else None})
    elif group.in_file:
        put(inner | {group.key: None})
    else:
        put({control.key: text_of(control.start) for control in group.controls} | {group.key: None})


def _set(control: Control, value: Any) -> None:
    """What differs from the file goes into the address."""
    put({control.key: None if value == control.in_file else text_of(value)})


def anything_else(explored: Explored, has_control: Iterable[str]) -> None:
    """Settings without a control, as text; those that cannot be used stay here until they are
    mended.
    """
    settings, controlled = settings_of(address()), {SIZE, *has_control}
    shown = {
        key: text
        for key, text in settings.items()
        if key not in controlled or key in explored.left_out
    }

    def write() -> None:
        put(dict.fromkeys(shown, None) | read_lines(st.session_state["other settings"]))

    st.text_area(
        "Any other value",
        key=stands_at("other settings", lines(shown)),
        on_change=write,
        height=110,
        placeholder="russia.strength_target=150\nsampling.seed=7",
        help=as_markdown(
            "One a line, KEY=VALUE, as after --set on the command line; Parameters shows every key."
        ),
    )
    st.button(
        "Back to the file",
        on_click=lambda: put(dict.fromkeys((*settings, "without"), None)),
        disabled=not settings and "without" not in address(),
    )
