"""The month's crisis as a tree: its shape, and that the formulas of the crisis are its agent
quantal response equilibrium.
"""

import importlib.util
import itertools
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sim
from sim.game.equilibrium import (
    action_values,
    behaviour,
    beliefs,
    expected_payoff,
    logit_gap,
    logit_response,
    regret,
)
from sim.game.extensive_form import Action, Chance, End, InformationSet, Move, Player, Tree
from sim.game.tree import crisis_tree

pytestmark = pytest.mark.long
SPEC = importlib.util.spec_from_file_location(
    "make_games", Path(__file__).parent / "gambit" / "make_games.py"
)
make_games = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make_games)

SCENARIOS = Path(__file__).parents[1] / "scenarios"
REVIEW = InformationSet(Player.RUSSIA)
WORLDS = 6
STATES = {
    **{key: st.floats(*limits) for key, limits in make_games.RANGES.items()},
    **{key: st.floats(*limits) for key, limits in make_games.OPTIONS.items()},
    "entered": st.integers(0, 1),
    "renewed": st.integers(0, 1),
    "voided": st.sampled_from((0, 0, 0, 1)),
    "years": st.floats(0, 20),
    "russia": st.floats(60, 220),
    "ukraine": st.floats(30, 140),
    "arms": st.floats(0, 150),
    "will": st.floats(0.1, 1),
    "ground": st.floats(0.5, 1),
}
TYPED = ("reputation_europe", "reputation_united_states")
NEAR_NOTHING = st.sampled_from((0.0, *make_games.EXTREME, 1.0)) | st.floats(0, 1)
SOME = st.floats(0.05, 0.95)


def state(reputation):
    """Anything that a crisis may be: a regime with every provision, all numbers, any moment."""
    fixed = make_games.numbers_of(sim.load(SCENARIOS / "nato.toml"), lambda: np.array(0.5))
    return st.fixed_dictionaries(STATES | dict.fromkeys(TYPED, reputation)).map(
        lambda drawn: make_games.crisis(fixed | drawn)
    )


def months(regime):
    """Crises of a regime: the first month, the third year and the last.

    Reputations as they are, and at either end.
    """
    model = sim.CeasefireModel(sim.load(SCENARIOS / f"{regime}.toml"), WORLDS)
    for month in (1, 36, 239):
        while model.steps < month and model.running:
            model.step()
        yield model.crisis(np.arange(WORLDS))
        held = model.europe.reputation.copy(), model.united_states.reputation.copy()
        model.europe.reputation[:], model.united_states.reputation[:] = (
            [0, 1e-12, 1, 1, 1 - 1e-12, 0],
            [0, 1, 0, 1 - 1e-12, 1, 1e-12],
        )
        yield model.crisis(np.arange(WORLDS))
        model.europe.reputation[:], model.united_states.reputation[:] = held


@pytest.fixture(scope="module")
def tree():
    return crisis_tree(next(months("article5_like")))


def plays(node, own=()):
    """Every way to each move: the node, and before it the pairs of information set and action."""
    match node:
        case Chance(_, branches):
            for _, child in branches.values():
                yield from plays(child, own)
        case Move(known, actions):
            yield node, own
            for action, child in actions.items():
                yield from plays(child, (*own, (known, action)))


# Its shape


def test_the_tree_has_the_moves_of_the_written_model(tree):
    """Model.md, section 3, "The tree": who moves, in how many information sets, each of how many
    nodes.
    """
    sets = {
        player: [known for known in tree.information_sets if known.player is player]
        for player in Player
    }
    assert {player: len(held) for player, held in sets.items()} == {
        Player.RUSSIA: 2,  # at a review, and after it was answered
        Player.UKRAINE: 1,
        Player.EUROPE: 2
        * (1 + 3),  # of each type: a probe; an attack, and an escalation after either answer
        Player.UNITED_STATES: 2
        * 3
        * 2,  # of each type: the same beginnings of war, and the coalition in or out
    }
    nodes = {known: len(moves) for known, moves in tree.information_sets.items()}
    assert nodes[REVIEW] == 4
    assert nodes[sets[Player.RUSSIA][1]] == nodes[sets[Player.UKRAINE][0]] == 8
    assert {nodes[known] for known in sets[Player.EUROPE] + sets[Player.UNITED_STATES]} == {2}
    assert sum(isinstance(node, End) for node in tree.nodes) == 4 * (1 + 4 + 2 * (2 + 4))
    assert [*tree.information_sets[REVIEW][0].actions] == [Action.ATTACK, Action.HOLD, Action.PROBE]


