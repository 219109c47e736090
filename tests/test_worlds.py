"""One world: its story is that of the ensemble, told the same every time, and the game in it is the
one that the actors play.
"""

import json
import re
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from elements import LIBRARY
from typer.testing import CliRunner

import sim
from sim.analysis.typical import typical
from sim.cli import app
from sim.game.endings import Cause, Reason
from sim.presentation.deeds import deeds
from sim.presentation.story import History, chapters
from sim.presentation.worlds import ledger, paragraphs, title

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("blank_figures")]
HERE = Path(__file__).parent
OFTEN = ("none", "armed_neutrality", "nato", "article5_until_nato", "fifteen_years")
"""Scenarios that between them have every way of ending, and promises that lapse and begin."""
REGIMES = [
    name if name in OFTEN else pytest.param(name, marks=pytest.mark.exhaustive)
    for name in LIBRARY
    if name != "base"
]
SAMPLING = {"sampling.designs": 150, "sampling.replicates": 10, "sampling.steps_per_year": 4}


def played(scenario: sim.Scenario, world: int) -> sim.CeasefireModel:
    """A model of one world, run to its end."""
    model = sim.CeasefireModel(scenario, [world])
    while model.running:
        model.step()
    return model


def expected(node, player):
    """What a player expects from a node of the tree of the document."""
    if "ends" in node:
        return node["payoffs"][player]
    return sum(
        branch["chance"] * expected(branch["then"], player) for branch in node["branches"].values()
    )


def crisis_values(crisis):
    """What attacking, holding and probing are worth to Russia."""
    return np.array([crisis.attack_now[0], crisis.value_of_holding[0], crisis.value_of_probing[0]])


@cache
def ran(name):
    return sim.run(sim.load(LIBRARY[name], SAMPLING), out=None)


@pytest.mark.parametrize("regime", REGIMES)
def test_a_replay_is_what_the_ensemble_recorded(regime):
    """Every column of the outcomes, bit for bit, for up to two worlds of each way of ending."""
    scenario, outcomes = sim.load(LIBRARY[regime], SAMPLING), ran(regime).outcomes
    chosen = outcomes.groupby("cause", observed=True).head(2)
    assert set(chosen["cause"]) >= {"attack", "held"}
    for _, recorded in chosen.iterrows():
        model = played(scenario, recorded["world"])
        assert model.years_held[0] == recorded["years"]
        assert list(Cause)[model.cause[0]] == recorded["cause"]
        assert (model.probes[0], model.histories.firm_answers[0]) == (
            recorded["probes"],
            recorded["firm_answers"],
        )
        wars = model.wars
        assert (wars.europe_intervenes[0], wars.us_backs[0]) == (
            recorded["europe_intervenes"],
            recorded["us_backs"],
        )
        assert (
            ", ".join(name for name, fought in wars.fought.items() if fought[0])
            == recorded["members_fought"]
        )
        np.testing.assert_array_equal(wars.russia_prevails[0], recorded["russia_prevails"])
        assert model.terms_drift[0] == recorded["terms_drift"]
        assert wars.reasons[0] == (
            -1 if pd.isna(recorded["reason"]) else list(Reason).index(recorded["reason"])
        )
        last = model.journal.events[-1]
        assert last.kind == ("held" if recorded["held"] else "war")
        assert last.years == pytest.approx(recorded["years"], abs=1e-6)


def test_all_ways_of_ending_are_among_the_replayed():
    """The test before this one covers every cause."""
    assert {cause for name in OFTEN for cause in ran(name).outcomes["cause"]} == {
        str(cause) for cause in Cause
    }


def test_the_story_is_as_it_was(same_as_file, scenarios):
    """A change of behaviour is a readable difference between two stories."""
    same_as_file(
        HERE / "stories" / "coalition_5861.txt",
        played(sim.load(scenarios / "coalition.toml"), 5861).story() + "\n",
    )


def test_decisions_are_told_with_the_chances_they_were_taken_with(scenarios):
    """Russia's chances add up to 1, and are the logit response to the values that the story tells."""
    scenario = sim.load(scenarios / "none.toml")
    models = [played(scenario, world) for world in range(5)]
    reviews = [
        (event.details, model.parameters.russia.choice_noise[0])
        for model in models
        for event in model.journal.events
        if event.kind == "russia reviews"
    ]
    assert len(reviews) > 20
    for review, noise in reviews:
        values = np.array(
            [review[f"value_of_{course}"] for course in ("attacking", "holding", "probing")]
        )
        chances = np.array(
            [review[f"chance_of_{course}"] for course in ("attack", "holding", "probe")]
        )
        weights = np.exp((values - values.max()) / noise)
        np.testing.assert_allclose(chances, weights / weights.sum(), rtol=1e-12)


