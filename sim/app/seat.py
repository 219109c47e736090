"""A seat at the table: one history in which the reader decides for an actor, and the model for all
others.

The log of the game is in the address; to go back is to cut it short.
"""

import json
from collections.abc import Sequence

import streamlit as st

from sim.app import courses, markup, results
from sim.app.explored import Explored
from sim.app.settings import Request
from sim.app.sidebar import put, stands_at
from sim.app.views import numbered
from sim.characters import as_html
from sim.errors import InputError, ScenarioError
from sim.presentation.after_action import after_action as section_of
from sim.presentation.deeds import Deed
from sim.presentation.seat import ending, news, options, public_deeds, situation
from sim.presentation.worlds import paragraphs
from sim.scenario.course import Course, step_of
from sim.scenario.schema import Scenario, digest
from sim.study.after_action import after_action
from sim.study.play import SEATS, Game, branched, decided
from sim.study.play import seat as actor_of
from sim.study.replay import replay

NAME, FILE = "course", "game.toml"
"""What the log is called in the address, and as a file."""
DEFAULT = "europe"
_NAMES = {actor: name for name, actor in SEATS.items()}


def show(explored: Explored, request: Request) -> None:
    """The game beside its seats, its history and what has been decided."""
    scenario = explored.scenario
    course, wrong = courses.read(request.course, NAME, scenario)
    seats, unknown = _seats(request.seat)
    number, no_such = numbered(request.world, scenario)
    left, right = st.columns([5, 9], gap="medium")
    with left:
        _table(seats, number, scenario)
        if course is None:
            courses.start_again(NAME)
        else:
            _decisions(course, scenario)
            sitting = " ".join(f"--seat {name}" for name in seats)
            courses.elsewhere(
                explored,
                FILE,
                course,
                courses.as_command(explored, "play", f"{sitting} --world {number} --log {FILE}"),
                courses.in_python(
                    explored,
                    FILE,
                    f"game = sim.Game(scenario, {number}, {json.dumps(seats)}, course)",
                    "game.turn.options  # then game.choose(...)",
                ),
            )
    with right:
        markup.problems([*unknown, *no_such, *wrong])
        if course is not None and not wrong:
            _play(scenario, number, seats, course)


