"""Search for the cheapest guarantees: a sample that fills the space of provisions, then what
splines through the simulated points propose.

Thin-plate splines (Duchon 1977) stand in for the model while differential evolution (Storn & Price
1997) looks for the cheapest point that reaches each durability; what it proposes is simulated, and
so on for some rounds.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import scipy
from scipy import optimize
from scipy.interpolate import RBFInterpolator
from scipy.special import logit

from sim.chance import generator
from sim.uncertainty import Floats

ON_AVERAGE, IN_NINE_OF_TEN, ON_FRONTIER = "on average", "in nine of ten sets", "frontier"
"""Why a guarantee is reported: it answers the question, in one sense or the other, or it is on the
frontier of cost and durability.
"""
REACHED, REACHED_WITHIN_ERROR, NOT_REACHED = (
    "reached",
    "reached within the sampling error",
    "not reached",
)
SURE_SHARE = 0.9
"""Share of parameter sets of which the stricter answer is to be true: nine of ten, as other ranges
are over 90 % of them.
"""
ROUNDS = 8
"""A judgement: more has not moved the answer of the examples by more than its error
(docs/requirement.md).
"""
MEASURE_OF_ANSWER: Mapping[str, tuple[str, str]] = {
    ON_AVERAGE: ("estimate", "low"),
    IN_NINE_OF_TEN: ("sure", "sure_low"),
}
"""The column of a point that each answer goes by, and the lower limit of its sampling error."""
_LEVELS = 7
"""Durabilities of the frontier that each round looks for: a judgement."""
_MIN_DISTANCE = 0.005
"""Nearer to a simulated place than this share of the range, another says nothing new."""
_SMOOTHING = 1e-3
"""Of the splines: enough that they do not follow the error of single points."""
_MIN_SHARE = 1e-3
"""Shares are kept this far from 0 and 1, so that their log odds are finite."""
_PLACE_DECIMALS, _SPLINE_DECIMALS = 3, 6
"""Digits of places, and of splines: the last bits differ between processors."""
_MAX_FOR_ALL_CORNERS = 4
"""Provisions up to which all corners are tried: a judgement, since they double with each."""
_NEIGHBOURHOOD = 0.12
"""How far around the best answer the next is looked for, as a share of the range: a judgement."""
_PRICE_OF_MORE = 1e-3
"""Of two guarantees whose costs are nearer than this share of the dearest one's, the one that gives
less counts as the cheaper.
"""
Progress = Callable[[int, int], None]
Simulate = Callable[[Floats], dict[str, float]]
Spline = Callable[[Floats], Floats]


@dataclass
class Points:
    """Places of the unit cube (point, provision) and what was simulated there."""

    simulate: Simulate
    executor: Executor | None
    progress: Progress | None
    expected: int
    places: Any = None
    rows: list[dict[str, float]] = field(default_factory=list)

    def add(self, places: Floats) -> None:
        """Simulate at these places."""
        self.places = places if self.places is None else np.vstack([self.places, places])
        for row in (
            map(self.simulate, places)
            if self.executor is None
            else self.executor.map(self.simulate, places)
        ):
            self.rows.append(row)
            if self.progress:
                self.progress(len(self.rows), max(self.expected, len(self.places)))

    @property
    def table(self) -> pd.DataFrame:
        """A row a point; its `price` is its cost and, so that of equals the least is the cheapest,
        a little for all that it gives.
        """
        table = pd.DataFrame(self.rows)
        return table.assign(
            price=table["cost"]
            + _PRICE_OF_MORE * max(1.0, float(table["cost"].max())) * self.places.mean(axis=1)
        )


def search(
    simulate: Simulate,
    provisions: int,
    hold: float,
    samples: int,
    seed: int,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Points:
    """Simulate a first sample, and what each round proposes."""
    first = first_places(provisions, samples, seed)
    points = Points(simulate, executor, progress, simulations(provisions, samples))
    points.add(first)
    for number in range(ROUNDS):
        points.add(_proposals(points, hold, generator(seed, "search", number)))
    return points


def simulations(provisions: int, samples: int) -> int:
    """Places that a search simulates at most."""
    return len(_corners(provisions)) + samples + ROUNDS * (_LEVELS + 2 * len(MEASURE_OF_ANSWER))


def _corners(provisions: int) -> list[list[float]]:
    """All corners of the unit cube, or the two ends of everything where corners are many."""
    if provisions <= _MAX_FOR_ALL_CORNERS:
        return list(map(list, product((0.0, 1.0), repeat=provisions)))
    return [[0.0] * provisions, [1.0] * provisions]


def first_places(provisions: int, samples: int, seed: int) -> Floats:
    """The corners, or the two ends of everything where corners are many, and a sample that fills
    the space between (randomised Halton sequence: Owen 2017).
    """
    sample = scipy.stats.qmc.Halton(provisions, rng=generator(seed, "first sample")).random(samples)
    return np.vstack([_corners(provisions), np.round(sample, _PLACE_DECIMALS)])


def answer(points: pd.DataFrame, role: str, hold: float) -> pd.DataFrame:
    """The cheapest point that surely reaches the level; else that reaches it within its error.

    Else the one that comes closest.
    """
    (value, low), level = MEASURE_OF_ANSWER[role], _level(role, hold)
    for status, enough in (
        (REACHED, points[points[low] >= level]),
        (REACHED_WITHIN_ERROR, points[points[value] >= level]),
    ):
        if len(enough):
            return enough.nsmallest(1, "price").assign(role=role, status=status)
    return (
        points.sort_values([value, "nine_of_ten", "estimate"], ascending=False)
        .head(1)
        .assign(role=role, status=NOT_REACHED)
    )


def _level(role: str, hold: float) -> float:
    """The share that an answer must reach."""
    return hold if role == ON_AVERAGE else SURE_SHARE


def _proposals(points: Points, hold: float, rng: np.random.Generator) -> Floats:
    """Where the splines say that each durability is reached most cheaply, as far as nothing was
    simulated near there.

    What answers the question is looked for everywhere, and around the best answer so far, by whose
    lower limit it is judged.
    """
    table, provisions = points.table, points.places.shape[1]
    price = _spline(points.places, table["price"])
    reach = {
        name: _spline(points.places, _log_odds(table[name]))
        for name, _ in MEASURE_OF_ANSWER.values()
    }
    everywhere = [(0.0, 1.0)] * provisions
    lowest, highest = (
        float(_log_odds(end)) for end in (table["estimate"].min(), table["estimate"].max())
    )
    targets = [
        ("estimate", level, everywhere) for level in np.linspace(lowest, highest, _LEVELS + 2)[1:-1]
    ]
    for role, (name, low) in MEASURE_OF_ANSWER.items():
        best = answer(table, role, hold).index[0]
        error = float(table.loc[best, name] - table.loc[best, low])
        level = float(_log_odds(_level(role, hold) + error))
        around = [
            (max(0.0, at - _NEIGHBOURHOOD), min(1.0, at + _NEIGHBOURHOOD))
            for at in points.places[best]
        ]
        targets += [(name, level, everywhere), (name, level, around)]
    places: list[Floats] = []
    for name, level, limits in targets:
        place = cheapest_place(price, reach[name], level, limits, rng)
        known = np.vstack([points.places, *places])
        if np.linalg.norm(known - place, axis=1).min() > _MIN_DISTANCE:
            places.append(place)
    return np.array(places).reshape(-1, provisions)


def _log_odds(shares: Any) -> Any:
    """Shares on the scale of log odds, on which splines go through them."""
    return logit(np.clip(shares, _MIN_SHARE, 1 - _MIN_SHARE))


def _spline(places: Floats, values: Any) -> Spline:
    """Through the values at these places; of equals the digits are equal, which on some processors
    the last bits are not.
    """
    through = RBFInterpolator(
        places, np.asarray(values), smoothing=_SMOOTHING, kernel="thin_plate_spline", degree=1
    )
    return lambda at: np.round(through(at), _SPLINE_DECIMALS)


def cheapest_place(
    price: Spline,
    reach: Spline,
    level: float,
    limits: Sequence[tuple[float, float]],
    rng: np.random.Generator,
) -> Floats:
    """The cheapest place within limits, to a thousandth, whose reach is at least the level.

    Where none is, the closest to it.
    """
    enough = optimize.NonlinearConstraint(
        lambda x: reach(x.reshape(len(limits), -1).T).reshape(1, *x.shape[1:]), level, np.inf
    )
    best = optimize.differential_evolution(
        lambda x: price(x.reshape(len(limits), -1).T),
        limits,
        constraints=enough,
        vectorized=True,
        updating="deferred",
        polish=False,
        maxiter=100,
        rng=rng,
        init="sobol",
    )
    return np.asarray(np.round(best.x, _PLACE_DECIMALS))