def test_a_story_needs_one_world(scenarios):
    """A model of many worlds says how to get a story instead of telling none."""
    with pytest.raises(ValueError, match="of one simulated history"):
        sim.CeasefireModel(sim.load(scenarios / "none.toml"), 2).story()


def test_the_same_history_under_another_regime_parts_where_something_else_is_done(
    scenarios, command
):
    """Before the mark both histories have the same deeds.

    After it one has a deed that the other has not.
    """
    lines = command(
        "replay",
        scenarios / "coalition.toml",
        "--world",
        5861,
        "--under",
        scenarios / "article5_like.toml",
        "--full",
    ).stdout.splitlines()[2:]
    parting = lines.index("--- here they part ---")
    assert all(line[:2] in ("= ", "<~", ">~") for line in lines[1:parting])
    assert lines[parting + 1][:2] in ("< ", "> ")


def test_a_history_never_parts_from_itself(scenarios, command):
    """Told twice under one regime, every line is shared."""
    path = scenarios / "none.toml"
    lines = command("replay", path, "--world", 3, "--under", path, "--full").stdout.splitlines()
    assert all(line.startswith("=") for line in lines[2:] if line)
    printed = command("replay", path, "--world", 3, "--under", path).stdout
    assert "The two histories never part" in printed


def test_typical_worlds_are_of_their_kind_and_in_its_middle():
    """The typical world of a way of ending ended in that way, between the quartiles of its years."""
    outcomes = ran("none").outcomes
    for cause, world in typical(ran("none")).items():
        kind = outcomes[outcomes["cause"] == str(cause)]
        years = outcomes.set_index("world").loc[world, "years"]
        assert world in set(kind["world"])
        assert kind["years"].quantile(0.1) <= years <= kind["years"].quantile(0.9)


def test_replay_of_typical_worlds_tells_one_of_each(scenarios, tmp_path, command):
    """One story for each way of ending that occurs, and a figure of each."""
    figure = tmp_path / "world.png"
    document = json.loads(
        command(
            "replay",
            scenarios / "none.toml",
            "--typical",
            "--set",
            "sampling.designs=100",
            "--set",
            "sampling.steps_per_year=4",
            "--out",
            tmp_path / "runs",
            "--figure",
            figure,
            "--json",
        ).stdout
    )
    assert {one["typical"] for one in document["worlds"]} == {str(cause) for cause in Cause}
    for one in document["worlds"]:
        end = one["events"][-1]
        assert end["details"].get("cause", "held") == one["typical"]
        assert figure.with_stem(f"world-{one['typical']}").read_bytes().startswith(b"\x89PNG")


def test_words_and_document_tell_the_same(scenarios, command):
    """The lines on the terminal are the words of the JSON document: all events with --full, the
    paragraphs without.
    """
    path = scenarios / "eu.toml"
    (one,) = json.loads(command("replay", path, "--world", 7, "--json").stdout)["worlds"]
    printed = command("replay", path, "--world", 7, "--full").stdout
    assert printed.rstrip().splitlines() == [title(one), "", *ledger(one)]
    story = command("replay", path, "--world", 7).stdout
    words = story.split()
    for paragraph in paragraphs(one):
        assert paragraph.heading in story.splitlines()
        text = paragraph.text.split()
        assert any(words[at : at + len(text)] == text for at in range(len(words)))
    assert max(map(len, story.splitlines())) <= 80


@pytest.fixture(scope="module")
def journals(scenarios):
    """Six histories under each of three guarantees."""
    return [
        sim.replay(sim.load(scenarios / f"{name}.toml"), world) | {"label": name, "typical": None}
        for name in ("none", "coalition", "nato")
        for world in range(6)
    ]


