"""The views of the explorer that a course drives: the outlook, and a seat at the table."""

import pytest
from test_app import said, shown

import sim
from sim.presentation.outlook import section
from sim.presentation.seat import QUESTIONS, options
from sim.scenario.course import Course, Event
from sim.scenario.course_file import read_course
from sim.study.outlook import find_outlook
from sim.study.play import Game

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("blank_figures")]
pytest.importorskip(
    "streamlit", reason="the page needs the extra `app`: pip install 'ceasefire[app]'"
)
QUICK = {"sampling.designs": 60, "sampling.seed": 4, "sampling.steps_per_year": 4}
SMALL = {name: str(value) for name, value in QUICK.items()}
OUTLOOK = {"view": "Outlook", "scenario": "coalition"} | SMALL
SEAT = {"view": "A seat at the table", "scenario": "coalition", "world": "3"} | SMALL
INCIDENT = Course(0.5, (Event(0.5, "incident", {"retaliated": True}),))


@pytest.fixture(scope="module")
def coalition(scenarios):
    return sim.load(scenarios / "coalition.toml", QUICK)


def course_of(at, name, scenario):
    """The course in the address, which has no fault."""
    course, problems = read_course(said(at, name), name, scenario)
    assert problems == []
    return course


def press(at, words):
    """Click on the first button whose label has these words."""
    button = next(one for one in at.button if words in one.label.replace("\\", ""))
    at = button.click().run()
    assert not at.exception
    return at


def test_an_event_that_is_added_moves_the_outlook_to_that_of_the_package(
    page, coalition, command, tmp_path, monkeypatch
):
    """The address holds it, and reopens the same; what is taken out is gone."""
    at = page(**OUTLOOK)
    assert "events" not in at.query_params
    at.selectbox(key="kind of event").set_value(1).run()
    at = press(at, "Add")
    course = course_of(at, "events", coalition)
    assert [event.what for event in course.events] == ["incident"]
    run = sim.run(coalition, out=None)
    outlook = section(find_outlook(coalition, course, out=None, signature=run))
    for sentence in outlook.answer:
        assert sentence in shown(at)
    for table in outlook.tables:
        assert table.title in shown(at)
    again = page(**OUTLOOK, events=said(at, "events"))
    assert shown(again) == shown(at)
    text, line, _ = (code.value for code in at.code)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "so_far.toml").write_text(text, encoding="utf-8")
    printed = " ".join(command(*line.split()[1:]).stdout.split())
    assert outlook.answer[0] in printed
    at = press(at, "incident, answered by Ukraine")
    assert course_of(at, "events", coalition).events == ()
    at = press(at, "Start again")
    assert "events" not in at.query_params


def test_only_what_can_have_happened_is_offered(page):
    """Renewals at the ends of years; what the regime cannot have is refused with its reason."""
    at = page(**OUTLOOK)
    kinds = at.selectbox(key="kind of event").options
    at.selectbox(key="kind of event").set_value(kinds.index("renewal of the force, passed")).run()
    months = next(box for box in at.selectbox if box.label == "When").options
    assert [month.rpartition(" ")[2] for month in months[:2]] == ["1.00", "2.00"]
    at.selectbox(key="kind of event").set_value(kinds.index("entry into force")).run()
    assert not any(box.label == "When" for box in at.selectbox)
    assert "no entry into force without an accession" in shown(at)


MONTHS = {"sampling.steps_per_year": "12"}
MONTHLY = [f"[[events]]\nat = {month / 12:.4f}\nwhat = 'incident'\n" for month in range(1, 205)]
HOSTILE = {
    "until = 17\n" + "".join(MONTHLY): "too many for a page",
    "until = ": "not valid TOML",
    "until = " + "[" * 900 + "]" * 900: "deep",
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'attack'": "would be over",
    "until = 1\n[[events]]\nat = 0.5\nwhat = '<b>x</b>'": "no such event",
    "until = 19.5": "leaves no year",
    "until = 1\n[[events]]\nat = 5\nwhat = 'incident'": "after until",
}
"""Courses that cannot be, and a word of what is said."""


@pytest.mark.parametrize("text", HOSTILE)
def test_an_impossible_course_is_answered_in_the_command_lines_words(page, text):
    """No traceback, no answer that was not asked for, and a way to start again."""
    said_there = shown(at := page(**OUTLOOK | MONTHS, events=text))
    assert HOSTILE[text] in said_there
    assert "Still holding after so many years" not in said_there
    at = press(at, "Start again")
    assert "Still holding after so many years" in shown(at)


def test_a_decision_is_the_games_and_going_back_opens_it_again(
    page, coalition, tmp_path, monkeypatch
):
    """What the page shows at each turn is what `sim.Game` gives; a branch keeps what came before."""
    at, game = page(**SEAT), Game(coalition, 3, ["europe"])
    for _ in range(3):
        turn = game.turn
        assert QUESTIONS[turn.actor, turn.node] in shown(at)
        option = list(turn.options)[-1]
        *lines, why = options(turn)
        assert why in shown(at)
        at = press(at, lines[-1].strip())
        game.choose(option)
        assert course_of(at, "course", coalition) == game.course
    assert shown(page(**SEAT, course=said(at, "course"))) == shown(at)
    course, command, python = (code.value for code in at.code)
    assert "ceasefire play coalition --seat europe --world 3 --log game.toml" in command
    monkeypatch.chdir(tmp_path)
    (tmp_path / "game.toml").write_text(course, encoding="utf-8")
    exec(python, names := {})  # noqa: S102  what the page tells its reader to run
    assert names["game"].turn == game.turn
    second = game.course.decisions[1]
    at = next(one for one in at.button if one.key == "decision 1").click().run()
    assert course_of(at, "course", coalition).decisions == game.course.decisions[:1]
    assert f"year {second.at:.2f}" in shown(at)
    at = press(at, "Start again")
    assert "course" not in at.query_params


def test_what_cannot_be_played_is_said(page):
    assert "seat" in shown(page(**SEAT, seat="nobody"))
    assert "world must be between" in shown(page(**SEAT | {"world": "99999"}))
    early = "until = 1\n[[decisions]]\nat = 0.5\nactor = 'Russia'\nchoice = 'attack'"
    assert "would be over" in shown(page(**SEAT, course=early))
