"""Parameter sets: what is not known of a scenario's numbers, as scrambled Sobol' points.

Each number that a scenario may give has a dimension of its own, whether it is uncertain or not, so
that a number more or less in a scenario moves no other. A design is the same in a run of any number
of designs, and a run of more only adds to it.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache, partial
from itertools import pairwise

import numpy as np
import scipy

from sim.chance import generator
from sim.model.dependence import dependent
from sim.quantity import Worlds
from sim.scenario.correlation import Correlation, groups
from sim.scenario.schema import ONLY_SIGNATURES, Scenario
from sim.uncertainty import Distribution, Floats, Mixture, PointValues

FIRST = (
    "russia.value_of_prevailing",
    "russia.insecurity",
    "russia.status_quo_value",
    "russia.strength_target",
    "russia.choice_noise",
    "russia.cost_of_war",
    "war.defence_advantage",
    "war.surprise",
    "regime.commitment.europe",
    "regime.commitment.united_states",
    "russia.reconstitution_half_life",
    "russia.terms_follow_power",
    "russia.disposition_changes",
    "europe.stake",
    "united_states.stake",
    "russia.leader_turnover",
    "europe.audience_cost",
    "united_states.audience_cost",
    "war.opening_days",
)
"""Numbers that decide much, a judgement: the first dimensions fill evenly with the fewest points.
"""
_SLAB = 2048
"""Designs that are drawn together, a power of two."""
_HYPERCUBE = 256
_BITS = 32


def designs(
    seed: int,
    uncertain: Mapping[str, Distribution],
    which: Worlds,
    correlations: Iterable[Correlation] = (),
) -> dict[str, Floats]:
    """The uncertain numbers in the parameter sets of these numbers, shape (design,) each.

    The `correlations` among them change the order of values, and no number beyond them.
    """
    alone = {
        name: _drawn(seed, name, distribution, which) for name, distribution in uncertain.items()
    }
    for group in groups(correlations):
        alone |= dependent(group, uncertain, which, partial(probabilities, seed))
    return alone


def _drawn(seed: int, name: str, distribution: Distribution, which: Worlds) -> Floats:
    """One number in these designs (design,)."""
    if distribution.is_joint:
        return distribution.quantile(_dealt(seed, len(distribution.numbers()), which))
    own = probabilities(seed, name, which)
    if isinstance(distribution, Mixture):
        return distribution.within(components(seed, distribution, which), own)
    return distribution.quantile(own)


def components(seed: int, known: Mixture | PointValues, which: Worlds) -> Worlds:
    """From which component of a mixture each of these designs has its values (design,).

    The same in all mixtures of as many components, and each as often as any other.
    """
    if isinstance(known, PointValues):
        return np.array(known.component)[_row(seed, "joint draws", len(known.values), which)]
    return _row(seed, "components", len(known.components), which)


def probabilities(seed: int, name: str, which: Worlds) -> Floats:
    """One number in these designs, as probabilities in (0, 1).

    Scrambled Sobol' points (Owen 1995, with Matoušek's 1998 scrambling).

    A number of which the schema does not know, such as one of a member that a scenario brings in,
    has Latin hypercubes of its own.
    """
    place = dimensions().get(name)
    size = _HYPERCUBE if place is None else _SLAB
    slabs, position = np.unique(which // size, return_inverse=True)
    drawn = (
        np.concatenate([_hypercube(seed, name, slab) for slab in slabs.tolist()])
        if place is None
        else _points(seed, tuple(slabs.tolist()))[place]
    )
    return np.asarray(drawn[position * size + which % size])


@cache
def dimensions() -> dict[str, int]:
    """The dimension of each number that a scenario may give, by its dotted key.

    Those that decide much, those not known, all others. Numbers of other packages have none, so
    that to install one moves nothing.
    """
    every = Scenario.model_validate(
        {"regime": {"accession": {"start": 1.0, "mean_years": 1.0, "veto": 0.0}}}
    )
    others = [key for key, value in every.leaves() if value is None or isinstance(value, float)]
    names = dict.fromkeys((*FIRST, *every.uncertain(), *others))
    others_own = tuple(f"regime.{name}." for name in every.regime.joined)
    aside = (*ONLY_SIGNATURES, *others_own)
    counted = [name for name in names if not name.startswith(aside)]
    return {name: place for place, name in enumerate(counted)}


@lru_cache(maxsize=2)
def _points(seed: int, slabs: tuple[int, ...]) -> Floats:
    """The points of some slabs, in ascending order, one slab after the other (dimension, design),
    each at the middle of the cell that its digits name.
    """
    engine = scipy.stats.qmc.Sobol(len(dimensions()), bits=_BITS, rng=generator(seed, "designs", 0))
    points = np.empty((len(dimensions()), len(slabs), _SLAB))
    for place, (before, slab) in enumerate(pairwise((-1, *slabs))):
        if slab > before + 1:
            engine.fast_forward((slab - before - 1) * _SLAB)
        points[:, place] = engine.random(_SLAB).T
    points += 0.5 ** (_BITS + 1)
    return points.reshape(len(points), -1)


def _hypercube(seed: int, name: str, number: int) -> Floats:
    """One column of a Latin hypercube (McKay, Beckman & Conover 1979)."""
    rng = generator(seed, f"design of {name}", number)
    return np.asarray((rng.permutation(_HYPERCUBE) + rng.random(_HYPERCUBE)) / _HYPERCUBE)


def _dealt(seed: int, count: int, which: Worlds) -> Floats:
    """Which of `count` values that are drawn jointly these designs have, as probabilities."""
    return np.asarray((_row(seed, "joint draws", count, which) + 0.5) / count)


def _row(seed: int, stream: str, count: int, which: Worlds) -> Worlds:
    """Which of `count` things that are drawn jointly these designs have.

    None has a second turn before each had one.
    """
    rounds, position = np.unique(which // count, return_inverse=True)
    rows = np.stack([generator(seed, stream, int(turn)).permutation(count) for turn in rounds])
    return np.asarray(rows[position, which % count], dtype=np.intp)