def test_nobody_tells_the_nodes_of_an_information_set_apart(tree):
    """Same player, same actions."""
    for known, moves in tree.information_sets.items():
        assert {(move.player, *move.actions) for move in moves} == {
            (known.player, *moves[0].actions)
        }


def test_recall_is_perfect(tree):
    """At every node of an information set its player has the same own past.

    The sets that it was in and what it did there.
    """
    past = {}
    for move, way in plays(tree.root):
        past.setdefault(move.information_set, set()).add(
            tuple(step for step in way if step[0].player is move.player)
        )
    assert {len(pasts) for pasts in past.values()} == {1}


def test_what_is_not_seen(tree):
    """No type but one's own; Ukraine and Russia do not see the coalition's answer.

    The United States see what the coalition does.
    """
    for known, moves in tree.information_sets.items():
        ways = [way for move, way in plays(tree.root) if any(move is node for node in moves)]
        others = {
            step.own_type
            for way in ways
            for step, _ in way
            if step.player is Player.EUROPE and known.player is not Player.EUROPE
        }
        answers = {
            action for way in ways for _, action in way if action in (Action.FIRM, Action.SOFT)
        }
        choices = {
            action
            for way in ways
            for _, action in way
            if action in (Action.INTERVENE, Action.ABSTAIN)
        }
        assert len(others) in (0, 2)
        assert len(answers) == (
            2
            if known.player in (Player.RUSSIA, Player.UKRAINE) and known.seen
            else len(answers & {*known.seen})
        )
        assert len(choices) == (known.player is Player.UNITED_STATES)


def test_information_sets_have_names_of_their_own(tree):
    """In words, too."""
    assert len({*map(str, tree.information_sets)}) == len(tree.information_sets) == 23


# The formulas are its equilibrium


@pytest.mark.parametrize("regime", make_games.REGIMES)
def test_reference_regimes_are_at_their_equilibrium(regime):
    """In and out of force, early and late, reputations at both ends.

    AQRE, with the values of attacking, holding and probing.
    """
    for crisis in months(regime):
        for world in range(WORLDS):
            tree, strategy = crisis_tree(crisis, world), behaviour(crisis, world)
            assert logit_gap(tree, strategy) < 1e-12
            values = (crisis.attack_now, crisis.value_of_holding, crisis.value_of_probing)
            np.testing.assert_allclose(
                [*action_values(tree, strategy)[REVIEW].values()],
                [np.broadcast_to(value, WORLDS)[world] for value in values],
                rtol=0,
                atol=1e-12,
            )


@given(state(NEAR_NOTHING))
@settings(max_examples=80)
def test_the_formulas_are_the_agent_quantal_response_equilibrium(crisis):
    """McKelvey & Palfrey (1998), whatever the numbers."""
    tree, strategy = crisis_tree(crisis), behaviour(crisis)
    assert logit_gap(tree, strategy) < 1e-12
    assert all(math.isclose(sum(chances.values()), 1) for chances in strategy.values())


def test_the_gap_bites():
    """The equilibrium of one month is not that of another."""
    for one, other in itertools.pairwise(make_games.read_games()[::40]):
        assert (
            logit_gap(crisis_tree(make_games.crisis(one)), behaviour(make_games.crisis(other)))
            > 0.01
        )


def test_a_world_of_many_is_the_world_alone():
    """The position in the arrays chooses the world and nothing else."""
    scenario = sim.load(SCENARIOS / "coalition.toml")
    many, alone = sim.CeasefireModel(scenario, WORLDS), sim.CeasefireModel(scenario, [3])
    for model in (many, alone):
        for _ in range(12):
            model.step()
    one, other = (
        crisis_tree(many.crisis(np.arange(WORLDS)), 3),
        crisis_tree(alone.crisis(np.array([0]))),
    )
    assert make_games.differ(one.efg("month"), other.efg("month")) < 1e-9
    assert one.efg("month") != crisis_tree(many.crisis(np.arange(WORLDS)), 2).efg("month")