def test_a_story_says_what_mattered_and_when(journals):
    """Every war, refusal, new leader, soft answer and statement at an election stands in the
    paragraph of its year, with the month; years in which nothing mattered are one paragraph.
    """
    for journal in journals:
        story = paragraphs(journal)
        text = {paragraph.heading: paragraph.text for paragraph in story}
        assert len(text) == len(story)
        for deed in deeds(journal):
            if deed.is_lasting and not deed.sort:
                year = -(-deed.step // 12)
                (own,) = (
                    paragraph
                    for heading, paragraph in text.items()
                    if heading.startswith(f"Year {year} ")
                )
                assert deed.clause in own
        assert not any(
            "Nothing happened" in before.text and "Nothing happened" in after.text
            for before, after in pairwise(story)
        )


def test_turning_points_are_where_the_odds_moved(journals):
    """A month in which the chance of attack at a review moved by 5 percentage points is called a
    turning point, and no other is.
    """
    counts = []
    for journal in journals:
        chances = [state["chance_of_attack"] for state in journal["states"]]
        if journal["events"][-1]["kind"] == "war":
            chances.pop()
        jumps = int((np.abs(np.diff(chances)) >= 0.05).sum())
        counts.append(jumps)
        text = " ".join(paragraph.text for paragraph in paragraphs(journal))
        assert text.count("turning point") == jumps
    assert sum(counts) > 5


def test_a_quiet_year_that_is_cut_short_has_no_more_than_its_months(journals):
    """In the month before a review Russia weighed nothing."""
    cuts = 0
    for journal in journals:
        history = History(journal)
        reviews = [it["step"] for it in journal["events"] if it["kind"] == "russia reviews"]
        for step in reviews:
            month = step - 1
            if not month or month in reviews:
                continue
            (cut,) = chapters(history, month, month)
            cuts += cut.text.startswith("Nothing happened")
            assert "weighed its choice" not in cut.text
    assert cuts > 10


def test_no_change_is_stated_that_rounds_to_none(journals):
    """Neither of a belief, from 97.2 to 97.4 %, nor of an army: nothing that goes from 78 to 78."""
    quiet = 0
    for journal in journals:
        for deed in deeds(journal):
            if deed.kind in ("election", "renewal", "funds", "probe", "member election"):
                quiet += "the belief" not in deed.clause
        text = " ".join(paragraph.text for paragraph in paragraphs(journal))
        changes = re.findall(r"from ([\d.]+)(?: %)? to ([\d.]+)", text)
        assert all(before != after for before, after in changes)
        assert "stayed at" not in text
    assert quiet > 10


def test_against_whom_russia_fights_is_who_came(journals):
    """Ukraine alone where nobody did."""
    wars = [deed for journal in journals for deed in deeds(journal) if deed.kind == "war"]
    alone = ["neither Europe nor" in war.clause or "nobody joined" in war.clause for war in wars]
    assert set(alone) == {True, False}
    for war, nobody in zip(wars, alone, strict=True):
        against = "Against Ukraine alone, " if nobody else "Against those who came, "
        assert f"{against}Russia's chance" in war.behind


def test_a_turning_point_in_a_month_without_a_deed_names_its_month(scenarios):
    """In this history a new leader comes in September 2031, and the chance goes on to rise."""
    journal = sim.replay(sim.load(scenarios / "coalition.toml"), 1044)
    history = History(journal)
    (year,) = chapters(history, 49, 60)
    assert year.text.count("turning point") == 2
    assert ". That was a turning point: " in year.text
    assert ". November was a turning point: " in year.text
    assert {57, 59} == {step for step in history.turns if 49 <= step <= 60}


def test_one_member_votes_and_several_vote(journals):
    """The verb, the noun and the article fit the number and the names."""
    words = [
        event["words"]
        for journal in journals
        for event in journal["events"]
        if event["kind"] in ("member election", "war")
    ]
    elections = [line for line in words if "lection" in line]
    assert any(line.startswith("The election in the United Kingdom: ") for line in elections)
    assert any(line.startswith("Elections in France and Finland: ") for line in elections)
    for line in elections:
        states = line.split(" in ", 1)[1].split(":")[0]
        assert line.startswith("Elections") == (" and " in states)
    for line in words:
        if fights := re.search(r"\((.*) (fights?)\)", line):
            assert (fights[2] == "fight") == (" and " in fights[1])


def test_where_two_histories_part_the_reason_is_named(scenarios, command):
    """The deed of each, and the odds that differed."""
    printed = command(
        "replay",
        scenarios / "coalition.toml",
        "--world",
        5861,
        "--under",
        scenarios / "article5_like.toml",
    ).stdout
    parting = " ".join(printed.split("Here the two histories part, in June 2030")[1].split())
    assert parting.startswith(
        "Under Coalition of the willing a serious incident broke the calm, Ukraine retaliated, and "
        "Russia backed down; under Article 5-like protection a serious incident broke the calm, "
        "and Ukraine absorbed it. Both met the same random "
        "events, but the chance that "
    )


def test_before_two_histories_part_every_number_is_that_of_the_guarantee_it_is_under(journals):
    """What comes before the parting is the same whichever history is named first, and the
    signature under each name is the one of its own story.
    """
    for own, other in zip(journals[6:12], journals[12:], strict=True):
        before = [
            set(takewhile(lambda it: "two histories" not in it.heading, paragraphs(both)))
            for both in (own | {"under": other}, other | {"under": own})
        ]
        assert before[0] == before[1]
        texts = {paragraph.heading: paragraph.text for paragraph in before[0]}
        for journal in (own, other) if texts else ():
            signed, *_ = paragraphs(journal)
            assert texts[f"{journal['label']} · {signed.heading}"] == signed.text


def test_the_game_is_the_one_of_that_month(scenarios, tmp_path, command):
    """The command shows the crisis of that world at that time, at its equilibrium, and writes it
    for Gambit.
    """
    path, efg = scenarios / "nato.toml", tmp_path / "month.efg"
    document = json.loads(
        command(
            "game",
            path,
            "--year",
            3,
            "--world",
            17,
            "--efg",
            efg,
            "--figure",
            tmp_path / "tree.png",
            "--json",
        ).stdout
    )
    model = sim.CeasefireModel(sim.load(path), [17])
    while model.years < 3:
        model.step()
    crisis = model.crisis(np.zeros(1, dtype=np.intp))
    assert document["reputations"]["europe"] == model.europe.reputation[0]
    assert document["foresight"][0]["value_of_attacking"] == pytest.approx(
        float(crisis.attack_now[0]), rel=1e-14
    )
    assert [row["years_ahead"] for row in document["foresight"]] == [0, 1, 2, 3, 5, 8, 12]
    (review,) = (
        known
        for known in document["information_sets"]
        if known["information_set"] == "Russia: reviews"
    )
    chances = [review["actions"][action]["probability"] for action in ("attack", "hold", "probe")]
    np.testing.assert_allclose(chances, crisis.response[:, 0], rtol=1e-12)
    assert document["largest_gap_to_logit_response"] < 1e-12
    assert expected(document["tree"], "Russia") == pytest.approx(
        crisis.response[:, 0] @ crisis_values(crisis), rel=1e-12
    )
    assert efg.read_text().startswith('EFG 2 R "nato, history 17, year 3"')
    assert (tmp_path / "tree.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["replay", "--world", "99999"], "--world 99999"),
        (["replay"], "--world"),
        (["game", "--year", "21"], "--year 21"),
        (["game", "--world", "-1"], "--world -1"),
        (["replay", "--world", "1", "--out", "page.html"], "--out"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(words, says, scenarios):
    """Exit code 2, one line on standard error that says what is allowed."""
    name, *options = words
    result = CliRunner().invoke(app, [name, str(scenarios / "none.toml"), *options])
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ["game", "--efg", "/no/such/folder/x.efg"],
        ["game", "--figure", "x.nothing"],
        ["replay", "--world", "1", "--figure", "/no/such/folder/x.png"],
        ["replay", "--world", "1", "--figure", "x.nothing"],
    ],
)
def test_the_answer_is_printed_before_a_file_that_cannot_be_written(words, scenarios):
    """Exit code 2 and one line on standard error that names the file."""
    name, *options = words
    whole = CliRunner().invoke(app, [name, str(scenarios / "none.toml"), *options[:-2]])
    result = CliRunner().invoke(app, [name, str(scenarios / "none.toml"), *options])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{options[-1]}: cannot be written")
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == whole.stdout != ""


def test_a_world_that_ended_has_no_game_any_more(scenarios):
    """The message says when it ended."""
    outcomes = sim.run(
        sim.load(scenarios / "coalition.toml", {"sampling.designs": 40}), out=None
    ).outcomes
    ended = outcomes[outcomes["years"] < 9].iloc[0]
    result = CliRunner().invoke(
        app,
        ["game", str(scenarios / "coalition.toml"), "--world", f"{ended['world']}", "--year", "9"],
    )
    assert result.exit_code == 2
    assert f"{ended['world']}" in result.stderr
    assert f"{ended['years']:.2f}" in result.stderr
