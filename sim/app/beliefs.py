"""Your own beliefs in the explorer: three numbers for each that matters, a picture of what they
mean, and the overlay to take away. What is believed goes into the address as any setting does.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import streamlit as st

from sim.app import elsewhere, markup, results
from sim.app.explored import Explored
from sim.app.markup import as_markdown
from sim.app.sidebar import put
from sim.model.designs import FIRST
from sim.plots.elicitation import belief
from sim.scenario.show import toml
from sim.study.answers import answers_text
from sim.study.beliefs import (
    PERCENTILES,
    AskedNumber,
    Beliefs,
    Triple,
    known_numbers,
    quantiles_of,
)
from sim.uncertainty import Distribution, Quantiles

_ASKED = 3
"""Numbers that stand there before others are chosen."""
_YOU = "you"
_LABELS = {"p5": "5 %: rarely less", "p50": "50 %: as likely less", "p95": "95 %: rarely more"}


def show(explored: Explored) -> None:
    """The numbers that are chosen, and what is believed of them."""
    numbers = known_numbers(explored.file)
    believed = _believed(explored, numbers)
    markup.html(
        "<h2>What do you believe?</h2><p>For each number three values: so low that it is lower "
        "with 1 chance in 20, as likely lower as higher, and so high that it is higher with 1 "
        "chance in 20. The other views then follow what you believe.</p>"
    )
    first = [key for key in FIRST if key in explored.file.uncertain()][:_ASKED]
    chosen = st.multiselect(
        "Numbers",
        list(numbers),
        default=list(dict.fromkeys([*believed, *first])),
        format_func=lambda key: numbers[key].meaning,
        key=f"numbers of {explored.file.name}",
        help="At first those that are judged to decide much; ceasefire sensitivity says which do.",
    )
    for key in chosen:
        _ask(numbers[key], believed.get(key))
    own = {key: numbers[key] for key in chosen}
    answers = {key: believed.get(key) or _rounded(own[key].prior) for key in chosen}
    elsewhere.code(
        "answers.csv holds what you believe:",
        answers_text(Beliefs(explored.file, own, {_YOU: answers}).rows()),
        f"ceasefire elicit {explored.file.name} --csv answers.csv --out mine.toml",
        f"import sim\n\nscenario = sim.load({explored.file.name!r})\n"
        f'sim.elicit(scenario, {{{_YOU!r}: {answers!r}}}, overlay="mine.toml")',
    )
    if believed:
        from sim.study.beliefs_overlay import overlay_text  # noqa: PLC0415  for the button alone

        own = {key: numbers[key] for key in believed}
        today = datetime.now().astimezone().date()
        text = overlay_text(Beliefs(explored.file, own, {_YOU: believed}), today)
        st.download_button("mine.toml", text, "mine.toml", "application/toml", on_click="ignore")
        markup.html(
            '<p class="quiet">To apply on top of any scenario: <code>ceasefire run '
            f"{explored.file.name}+mine.toml</code></p>"
        )


def _rounded(prior: float | Distribution) -> Triple:
    """What a scenario assumes, in as many digits as anybody reads."""
    low, middle, high = (float(f"{value:.6g}") for value in quantiles_of(prior))
    return low, middle, high


def _believed(explored: Explored, numbers: Mapping[str, AskedNumber]) -> dict[str, Triple]:
    """What the address says of numbers in the words of this view."""
    return {
        key: (own.p5, own.p50, own.p95)
        for key, own in explored.scenario.uncertain().items()
        if key in numbers and isinstance(own, Quantiles) and own != numbers[key].prior
    }


def _ask(number: AskedNumber, believed: Triple | None) -> None:
    """One number: what it means, three values, and a picture of both beliefs."""
    left, right = st.columns([5, 4], gap="medium")
    with left, st.form(f"belief {number.key}"):
        unit = f", {number.unit}" if number.unit else ""
        st.markdown(f"**{as_markdown(number.meaning + unit)}**  \n{as_markdown(number.range)}")
        if number.anchors:
            st.caption(as_markdown(number.anchors))
        start = believed or quantiles_of(number.prior)
        columns = st.columns(len(PERCENTILES))
        values = [
            column.number_input(
                as_markdown(_LABELS[name]),
                value=value,
                format="%.4g",
                key=f"{name} {number.key} {start}",
            )
            for column, name, value in zip(columns, PERCENTILES, start, strict=True)
        ]
        if st.form_submit_button("Believe it"):
            _believe(number, values)
        if believed:
            st.form_submit_button(
                "As the scenario assumes", on_click=partial(put, {number.key: None})
            )
    with right:
        fitted = None if believed is None else number.fitted(*believed)
        draw = partial(belief, number.prior, fitted, number.unit)
        markup.html(markup.figure(*results.drawn(draw, (5, 2.6))))


def _believe(number: AskedNumber, values: list[Any]) -> None:
    """Put what is believed into the address, or say why it cannot be."""
    if said := number.fault(values):
        markup.problems([said])
        return
    put({number.key: toml(number.fitted(*values))})
    st.rerun()
