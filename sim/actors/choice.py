"""How every actor chooses and learns: logit response, Bayes' rule, rates and probabilities."""

import numpy as np
from numpy.typing import NDArray

from sim.quantity import Array
from sim.uncertainty import Floats

_STEEPEST = 700.0


def logistic(x: Array) -> Array:
    """σ(x) = 1 / (1 + e^(-x)), exact to 1e-304 and free of overflow."""
    return 1 / (1 + np.exp(np.minimum(-x, _STEEPEST)))


def logit_response(utilities: Floats, noise: Array) -> Floats:
    """Probabilities proportional to exp(utility / noise) over the first axis (McKelvey & Palfrey 1998)."""
    best = utilities.max(axis=0)
    weights = np.exp((utilities - best) / noise)
    return np.asarray(weights / weights.sum(axis=0))


def expected(belief: Array, if_resolute: Array, if_irresolute: Array) -> Array:
    """Mean of a probability over the types of an actor, as those see it who do not know the type."""
    return belief * if_resolute + (1 - belief) * if_irresolute


def bayes(belief: Array, if_resolute: Array, if_irresolute: Array) -> Array:
    """Belief in the resolute type after an event with these probabilities under each type; unchanged if it was impossible."""
    likelihood = expected(belief, if_resolute, if_irresolute)
    unchanged = np.array(np.broadcast_to(belief, np.shape(likelihood)), dtype=np.float64)
    return np.asarray(np.divide(belief * if_resolute, likelihood, out=unchanged, where=likelihood > 0))


def step_probability(rate: Array, years: float) -> Array:
    """Chance of at least one event within `years` at an annual `rate`, 1 - exp(-rΔ)."""
    return -np.expm1(-rate * years)


def drawn_again(resolute: NDArray[np.bool_], uniform: Floats, chance: Array, prior: Array) -> NDArray[np.bool_]:
    """Types after being drawn again from `prior` with `chance`; one uniform number says whether, and if so what comes of it."""
    return np.where(uniform < chance, uniform < chance * prior, resolute)
