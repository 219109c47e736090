"""A seat at the table: what it sees, what becomes of its choices, its log, and what each decision was
worth.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.model.ceasefire import CeasefireModel
from sim.model.chance import Branch
from sim.model.table import Table
from sim.presentation.after_action import after_action as section_of
from sim.presentation.seat import QUESTIONS, options, situation
from sim.scenario.course import CHOICES, Course, Decision, Event
from sim.study.after_action import after_action, held
from sim.study.play import SEATS, Game, branched

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("blank_figures")]
WORLD = 5861


@pytest.fixture(scope="module")
def coalition(scenarios):
    return sim.load(scenarios / "coalition.toml")


@pytest.fixture
def play(scenarios, tmp_path, monkeypatch):
    """The command in an empty folder, with these lines on standard input."""
    monkeypatch.chdir(tmp_path)

    def run(*words, lines="", code=0, world=WORLD):
        words = ("play", scenarios / "coalition.toml", "--world", world, *words)
        result = CliRunner().invoke(app, [str(word) for word in words], input=lines)
        assert result.exit_code == code, result.output
        return result

    return run


def played(scenario, world, course):
    """A model of one history under a course, run to its end."""
    model = sim.CeasefireModel(scenario, [world], course=course)
    while model.running:
        model.step()
    return model


def to_the_end(game, choose):
    """A game in which a function of the turn decides."""
    turns = []
    while (turn := game.turn) is not None:
        turns.append(turn)
        game.choose(choose(turn))
    return turns


def test_whoever_chooses_as_the_model_does_plays_the_history_of_the_model(scenarios):
    """From all four seats, in histories that end in each way that occurs in these: the same events and
    states, bit for bit.
    """
    kinds = set()
    for name, worlds in (("none", (3, 6)), ("nato", (17,))):
        scenario = sim.load(scenarios / f"{name}.toml")
        for world in worlds:
            game = Game(scenario, world, list(SEATS))
            turns = to_the_end(game, lambda turn: turn.own_choice)
            kinds |= {(turn.actor, turn.node) for turn in turns}
            journal = played(scenario, world, None).journal.document()
            assert game.journal == journal
            assert played(scenario, world, game.course).journal.document() == journal
    assert len(kinds) >= 7


def test_a_log_replays_the_game_bit_for_bit(coalition):
    """Choices against those of the model in every second year: the course of the game gives its
    history again, and sets nothing else.
    """

    def contrary(turn):
        if turn.years % 2 < 1:
            return turn.own_choice
        return next(option for option in turn.options if option != turn.own_choice)

    game = Game(coalition, WORLD, ["europe", "united_states"])
    turns = to_the_end(game, contrary)
    assert len(turns) > 10
    assert played(coalition, WORLD, game.course).journal.document() == game.journal
    chosen = {(decision.at, decision.actor): decision.choice for decision in game.course.decisions}
    assert len(game.course.decisions) == len(turns)
    assert all(a.at <= b.at for a, b in pairwise(game.course.decisions))
    for event in game.journal["events"]:
        if event["kind"] == "answer":
            answer = event["details"]["answer"].removesuffix("ly")
            assert answer == chosen[event["years"], "Europe"]


def test_a_seat_knows_nothing_private_of_the_others(scenarios):
    """What a turn has of values and types is the actor's own, and what has happened is what all saw."""
    scenario = sim.load(scenarios / "none.toml")
    private = {
        "Russia": {"value_of_prevailing", "insecurity"},
        "Ukraine": set(),
        "Europe": {"europe_resolute"},
        "United States": {"us_resolute"},
    }
    seen = set()
    for world in (3, 6):
        for turn in to_the_end(Game(scenario, world, list(SEATS)), lambda turn: turn.own_choice):
            public = {"russia_strength", "ukraine_strength", "will"}
            public |= {"reputation_europe", "reputation_united_states"}
            assert set(turn.knows) == public | private[turn.actor]
            words = {key for event in turn.events for key in event}
            assert not words & {
                *("value_of_prevailing", "insecurity", "chance_of_attack", "before"),
                *("value_of_attacking", "reason", "russia_prevails"),
            }
            assert all(event["years"] <= turn.years + 1e-6 for event in turn.events)
            assert sum(turn.options.values()) == pytest.approx(1)
            assert list(turn.options) == list(CHOICES[turn.actor][turn.node])
            text = " ".join([*situation(turn, scenario.calendar.signed), *options(turn)])
            assert QUESTIONS[turn.actor, turn.node] in text
            assert ("worth" in text) or turn.actor in ("Europe", "United States")
            seen.add(turn.actor)
    assert seen == set(SEATS.values())


