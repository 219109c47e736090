"""What a behaviour strategy is worth in a tree, and how far it is from an equilibrium.

`behaviour` puts the formulas of `sim.game.crisis` in the form of a strategy; all else here knows
the tree alone. So the formulas are the agent quantal response equilibrium of the month's tree
(McKelvey & Palfrey 1998) exactly where `logit_gap(crisis_tree(crisis), behaviour(crisis))` is zero.
"""

import math
from collections.abc import Mapping

import numpy as np

from sim.actors import choice
from sim.game.attack import Attack
from sim.game.crisis import Crisis
from sim.game.extensive_form import Action, Chance, End, InformationSet, Move, Node, Player, Tree
from sim.game.tree import crisis_tree, reader
from sim.quantity import Array

Behaviour = Mapping[InformationSet, Mapping[Action, float]]
"""The probability of each action at each information set."""


def behaviour(crisis: Crisis, world: int = 0) -> dict[InformationSet, dict[Action, float]]:
    """How the actors choose in one of the worlds of a crisis.

    P_A(χ, τ), P_E(τ), P_F(τ), ρ, e, and Russia's response at a review.
    """
    number = reader(crisis, world)

    def chances(known: InformationSet) -> list[float]:
        if not known.seen:
            return [number(chance) for chance in crisis.response]
        first = number(_chance(crisis, known))
        return [first, 1 - first]

    return {
        known: dict(zip(nodes[0].actions, chances(known), strict=True))
        for known, nodes in crisis_tree(crisis, world).information_sets.items()
    }


def _chance(crisis: Crisis, known: InformationSet) -> Array:
    """Chance of the first of two actions: escalate, retaliate, answer firmly, intervene or back."""
    match known:
        case InformationSet(Player.UNITED_STATES, own_type=int(own)):
            return _of_type(
                _subgame(crisis, known).backs_by_type[int(Action.INTERVENE in known.seen)], own
            )
        case InformationSet(Player.EUROPE, own_type=int(own), seen=(Action.PROBE,)):
            return _of_type(crisis.answers_firmly_by_type, own)
        case InformationSet(Player.EUROPE, own_type=int(own)):
            return _of_type(_subgame(crisis, known).intervenes_by_type, own)
        case InformationSet(Player.UKRAINE):
            return crisis.retaliates
    return crisis.escalates


def _subgame(crisis: Crisis, known: InformationSet) -> Attack:
    return crisis.attack_at_once if known.seen[0] is Action.ATTACK else crisis.escalation


def _of_type(by_type: Array, own: int) -> Array:
    return np.asarray(np.asarray(by_type)[own])


def beliefs(tree: Tree, strategy: Behaviour) -> dict[InformationSet, tuple[float, ...]]:
    """How likely each node of an information set is once the set is reached, by Bayes' rule.

    A set that is never reached gets the limit of its beliefs as every impossible step is given the
    same chance ε → 0: a consistent assessment (Kreps & Wilson 1982). The same holds for a draw of
    Nature that is believed impossible.
    """
    paths: dict[
        InformationSet, list[tuple[int, float]]
    ] = {}  # of each node: impossible steps, logarithm of the chance of the others

    def follow(node: Node, impossible: int, log_chance: float) -> None:
        if isinstance(node, Move):
            paths.setdefault(node.information_set, []).append((impossible, log_chance))
        for chance, child in _next(node, strategy):
            if chance > 0:
                follow(child, impossible, log_chance + math.log(chance))
            else:
                follow(child, impossible + 1, log_chance)

    follow(tree.root, 0, 0.0)
    return {known: _normalised(nodes) for known, nodes in paths.items()}


def action_values(tree: Tree, strategy: Behaviour) -> dict[InformationSet, dict[Action, float]]:
    """Payoff that a player expects of each action at each of its information sets, once it is
    reached, if all go on by the strategy.
    """
    believed = beliefs(tree, strategy)
    return {
        known: {
            action: sum(
                belief * expected_payoff(node.actions[action], known.player, strategy)
                for belief, node in zip(believed[known], nodes, strict=True)
            )
            for action in nodes[0].actions
        }
        for known, nodes in tree.information_sets.items()
    }


def expected_payoff(node: Node, player: Player, strategy: Behaviour) -> float:
    """What a player expects at a node if all go on by the strategy."""
    if isinstance(node, End):
        return node.payoffs[player]
    return sum(
        chance * expected_payoff(child, player, strategy) for chance, child in _next(node, strategy)
    )


def logit_response(
    tree: Tree, values: Mapping[InformationSet, Mapping[Action, float]]
) -> dict[InformationSet, dict[Action, float]]:
    """Logit response to action values, each player with its own noise (McKelvey & Palfrey 1998,
    equation 3).
    """
    return {
        known: dict(
            zip(
                action_values,
                choice.logit_response(
                    np.array(list(action_values.values())), tree.noise[known.player]
                ).tolist(),
                strict=True,
            )
        )
        for known, action_values in values.items()
    }


def logit_gap(tree: Tree, strategy: Behaviour) -> float:
    """Largest distance between a probability and its logit response.

    Zero exactly at an agent quantal response equilibrium.
    """
    response = logit_response(tree, action_values(tree, strategy))
    return max(
        abs(chance - response[known][action])
        for known, chances in strategy.items()
        for action, chance in chances.items()
    )


def regret(tree: Tree, strategy: Behaviour) -> float:
    """The most that a player could gain at any one information set, reached or not, by its best
    action there.

    Zero exactly at a sequential equilibrium with the beliefs of `beliefs`: no single deviation pays
    (Hendon, Jacobsen & Sloth 1996).
    """
    return max(
        max(values.values())
        - sum(strategy[known][action] * value for action, value in values.items())
        for known, values in action_values(tree, strategy).items()
    )


def _next(node: Node, strategy: Behaviour) -> list[tuple[float, Node]]:
    """What follows a node, each with its chance."""
    match node:
        case Chance(_, branches):
            return list(branches.values())
        case Move(known, actions):
            return [(strategy[known][action], child) for action, child in actions.items()]
    return []


def _normalised(nodes: list[tuple[int, float]]) -> tuple[float, ...]:
    fewest = min(impossible for impossible, _ in nodes)
    best = max(log_chance for impossible, log_chance in nodes if impossible == fewest)
    weights = [
        math.exp(log_chance - best) if impossible == fewest else 0.0
        for impossible, log_chance in nodes
    ]
    return tuple(weight / sum(weights) for weight in weights)