# Noise to 0


def pure(tree):
    """Backward induction by brute force: each set takes its best action, the last first.

    Earlier moves and draws count as they may come.

    Also the smallest advantage of a best action over the next.
    """

    def worth(node, player):
        match node:
            case End(_, payoffs):
                return payoffs[player]
            case Move(known, actions):
                return worth(actions[chosen[known]], player)

    def likely(node, chance=1.0):
        match node:
            case Chance(_, branches):
                for share, child in branches.values():
                    yield from likely(child, chance * share)
            case Move(known, actions):
                yield known, node, chance
                for child in actions.values():
                    yield from likely(child, chance / len(actions))

    chosen, least = {}, math.inf
    moves = [*likely(tree.root)]
    depth = {move.information_set: len(way) for move, way in plays(tree.root)}
    for known in sorted(depth, key=depth.get, reverse=True):
        here = [(node, chance) for own, node, chance in moves if own == known]
        total = sum(chance for _, chance in here)
        values = {
            action: sum(chance * worth(node.actions[action], known.player) for node, chance in here)
            / total
            for action in here[0][0].actions
        }
        best, second = sorted(values, key=values.get, reverse=True)[:2]
        chosen[known], least = best, min(least, values[best] - values[second])
    return {
        known: {action: float(action is chosen[known]) for action in moves[0].actions}
        for known, moves in tree.information_sets.items()
    }, least


@given(state(SOME))
@settings(max_examples=40)
def test_without_noise_it_is_the_subgame_perfect_equilibrium(crisis):
    """As every noise goes to 0 the equilibrium becomes that of backward induction (found by brute
    force), where nothing is a tie.
    """
    sharp = make_games.sharpened(crisis, 1e-5)
    tree = crisis_tree(sharp)
    best, advantage = pure(tree)
    assume(advantage > 1e-3)
    strategy = behaviour(sharp)
    assert (
        max(
            abs(chance - best[known][action])
            for known, chances in strategy.items()
            for action, chance in chances.items()
        )
        < 1e-12
    )
    assert regret(tree, best) == 0
    assert regret(tree, strategy) < 1e-12


@pytest.mark.parametrize("regime", ["none", "nato"])
def test_no_pure_strategy_at_all_does_better_than_backward_induction(regime):
    """Every pure strategy of every player is tried: 6, 2, 256 and 4096."""
    tree = crisis_tree(make_games.sharpened(next(months(regime)), 1e-5), 1)
    best, _ = pure(tree)
    for player in Player:
        own = {
            known: [*moves[0].actions]
            for known, moves in tree.information_sets.items()
            if known.player is player
        }
        plans = [*itertools.product(*own.values())]
        chances = best | {
            known: {
                action: np.array([float(plan[place] is action) for plan in plans])
                for action in actions
            }
            for place, (known, actions) in enumerate(own.items())
        }
        assert (
            np.max(expected_payoff(tree.root, player, chances))
            <= expected_payoff(tree.root, player, best) + 1e-12
        )


@pytest.mark.parametrize("regime", make_games.REGIMES)
def test_regret_goes_to_zero_with_the_noise(regime):
    """The largest regret over the months falls with every noise, and keeps below noise times the
    logarithm of the number of actions.

    The bound: a logit response maximises expected payoff plus noise times entropy, so what it gives
    up is at most that entropy.
    """
    largest = []
    for multiple in (1, 0.1, 0.01):
        regrets = []
        for crisis in months(regime):
            sharp = make_games.sharpened(crisis, multiple)
            tree = crisis_tree(sharp, 2)
            regrets.append(regret(tree, behaviour(sharp, 2)))
            most = max(
                tree.noise[known.player] * math.log(len(moves[0].actions))
                for known, moves in tree.information_sets.items()
            )
            assert 0 <= regrets[-1] <= most
        largest.append(max(regrets))
    assert largest == sorted(largest, reverse=True)
    assert largest[-1] < largest[0] / 50


