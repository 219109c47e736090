"""Dependence between uncertain numbers, imposed on parameter sets (Iman & Conover 1982).

The values of a number stay what they are, and only change places. That is done among 256 parameter
sets at a time, always the same ones: so a parameter set is the same in a run of any number of them,
and a run of more only adds to it. Each 256 are evenly spread over the range of a number, and still
are when their values have changed places.
"""

from collections.abc import Callable, Mapping

import numpy as np
from scipy import special

from sim.quantity import Worlds
from sim.scenario.correlation import Group
from sim.uncertainty import Distribution, Floats

TOGETHER = 256
"""Parameter sets among which values change places."""


def dependent(
    group: Group,
    uncertain: Mapping[str, Distribution],
    which: Worlds,
    probabilities: Callable[[str, Worlds], Floats],
) -> dict[str, Floats]:
    """The numbers of a group that are `uncertain`, in the parameter sets of these numbers.

    `probabilities` of a number, by its key, are those that it would have alone: of all numbers of
    the group, so that it makes no difference to one whether another is fixed.
    """
    numbers, place = np.unique(which // TOGETHER, return_inverse=True)
    sets = (numbers[:, None] * TOGETHER + np.arange(TOGETHER)).ravel()
    alone = np.stack([probabilities(key, sets) for key in group.keys])
    by_slab = alone.reshape(len(group.keys), len(numbers), TOGETHER)
    scores = np.stack(
        [correlated_scores(slab, group.target) for slab in by_slab.swapaxes(0, 1)], axis=1
    )
    return {
        key: np.stack(
            [
                in_order_of(score, distribution.quantile(uniform))
                for score, uniform in zip(scores[row], by_slab[row], strict=True)
            ]
        )[place, which % TOGETHER]
        for row, key in enumerate(group.keys)
        if (distribution := uncertain.get(key)) is not None
    }


def correlated_scores(uniform: Floats, target: Floats) -> Floats:
    """Normal scores (key, set) with the correlation `target` (key, key), from numbers of any
    correlation in (0, 1): P Q⁻¹ z, with the Cholesky factors P of the target and Q of the
    correlation that the scores z have by chance. Those of the first key stay in their order.
    """
    normal = special.ndtri(uniform)
    normal = normal - normal.mean(axis=1, keepdims=True)
    normal /= np.sqrt((normal**2).mean(axis=1, keepdims=True))
    by_chance = np.linalg.cholesky(normal @ normal.T / normal.shape[1])
    return np.asarray(np.linalg.cholesky(target) @ np.linalg.solve(by_chance, normal))


def in_order_of(scores: Floats, values: Floats) -> Floats:
    """The same values (set,), the smallest where the score is smallest, and so on."""
    placed = np.empty_like(values)
    placed[np.argsort(scores, kind="stable")] = np.sort(values)
    return placed