def _seats(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The seats that there are among those that are asked for, and what to say of the others."""
    seats, unknown = [], []
    for name in names:
        try:
            seats.append(_NAMES[actor_of(name)])
        except ScenarioError as wrong:
            unknown += wrong.problems
    return list(dict.fromkeys(seats)) or [DEFAULT], unknown


def _table(seats: list[str], number: int, scenario: Scenario) -> None:
    """Who is played, in which history."""

    def sit() -> None:
        chosen = st.session_state["seats"] or [DEFAULT]
        put({"seat": None if chosen == [DEFAULT] else chosen})

    st.pills(
        "Decide for",
        list(SEATS),
        selection_mode="multi",
        key=stands_at("seats", seats),
        on_change=sit,
        format_func=SEATS.__getitem__,
    )
    last = scenario.sampling.worlds - 1
    st.number_input(
        f"History, 0 to {last}",
        0,
        last,
        step=1,
        key=stands_at("history", number),
        on_change=lambda: put({"world": str(st.session_state["history"]), NAME: None}),
        help="Its chance is the same whatever you decide.",
    )


def _decisions(course: Course, scenario: Scenario) -> None:
    """What has been decided; a click on a decision goes back to it."""
    if not course.decisions and not course.events:
        return
    markup.html(
        '<h2>What you decided</h2><p class="quiet">A click goes back to a decision: it is open '
        "again, and so is all that came after it.</p>"
    )
    with st.container(height=_TALLEST if len(course.decisions) > _MANY else "content"):
        for number, made in enumerate(course.decisions):
            st.button(
                markup.as_markdown(
                    f"{courses.month(made.at, scenario)}: {made.actor}, {made.choice}"
                ),
                key=f"decision {number}",
                icon=":material/undo:",
                help="Go back and choose otherwise",
                on_click=courses.keep,
                args=(NAME, branched(course, made.at)),
                width="stretch",
            )
    courses.start_again(NAME)


_MANY, _TALLEST = 8, 380


def _play(scenario: Scenario, number: int, seats: Sequence[str], course: Course) -> None:
    """What has happened, what the seat may know, and its options."""
    try:
        game = Game(scenario, number, seats, course)
    except InputError as wrong:
        markup.problems(wrong.problems)
        return
    turn, signed = game.turn, scenario.calendar.signed
    _news(game)
    if turn is None:
        _end(game)
        return
    who, *known, question = (as_html(text) for text in situation(turn, signed))
    said = "".join(f"<p>{text}</p>" for text in known)
    markup.html(f"<h2>{who}</h2>{said}<h2>{question}</h2>")
    *choices, why = options(turn)
    for option, line in zip(turn.options, choices, strict=True):
        st.button(
            markup.as_markdown(line.strip()),
            key=f"choose {turn.step} {turn.actor} {option}",
            on_click=courses.keep,
            args=(NAME, decided(course, turn, option)),
        )
    markup.html(f"<p>{as_html(why)}</p>")


def _news(game: Game) -> None:
    """What everybody saw: since the last decision, and before it where a reader looks for it."""
    step = None if game.turn is None else game.turn.step
    public = public_deeds(game.journal, step)
    steps = game.scenario.sampling.steps_per_year
    last = max((step_of(made.at, steps) for made in game.course.decisions), default=0)
    earlier = [deed for deed in public if deed.step < last]
    if earlier:
        with st.expander(f"What happened before {_month(game, last)}"):
            markup.html(_listed(game, earlier))
    recent = [deed for deed in public if deed.step >= last]
    since = f"since {_month(game, last)}" if earlier else "so far"
    markup.html(
        f"<h2>What everybody saw {since}</h2>"
        + (_listed(game, recent) if recent else "<p>Nothing: the ceasefire held in silence.</p>")
    )


def _month(game: Game, step: int) -> str:
    return courses.month(step / game.scenario.sampling.steps_per_year, game.scenario)


def _listed(game: Game, deeds: Sequence[Deed]) -> str:
    scenario = game.scenario
    happened = news(scenario.calendar.signed, deeds, scenario.sampling.steps_per_year, set())
    texts = "".join(f"<p>{as_html(text)}</p>" for text in happened)
    return f'<div class="long" role="group" tabindex="0" aria-label="What happened">{texts}</div>'


def _end(game: Game) -> None:
    """How it ended; then the whole story, and what each decision was worth, for whoever asks."""
    markup.html(f"<h2>{as_html(ending(game.journal))}</h2>")
    scenario, course = game.scenario, game.course
    if not st.button("The whole story, and what each decision was worth", type="primary"):
        return
    place = st.empty()
    with place, st.spinner("Following each option 2,000 times"):
        shown = _judged(
            scenario.name,
            digest(scenario.determinants()),
            game.world,
            course.text(),
            course,
            scenario,
        )
    with place.container():
        results.whole(*shown)
        story = replay(scenario, game.world, course) | {
            "scenario": scenario.name,
            "label": scenario.label or scenario.name,
        }
        markup.html(
            "".join(
                f"<h3>{as_html(one.heading)}</h3><p>{as_html(one.text)}</p>"
                for one in paragraphs(story)
            )
        )


@st.cache_resource(max_entries=results.KEPT_RUNS, show_spinner=False)
def _judged(
    name: str,  # noqa: ARG001  the key of the cache
    determines: str,  # noqa: ARG001  the key of the cache
    world: int,
    text: str,  # noqa: ARG001  the key of the cache
    _course: Course,
    _scenario: Scenario,
) -> results.Whole:
    judged = after_action(_scenario, world, _course)
    return results.drawn_whole(section_of(judged, _scenario.calendar.signed), results.INCHES)
