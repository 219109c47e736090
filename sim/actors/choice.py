"""How every actor chooses and learns: logit response, Bayes' rule, rates and probabilities."""

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.quantity import Array
from sim.uncertainty import Floats

Falls = Callable[[Floats, Array], NDArray[np.bool_]]
"""Where something happens, from uniform numbers and its chance: `numpy.less` unless it is fixed."""
_STEEPEST = 700.0
_LEAST_KEPT = 1e-300


def logistic(x: Array, noise: Array = 1.0) -> Array:
    """σ(x / λ) = 1 / (1 + e^(-x / λ)), exact to 1e-304 and free of overflow."""
    odds_against = np.asarray(x / -noise)
    np.minimum(odds_against, _STEEPEST, out=odds_against)
    np.exp(odds_against, out=odds_against)
    odds_against += 1
    answer: Array = np.divide(1, odds_against, out=odds_against)[()]
    return answer


def logit_response(utilities: Floats, noise: Array) -> Floats:
    """Probabilities proportional to exp(utility / noise) over the first axis (McKelvey & Palfrey
    1998).
    """
    best = utilities.max(axis=0)
    weights = np.asarray((utilities - best) / noise)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=0)
    return weights


def expected(belief: Array, if_resolute: Array, if_irresolute: Array) -> Array:
    """Mean of a probability over an actor's types, as those see it who do not know the type."""
    mean = belief * (if_resolute - if_irresolute)
    mean += if_irresolute
    return mean


def signalled(prior: Array, log_odds: Array) -> Array:
    """σ(logit π + x): the prior after a signal that is worth x log odds.

    Exact for priors of 0 and 1.
    """
    resolute = prior * np.exp(log_odds)
    # rounding may take the quotient beyond 1
    share: Array = np.minimum(resolute / (resolute + (1 - prior)), 1.0)
    return share


def after_draws(prior: Array, reputation: Array, log_kept: Array) -> Array:
    """π + (b - π) Π (1 - chance): what a reputation comes to once the type may have been drawn
    again, by the log of that product.
    """
    later = (reputation - prior) * np.exp(log_kept)
    later += prior
    return later


def log_kept(chance: Array) -> Array:
    """log(1 - chance) of one draw, finite for a draw that is certain."""
    return np.log(np.maximum(1 - chance, _LEAST_KEPT))


def summed(counts: Floats, values: Floats) -> Floats:
    """Σ count × value at each node, (node, world), from `counts` (value, node, world) and `values`
    (value, world).

    Counts grow from 0 at the first, so that only what is new is added at the next.
    """
    more = counts[:, 1:] - counts[:, :-1]
    sums = np.zeros((counts.shape[1], max(values.shape[1], counts.shape[2])))
    grows: list[list[bool]] = np.any(more, axis=-1).T.tolist()
    once: list[list[bool]] = np.all(more == 1, axis=-1).T.tolist()
    for node, grown in enumerate(grows):
        total = sums[node + 1]
        total[:] = sums[node]
        for place in itertools.compress(range(len(values)), grown):
            total += values[place] if once[node][place] else more[place, node] * values[place]
    return sums


def bayes(belief: Array, if_resolute: Array, if_irresolute: Array) -> Array:
    """Reputation, belief in the resolute type, after an event with these chances under each type.

    As before if it was impossible.
    """
    seen_and_resolute = belief * if_resolute
    likelihood = (
        seen_and_resolute + (1 - belief) * if_irresolute
    )  # as a sum of parts, or rounding could take a share of it above 1
    unchanged = np.full(np.shape(likelihood), belief, dtype=np.float64)
    return np.asarray(np.divide(seen_and_resolute, likelihood, out=unchanged, where=likelihood > 0))


def learned_from(
    happened: NDArray[np.bool_], reputation: Array, if_resolute: Array, if_irresolute: Array
) -> Array:
    """Reputation once it is seen whether something has `happened` that has these chances under each
    type.
    """
    return bayes(
        reputation,
        np.where(happened, if_resolute, 1 - if_resolute),
        np.where(happened, if_irresolute, 1 - if_irresolute),
    )


def step_probability(rate: Array, years: float) -> Array:
    """Chance of at least one event within `years` at an annual `rate`, 1 - exp(-rΔ)."""
    return -np.expm1(-rate * years)


def drawn_again(
    resolute: NDArray[np.bool_], uniform: Floats, chance: Array, prior: Array
) -> NDArray[np.bool_]:
    """Types after being drawn again from `prior` with `chance`.

    One uniform number says whether, and if so what comes of it.
    """
    return np.where(uniform < chance, uniform < chance * prior, resolute)