def test_decisions_arise_when_the_description_says(scenarios):
    """Votes in the last month of a year; an answer where Russia probes, retaliation where shots are
    fired, an escalation where Ukraine retaliated, an intervention and a backing in a war of Russia."""
    scenario = sim.load(scenarios / "coalition.toml")
    faced = {}
    for world in range(25):
        model = sim.CeasefireModel(scenario, [world])
        table = Table.in_place_of_journal(model)
        while model.running:
            model.step()
        for one in table.faced:
            seen = [event for event in table.events if event.step == one.step]
            faced.setdefault((one.actor, one.node), []).append((one.step, seen, table.faced))
    assert set(faced) == {(actor, node) for actor, nodes in CHOICES.items() for node in nodes}
    kinds = {
        ("Europe", "answer"): "answer",
        ("Europe", "intervention"): "war",
        ("United States", "backing"): "war",
        ("United States", "statement"): "election",
        ("Ukraine", "retaliation"): "incident",
    }
    for who, kind in kinds.items():
        assert all(kind in {event.kind for event in seen} for _, seen, _ in faced[who]), who
    for who in (("Europe", "renewal"), ("United States", "funds")):
        assert all(step % scenario.sampling.steps_per_year == 0 for step, _, _ in faced[who])
    for step, _, others in faced["Russia", "escalation"]:
        (before,) = (one for one in others if (one.step, one.node) == (step, "retaliation"))
        assert before.chosen == "retaliate"


def test_the_odds_that_ukraine_reads_tell_nothing_of_the_leader_of_russia(scenarios):
    """They are the same whatever Russia's values are; the chance by which Ukraine acts is not."""
    scenario = sim.load(scenarios / "none.toml")
    course = Course(0.25, (Event(0.25, "incident", {"retaliated": True}),))
    read, true = set(), set()
    for value in (0.1, 5.0):
        settings = {"russia.value_of_prevailing": np.array([value])}
        model = CeasefireModel(scenario, [4], settings=settings, course=course)
        table = Table.in_place_of_journal(model)
        for _ in range(3):
            model.step()
        (faced,) = (one for one in table.faced if one.node == "retaliation")
        read.add(faced.chances["retaliate"])
        true.add(round(float(model.log_weight[0]), 6))
    assert len(read) == 1, read
    assert len(true) == 2


def test_every_node_has_a_question():
    assert set(QUESTIONS) == {(actor, node) for actor, nodes in CHOICES.items() for node in nodes}


def test_the_command_asks_until_an_option_is_named(play):
    """By number or by name; what is neither is refused, and the next line is read."""
    result = play("--seat", "europe", lines="banana\n7\n\nRENEW\n2\n")
    assert result.stderr.count("no such option; type 1 or renew, 2 or let lapse") == 3
    log = sim.load_course("play-coalition-5861.toml", sim.Scenario())
    assert log == Course(
        0.0, (), (Decision(1.0, "Europe", "renew"), Decision(2.0, "Europe", "let lapse"))
    )
    assert "The coalition failed to renew its deployment" in " ".join(result.stdout.split())
    assert "ceasefire replay" in result.stdout