def test_a_game_without_noise_has_the_logit_response_of_its_best_actions(tree):
    """Any strategy's logit response at a vanishing noise puts all on a best action."""
    actions = {known: moves[0].actions for known, moves in tree.information_sets.items()}
    values = action_values(
        tree, {known: dict.fromkeys(own, 1 / len(own)) for known, own in actions.items()}
    )
    response = logit_response(Tree(tree.root, dict.fromkeys(Player, 1e-9)), values)
    assert all(
        response[known][max(worths, key=worths.get)] == pytest.approx(1)
        for known, worths in values.items()
    )


# Information sets that are not reached


@given(state(NEAR_NOTHING))
@settings(max_examples=20)
def test_sets_that_are_not_reached_have_the_beliefs_of_the_limit(crisis):
    """Nobody attacks, probes or intervenes: values are what they are when all that happens with the
    same, vanishing chance.
    """
    never = {Action.ATTACK, Action.PROBE, Action.INTERVENE, Action.RETALIATE, Action.FIRM}

    def tremble(chances, small):
        return (
            {
                action: small
                if action in never
                else 1 - small * sum(action in never for action in chances)
                for action in chances
            }
            if never & chances.keys()
            else chances
        )

    assume(
        all(
            0 < float(crisis.now(reputation)[0]) < 1
            for reputation in (crisis.reputation_europe, crisis.reputation_united_states)
        )
    )
    tree, strategy = crisis_tree(crisis), behaviour(crisis)
    limit, nearly = (
        {known: tremble(chances, small) for known, chances in strategy.items()}
        for small in (0.0, 1e-9)
    )
    there, near = action_values(tree, limit), action_values(tree, nearly)
    assert all(sum(shares) == pytest.approx(1) for shares in beliefs(tree, limit).values())
    for known, worths in there.items():
        assert [*worths.values()] == pytest.approx([*near[known].values()], abs=1e-6)


def test_a_type_that_is_believed_impossible_still_chooses(tree):
    """Beliefs of exactly 0 are the limit of beliefs near 0."""

    def believing(chance):
        game = next(game for game in make_games.read_games() if game["game"] == "nato-00")
        crisis = make_games.crisis(game | dict.fromkeys(TYPED, chance))
        return action_values(crisis_tree(crisis), behaviour(crisis))

    exactly, nearly = believing(0.0), believing(1e-12)
    assert len(exactly) == len(tree.information_sets)
    for known, worths in exactly.items():
        assert [*worths.values()] == pytest.approx([*nearly[known].values()], abs=1e-9)


# The file for Gambit


def test_the_file_has_payoffs_in_units_of_noise(tree):
    """Times the noise they are the utilities; the comment says so; no exponents."""
    text = tree.efg('A "quoted" title', "Mine.")
    assert text.startswith(
        'EFG 2 R "A \\"quoted\\" title" { "Russia" "Ukraine" "European coalition" "United '
        'States" }\n"Mine.\n'
    )
    assert "precision (lambda) 1 stands for every player's own noise" in text
    ends = [line for line in text.splitlines() if line.startswith("t ")]
    for line, end in zip(ends, (node for node in tree.nodes if isinstance(node, End)), strict=True):
        payoffs = [float(number) for number in line[line.rindex("{") + 1 : -1].split(",")]
        for player, payoff in zip(Player, payoffs, strict=True):
            assert payoff * tree.noise[player] == pytest.approx(end.payoffs[player], abs=1e-12)
    assert not [
        line
        for line in text.splitlines()
        if line[:2] in ("c ", "t ") and "e-" in line.rpartition("{")[2].lower()
    ]


def test_chances_add_up_however_small():
    """A belief of 1e-300 is written out, and what it leaves too."""
    end = End("over", dict.fromkeys(Player, 1e-7))
    text = Tree(
        Chance("draw", {"a": (1e-300, end), "b": (1.0, end)}), dict.fromkeys(Player, 1.0)
    ).efg("small")
    shares = (
        next(line for line in text.splitlines() if line.startswith("c "))
        .split("{")[1]
        .split()[1::2]
    )
    assert shares[0] == "0." + "0" * 299 + "1"
    assert Fraction(shares[0]) + Fraction(shares[1]) == 1
    assert "{ 0.0000001, 0.0000001, 0.0000001, 0.0000001 }" in text
