"""The other views: one world's story, every parameter, and what can be taken away."""

from collections.abc import Sequence
from io import BytesIO

import streamlit as st

import sim
from sim import plots
from sim.analysis.comparison import comparison
from sim.analysis.typical import typical
from sim.app import markup, results
from sim.app.sidebar import put, stands_at
from sim.characters import as_html, quoted
from sim.ensemble.store import Run
from sim.presentation.runs import sections
from sim.scenario.schema import Scenario
from sim.scenario.show import parameters, resolved


def world(scenario: Scenario, stem: str, run: Run, wanted: str) -> int:
    """The story of one world in words and as a figure, and its number.

    A typical one of its kind, or any by its number.
    """
    typical_of = {
        number: f"{cause.label}: history {number}" for cause, number in typical(run).items()
    }
    number, problems = numbered(wanted, scenario, next(iter(typical_of)))

    def pick(key: str) -> None:
        if st.session_state[key] is not None:
            put({"world": str(st.session_state[key])})

    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        st.selectbox(
            "The representative history of each way of ending",
            list(typical_of),
            format_func=typical_of.__getitem__,
            index=None,
            placeholder="choose a way of ending",
            key=stands_at("typical", number if number in typical_of else None),
            on_change=pick,
            args=("typical",),
        )
    with right:
        st.number_input(
            f"History, 0 to {scenario.sampling.worlds - 1}",
            0,
            scenario.sampling.worlds - 1,
            step=1,
            key=stands_at("number", number),
            on_change=pick,
            args=("number",),
        )
    markup.problems(problems)
    history = sim.replay(scenario, number)
    png, words = results.drawn(lambda ax=None: plots.world(history, ax=ax), (7.5, 7.5))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        markup.html(markup.figure(png, words))
        _button(f"{stem}-world-{number}.png", png, "image/png")
    with right:
        rows = [[f"{event['years']:.2f}", event["words"]] for event in history["events"]]
        markup.html(
            f"<h2>{as_html(words)}</h2>{markup.table(['Year', 'What happened'], rows, 'story')}"
        )
    return number


def numbered(wanted: str, scenario: Scenario, default: int = 0) -> tuple[int, list[str]]:
    """The number of a history, or the default and why it is not the one that is wanted."""
    last = scenario.sampling.worlds - 1
    if not wanted:
        return default, []
    if not wanted.isascii() or not wanted.isdigit() or int(wanted[:20]) > last:
        says = (
            f"world must be between 0 and {last} for scenario {scenario.name!r} (got "
            f"{quoted(wanted)!r})"
        )
        return default, [says]
    return int(wanted), []


def every_parameter(scenario: Scenario) -> None:
    """Each value of the scenario with its unit, symbol, meaning, source, and who set it."""
    wanted = st.text_input(
        "Find", placeholder="a word, a symbol or a key, such as deployment", key="find"
    ).casefold()
    rows = []
    for info in (info for info in parameters(scenario) if "." in info.key):
        set_by = "\n".join([info.set_by or "default", *(f"was {before}" for before in info.was)])
        row = [info.key, info.value, info.unit, info.symbol, info.meaning, info.source, set_by]
        if wanted in " ".join(row).casefold():
            rows.append(row)
    if scenario.sources:
        listed = "".join(f"<li>{as_html(source)}</li>" for source in scenario.sources)
        markup.html(f"<h2>Sources of the scenario</h2><ul>{listed}</ul>")
    if rows:
        markup.html(
            markup.table(
                ["Key", "Value", "Unit", "Symbol", "Meaning", "Source", "Set by"], rows, "cards"
            )
        )
    else:
        markup.html("<p>No parameter has this in it.</p>")


def files(scenario: Scenario, stem: str, runs: Sequence[Run], baseline: str) -> None:
    """The scenario as a file, the figures, and the outcomes of every history."""
    markup.html(
        "<h2>The scenario</h2><p>One file with every value, its meaning and its source. The "
        f"command line gives the same numbers: <code>ceasefire run {as_html(stem)}.toml</code></p>"
    )
    _button(f"{stem}.toml", resolved(scenario), "application/toml")
    markup.html("<h2>The figures</h2>")
    shown = comparison(runs, baseline)
    with st.container(horizontal=True):
        for section in sections(shown):
            for figure in section.figures:
                png, _ = results.picture(section, figure, shown)
                _button(f"{stem}-{figure}.png", png, "image/png")
    results.offer_report(runs, baseline)
    markup.html(
        "<h2>The outcomes</h2><p>One row a history: when and how it ended, who fought, and the "
        "parameters drawn for it.</p>"
    )
    for run in runs:
        name = stem if run is runs[0] else run.name
        with st.container(horizontal=True):
            _button(f"{name}.parquet", _parquet(run), "application/vnd.apache.parquet")
            _button(f"{name}.csv", run.outcomes.to_csv(index=False), "text/csv")


def _button(name: str, holds: str | bytes, kind: str) -> None:
    st.download_button(name, holds, name, kind, on_click="ignore", key=f"file {name}")


def _parquet(run: Run) -> bytes:
    file = BytesIO()
    run.outcomes.to_parquet(file, index=False)
    return file.getvalue()