def test_an_input_that_never_names_an_option_ends(play, tmp_path):
    """A thousand lines in a row are refused, then the game stops; its log is whole."""
    result = play("--seat", "europe", lines="1\n" + "no\n" * 1001, code=2)
    assert result.stderr.strip().endswith("lines in a row name no option; the game stops")
    log = sim.load_course(tmp_path / "play-coalition-5861.toml", sim.Scenario())
    assert [decision.choice for decision in log.decisions] == ["renew"]


def test_a_game_goes_on_from_its_log_and_branches(play, tmp_path, coalition):
    """Resumed, it asks for what is not decided; branched, it keeps what came before, in a new file."""
    play("--seat", "europe", "--log", "g.toml", lines="1\n2\n1\n")
    first = (tmp_path / "g.toml").read_bytes()
    resumed = play("--seat", "europe", "--log", "g.toml")
    assert "year 4.00" in resumed.stdout
    assert (tmp_path / "g.toml").read_bytes() == first
    once = play("--seat", "europe", "--log", "g.toml", lines="1\n" * 40).stdout
    straight = play("--seat", "europe", "--log", "h.toml", lines="1\n2\n" + "1\n" * 41).stdout
    assert "The ceasefire" in once
    assert (tmp_path / "g.toml").read_bytes() == (tmp_path / "h.toml").read_bytes()
    assert straight.split("year 4.00")[1].replace("h.toml", "g.toml") == once.split("year 4.00")[1]
    play("--seat", "europe", "--course", "g.toml", "--branch-at", 2.5, lines="2\n")
    branch = sim.load_course("g-from-2.5.toml", coalition)
    assert [decision.choice for decision in branch.decisions] == ["renew", "let lapse", "let lapse"]
    whole = sim.load_course("g.toml", coalition)
    assert branched(whole, 2.5).decisions == branch.decisions[:2]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["--seat", "china"],
            "--seat china: must be one of russia, ukraine, europe, united_states",
        ),
        (["--seat", "europe", "--world", "10000"], "--world 10000: must be between 0 and 9999"),
        (["--seat", "europe", "--course", "no.toml"], "no.toml: cannot be read"),
        (["--seat", "europe", "--course", "bad.toml"], "bad.toml:3: decisions[1].choice: must be"),
        (["--seat", "europe", "--course", "g.toml", "--log", "bad.toml"], "bad.toml: exists"),
        (["--seat", "europe", "--branch-at", "3"], "--branch-at 3: needs --course"),
        (
            ["--seat", "europe", "--course", "g.toml", "--branch-at", "nan"],
            "--branch-at nan: must lie between the signature and the horizon, 20 years",
        ),
        (["--seat", "europe", "--log", "/no/such/x.toml"], "/no/such/x.toml: cannot be written"),
        (
            ["--seat", "europe", "--course", "g.toml", "--branch-at", "3", "--log", "bad.toml"],
            "bad.toml: exists; name a new log",
        ),
    ],
)
def test_what_cannot_be_played_is_refused_in_one_line(play, tmp_path, words, says):
    """Exit code 2, and nothing is written."""
    (tmp_path / "g.toml").write_text("until = 0.0\n")
    bad = '[[decisions]]\nat = 1.0\nchoice = "run"\nactor = "Europe"\n'
    (tmp_path / "bad.toml").write_text(bad)
    result = play(*words, code=2)
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.toml", "g.toml"]


