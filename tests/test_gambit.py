"""Gambit's logit equilibrium of the month's crisis is ours.

Against its stored answers, which tests/gambit/README.md explains.
"""

import importlib.util
import math
from fractions import Fraction
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
FOLDER = Path(__file__).parent / "gambit"
SPEC = importlib.util.spec_from_file_location("make_games", FOLDER / "make_games.py")
make_games = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make_games)


@pytest.fixture(scope="module")
def games():
    return make_games.read_games()


@pytest.fixture(
    scope="module",
    params=[4, pytest.param(1, marks=pytest.mark.exhaustive)],
    ids=["every fourth", "all"],
)
def compared(games, request):
    """The games that are compared, of every regime and in every state."""
    return games[:: request.param]


@pytest.fixture(scope="module")
def texts(compared):
    """Of each of these games the text that we write for Gambit."""
    return {game["game"]: make_games.text(game) for game in compared}


def test_there_are_games_of_every_kind(games):
    """At least 300: all regimes, in and out of force, lapsed, renewed and voided, before and after
    elections, reputations near 0 and near 1.
    """
    assert len(games) >= 300
    assert {game["regime"] for game in games} == {
        *make_games.REGIMES,
        *make_games.RICH,
        make_games.ANY,
    }
    for regime in ("nato", "eu", "article5_until_nato"):
        states = [game for game in games if game["regime"] == regime]
        for entered in (0, 1):
            years = [game["years"] for game in states if game["entered"] == entered]
            assert min(years) < 1
            assert max(years) > 10
    for regime in ("fifteen_years", make_games.ANY):
        stands = [make_games.standing(game) for game in games if game["regime"] == regime]
        assert min(map(stands.count, ("lapsed", "renewed", "voided"))) >= 4
    first_election = 1.86  # of the United States, years after the signature
    assert (
        min(
            sum(game["years"] < first_election for game in games),
            sum(game["years"] > first_election for game in games),
        )
        > 100
    )
    for whose in ("reputation_europe", "reputation_united_states"):
        reputations = [game[whose] for game in games]
        assert sum(reputation < 0.01 for reputation in reputations) >= 10
        assert sum(reputation > 0.99 for reputation in reputations) >= 10
        assert min(reputations) < 1e-8
        assert max(reputations) > 1 - 1e-8


def test_choice_probabilities_are_gambits(games, compared):
    """Every probability of every action at every information set equals Gambit's to 1e-6."""
    answers = make_games.read_answers()
    assert answers.keys() == {game["game"] for game in games}
    for game in compared:
        gambits = answers[game["game"]]
        mine = {
            make_games.column(*label): chance
            for label, chance in zip(make_games.labels(game), make_games.ours(game), strict=True)
        }
        gap, where = make_games.most(mine, gambits)
        assert gap < make_games.TOLERANCE, (game["game"], where)


def test_files_are_those_that_gambit_read(games, texts):
    """The text that we write today is the text of which Gambit gave its answer, each number to
    1e-9.
    """
    stored = make_games.read_files()
    assert stored.keys() == {game["game"] for game in games}
    for name, text in texts.items():
        assert make_games.differ(text, stored[name]) < 1e-9, name


def test_a_changed_file_is_noticed(games):
    """The comparison above bites: on another number, another word, and one line less."""
    text = make_games.text(games[0])
    number = next(iter(make_games._NUMBER.finditer(text)))
    assert make_games.differ(text, text[: number.start()] + "77.0" + text[number.end() :]) > 1
    assert make_games.differ(text, text.replace("escalate", "attack", 1)) == math.inf
    assert make_games.differ(text, text.rsplit("\n", 2)[0]) == math.inf


def test_examples_are_among_the_files():
    """The files for readers are files of the archive."""
    stored = make_games.read_files()
    examples = {path.stem: path.read_text() for path in make_games.EXAMPLES.iterdir()}
    assert examples == {name: stored[name] for name in make_games.SHOWN}


def test_probabilities_of_chance_add_up_to_one(texts):
    """In decimals, exactly: Gambit reads them so."""
    for text in texts.values():
        for line in text.splitlines():
            if line.startswith("c "):
                assert sum(map(Fraction, make_games._NUMBER.findall(line))) == 1, line
