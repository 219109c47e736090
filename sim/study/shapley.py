"""Shapley values (Shapley 1953): what each player of a game adds, averaged over the orders in
which all may join.

Everything here is linear in the values of coalitions, so that a player's value in each simulated
history is that of the coalitions' outcomes in it, and carries their errors.
"""

from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from sim.chance import generator
from sim.uncertainty import Floats

MAX_PLAYERS_EXACT = 10
"""Players up to which all coalitions are valued; above it, orders are sampled."""
SAMPLED_PAIRS = 32
"""Pairs of an order and its reverse (antithetic sampling): a judgement, about a thousand coalitions
of the longest text.
"""
Coalitions = list[int]
"""Each as the bits of its players."""


@dataclass(frozen=True)
class Weights:
    """What turns the values of coalitions into those of players: weights (player, coalition)."""

    coalitions: Coalitions
    shapley: Floats
    first: Floats  # joining alone
    last: Floats  # joining all others
    orders: Floats | None  # (pair of orders, player, coalition) where orders are sampled

    @property
    def none(self) -> int:
        """Where the empty coalition stands."""
        return self.coalitions.index(0)

    @property
    def full(self) -> int:
        """Where the coalition of all stands."""
        return self.coalitions.index(max(self.coalitions))

    def order_error(self, values: Floats) -> Floats:
        """Standard error (player,) that the choice of orders leaves, from the values of the
        coalitions; 0 where all are valued.
        """
        if self.orders is None:
            return np.zeros(len(self.shapley))
        means = self.orders @ values
        return np.asarray(means.std(axis=0, ddof=1) / np.sqrt(len(means)))


def weights(players: int, seed: int = 0) -> Weights:
    """Exact for up to ten players, from sampled orders above."""
    return exact(players) if players <= MAX_PLAYERS_EXACT else sampled(players, SAMPLED_PAIRS, seed)


def exact(players: int) -> Weights:
    """Over all coalitions."""
    coalitions = list(range(2**players))
    shapley = np.zeros((players, len(coalitions)))
    for player in range(players):
        for coalition in coalitions:
            joined = coalition | 1 << player
            if joined == coalition:
                continue
            others = coalition.bit_count()
            chance = factorial(others) * factorial(players - others - 1) / factorial(players)
            shapley[player, joined] += chance
            shapley[player, coalition] -= chance
    return Weights(coalitions, shapley, *_ends(players, coalitions), None)


def sampled(players: int, pairs: int, seed: int) -> Weights:
    """Over the coalitions that form in random orders and in their reverses (Castro, Gómez & Tejada
    2009; Mitchell, Cooper, Frank & Holmes 2022).
    """
    rng = generator(seed, "orders of clauses")
    orders = [rng.permutation(players) for _ in range(pairs)]
    walks = [[_walk(order), _walk(order[::-1])] for order in orders]
    everyone = (1 << players) - 1
    alone = [1 << player for player in range(players)]
    without = [everyone ^ player_alone for player_alone in alone]
    met = (mask for both in walks for walk in both for _, _, mask in walk)
    coalitions = sorted({0, everyone, *alone, *without, *met})
    place = {mask: number for number, mask in enumerate(coalitions)}
    marginal = np.zeros((pairs, players, len(coalitions)))
    for pair, both in enumerate(walks):
        for player, before, after in (step for walk in both for step in walk):
            marginal[pair, player, place[after]] += 0.5
            marginal[pair, player, place[before]] -= 0.5
    return Weights(coalitions, marginal.mean(axis=0), *_ends(players, coalitions), marginal)


def _walk(order: NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """Each player that joins, with the coalition before and after."""
    steps, mask = [], 0
    for player in order.tolist():
        steps.append((player, mask, mask | 1 << player))
        mask |= 1 << player
    return steps


def _ends(players: int, coalitions: Coalitions) -> tuple[Floats, Floats]:
    """The weights of joining first and of joining last."""
    place = {mask: number for number, mask in enumerate(coalitions)}
    everyone = (1 << players) - 1
    first, last = (np.zeros((players, len(coalitions))) for _ in range(2))
    for player in range(players):
        first[player, place[1 << player]] += 1
        first[player, place[0]] -= 1
        last[player, place[everyone]] += 1
        last[player, place[everyone ^ 1 << player]] -= 1
    return first, last