def process(scenarios, folder, *words):
    """The command as a process of its own."""
    path = str(scenarios / "coalition.toml")
    return subprocess.Popen(
        [sys.executable, "-c", "from sim.cli import app; app()", "play", path, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(scenarios.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def signalled():
    """Signals reach the processes that are started now, also where the tests themselves were started
    in the background, where these are ignored.
    """
    own = {signal.SIGHUP: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in own.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signalled")
@pytest.mark.parametrize(
    "end",
    ["interrupt", "kill", "broken pipe", pytest.param("hang up", marks=pytest.mark.exhaustive)],
)
def test_nothing_is_lost_whatever_ends_the_game(scenarios, tmp_path, end, patience):
    """Ctrl-C says where the log is; after a kill, or without a terminal, it is there all the same."""
    words = ("--seat", "europe", "--world", str(WORLD), "--log", "g.toml")
    with process(scenarios, tmp_path, *words) as game:
        game.stdin.write("1\n2\n")
        game.stdin.flush()
        shown = ""
        while "year 3.00" not in shown:
            shown += game.stdout.readline()
        if end == "broken pipe":
            game.stdout.close()
            game.stdin.write("1\n")
            game.stdin.close()
        else:
            signals = {"interrupt": signal.SIGINT, "kill": signal.SIGKILL, "hang up": signal.SIGHUP}
            game.send_signal(signals[end])
        code = game.wait(patience)
        errors = game.stderr.read()
    log = sim.load_course(tmp_path / "g.toml", sim.load(scenarios / "coalition.toml"))
    assert [decision.choice for decision in log.decisions][:2] == ["renew", "let lapse"]
    assert "Traceback" not in errors
    if end == "interrupt":
        assert code == 130
        assert "g.toml has every decision" in errors


def test_continuations_are_the_history_until_they_branch(coalition):
    """Up to the month of the decision all hold or none does, as the history; the same numbers meet the
    same chances whatever was decided, and those of a decision that changes nothing end alike.
    """
    free = held(coalition, WORLD, Course(), 24, 240, 300)
    assert 0 < free.mean() < 1
    assert (held(coalition, WORLD, Course(), 24, 240, 300) == free).all()
    assert held(coalition, WORLD, Course(), 24, 24, 300).all()
    as_it_was = Course(0.0, (), (Decision(2.0, "Europe", "renew"),))
    assert (held(coalition, WORLD, as_it_was, 24, 240, 300) == free).all()
    otherwise = Course(0.0, (), (Decision(2.0, "Europe", "let lapse"),))
    changed = held(coalition, WORLD, otherwise, 24, 240, 300) != free
    assert 0 < changed.mean() < 0.1


def test_continuations_follow_the_law_of_histories(scenarios):
    """Over 400 histories with a continuation each from year 2 on, as many hold ten years as of the
    histories themselves, within 4 standard errors of the difference in pairs: 1 false alarm in 16,000.
    """
    scenario, worlds = sim.load(scenarios / "none.toml"), np.arange(0, 4000, 10)
    models = [
        sim.CeasefireModel(scenario, worlds, branches=branches)
        for branches in ((), [Branch(24, np.arange(400))])
    ]
    for model in models:
        while model.running and model.years < 10:
            model.step()
    more = models[1].at_peace.astype(float) - models[0].at_peace
    assert (models[1].years_held < 2).sum() == (models[0].years_held < 2).sum()
    assert more.any()
    assert abs(more.mean()) < 4 * more.std(ddof=1) / np.sqrt(len(more))


def test_what_a_decision_was_worth_is_counted_in_pairs(scenarios):
    """The share that holds is that of the continuations, the difference that of pairs on common chance;
    its error is less than that of independent counts, and an option against itself is 0.
    """
    scenario = sim.load(scenarios / "none.toml")
    game = Game(scenario, 3, ["europe"])
    to_the_end(game, lambda turn: "soft" if "soft" in turn.options else turn.own_choice)
    seen = []
    after = after_action(
        scenario, 3, game.course, 400, progress=lambda done, count: seen.append((done, count))
    )
    assert len(after.judged) == len([d for d in game.course.decisions if d.choice == "soft"])
    assert seen[-1] == (len(after.judged), len(after.judged))
    first = after.judged[0]
    decided = game.course.decisions[0]
    for option in first.options:
        course = Course(0.0, (), (Decision(decided.at, "Europe", option.choice),))
        step = round(12 * decided.at)
        counted = held(scenario, 3, course, step, step + 120, 400)
        assert option.holds.value == counted.mean()
        assert option.holds.low <= counted.mean() <= option.holds.high
    (other,) = first.others
    assert first.choice.choice == "soft"
    assert first.choice.difference.value == first.choice.difference.high == 0
    assert other.difference.value == pytest.approx(other.holds.value - first.choice.holds.value)
    independent = np.hypot(
        other.holds.high - other.holds.low, first.choice.holds.high - first.choice.holds.low
    )
    assert other.difference.high - other.difference.low < independent


def test_a_decision_without_an_occasion_is_named(coalition):
    """It changed nothing, and the section says so."""
    course = Course(0.0, (), (Decision(2.5, "Europe", "firm"),))
    after = after_action(coalition, WORLD, course, 50)
    assert after.judged == ()
    assert [idle.choice for idle in after.idle] == ["firm"]
    (sentence,) = section_of(after, coalition.calendar.signed).answer
    assert sentence.startswith("June 2029: Europe had nothing to decide")


def test_the_replay_of_a_game_judges_it_and_writes_its_page(
    scenarios, tmp_path, command, monkeypatch
):
    """Story, sentences and table on the terminal; the same on one page; all of it as JSON."""
    monkeypatch.setattr("sim.study.after_action.after_action.__defaults__", (60, None))
    log = tmp_path / "g.toml"
    decisions = (Decision(4.5, "Europe", "soft"), Decision(5.0, "Europe", "renew"))
    log.write_text(Course(0.0, (), decisions).text())
    words = ["replay", scenarios / "coalition.toml", "--world", WORLD, "--course", log]
    page = tmp_path / "game.html"
    printed = command(*words, "--out", page).stdout
    text = " ".join(printed.split())
    assert "In June 2031 Europe answered a probe softly: ten years later" in text
    assert "In December 2031 Europe renewed its deployment: ten years later" in text
    assert "In June Russia probed and the coalition answered softly" in text
    html = page.read_text()
    assert "What was each decision worth?" in html
    assert "http" not in html.split("</style>")[1].replace("http://www.w3.org", "")
    assert 'choice = "renew"' in html.replace("&#34;", '"')
    document = json.loads(command(*words, "--json").stdout)
    judged = document["after_action"]["judged"]
    assert [one["chosen"] for one in judged] == ["soft", "renew"]
    assert {option["choice"] for option in judged[0]["options"]} == {"firm", "soft"}
    assert document["worlds"][0]["events"][-1]["kind"] in ("held", "war")


def test_a_course_goes_with_one_history_only(scenarios, tmp_path, command):
    log = tmp_path / "g.toml"
    log.write_text("until = 0.0\n")
    path = scenarios / "none.toml"
    for more in (["--typical"], ["--world", 1, "--under", path]):
        result = command("replay", path, "--course", log, *more, code=2)
        assert "--course: goes with --world" in result.stderr


@pytest.mark.parametrize("name", ["run_a_wargame", "write_a_strategy"])
def test_the_how_to_runs(name, scenarios, tmp_path, monkeypatch, capsys):
    """Its Python as it stands, and its commands one after the other, with options to read."""
    page = (scenarios.parent / "docs" / "how-to" / f"{name}.md").read_text()
    (tmp_path / "scenarios").symlink_to(scenarios)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.study.after_action.after_action.__defaults__", (60, None))
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, names)  # noqa: S102  it is our own page
    for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL):
        words = shlex.split(block.rpartition("| ")[2].replace("\\\n", " "))
        result = CliRunner().invoke(app, words[1:], input="1\n2\n" * 3)
        assert result.exit_code == 0, result.output
    for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL):
        (tmp_path / "x.toml").write_text(block)
        assert sim.load_course("x.toml", sim.load(scenarios / "coalition.toml")).decisions
    printed = capsys.readouterr().out
    assert "percentage points" in printed or name == "run_a_wargame"
