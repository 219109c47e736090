"""What would be enough: the cheapest guarantee that reaches a durability, and the frontier of cost
against durability.

Guarantees are points between limits of some provisions. A first sample fills the space (randomised
Halton sequence: Owen 2017), every point on the same histories; thin-plate splines through what was
simulated (Duchon 1977) stand in for the model while differential evolution (Storn & Price 1997)
looks for the cheapest point that reaches each durability; what it proposes is simulated, and so on
for some rounds. What is reported is simulated, never a spline's, and all of it once more on fresh
histories.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize
from scipy.interpolate import RBFInterpolator
from scipy.special import logit
from scipy.stats import qmc

from sim.analysis import durability
from sim.analysis.estimate import estimate
from sim.analysis.measures import COSTS, named
from sim.chance import generator, stream_seed
from sim.ensemble.run import run
from sim.scenario.load import ScenarioError, replaced
from sim.scenario.schema import Scenario
from sim.study.finding import Finding, called
from sim.uncertainty import Floats

AVERAGE, MOST, FRONTIER = "on average", "in nine of ten sets", "frontier"
SURE, LIKELY, NOT = "reached", "reached within the sampling error", "not reached"
NINE_OF_TEN = 0.9
SAMPLES, ROUNDS = 64, 8
"""Judgements: more of either has not moved the answer of the examples by more than its error
(docs/requirement.md).
"""
_LEVELS = 7
_ANSWERS: Mapping[str, tuple[str, str]] = {AVERAGE: ("estimate", "low"), MOST: ("sure", "sure_low")}
"""What of a point each answer goes by, and the lower limit of its sampling error."""
_NEAR, _SMOOTHING, _LEAST, _DIGITS, _DECIMALS = 0.005, 1e-3, 1e-3, 3, 6
_ALL_CORNERS, _AROUND = 4, 0.12
"""Provisions up to which all corners are tried, and how far around the best answer the next is
looked for (of the range): judgements.
"""
_TIE = 1e-3
"""Of two guarantees whose costs are nearer than this share of the dearest one's, the one that gives
less is taken for the cheaper.
"""
Progress = Callable[[int, int], None]
Spline = Callable[[Floats], Floats]
Ranges = Mapping[str, tuple[float, float]]
"""The limits of each provision that may vary, by dotted key."""


def require(
    scenario: Scenario, hold: float, years: float, vary: Ranges, **options: Any
) -> pd.DataFrame:
    """The cheapest guarantees that hold, and the frontier.

    The first table of `find`, which takes the same options.
    """
    return find(scenario, hold, years, vary, **options).table


def find(
    scenario: Scenario,
    hold: float,
    years: float,
    vary: Ranges,
    *,
    cost: str = "cost.peace",
    samples: int = SAMPLES,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The cheapest guarantee under which a share `hold` of ceasefires holds `years`, on average and
    in nine of ten parameter designs.

    `vary` gives limits of provisions, in units of the scenario; `cost` is a measure of costs,
    counted up to `years` in USD billion. Every point is simulated as the sampling of the scenario
    says, and the answers once more with another seed. Tables: guarantees (role, status, a column a
    provision, and of the search and of fresh histories: durability, share of designs that reach
    `hold`, and cost, each with 95 % limits), and points (all that was simulated on the way). Raises
    ScenarioError for what cannot be asked.
    """
    _can_be_asked(scenario, hold, years, vary, cost, samples)
    asked = _Asked(
        replaced(scenario, {"sampling.horizon_years": int(years)}), hold, years, vary, cost
    )
    first = _first(len(vary), samples, scenario.sampling.seed)
    points = _Points(
        partial(_simulated, asked, asked.scenario),
        executor,
        progress,
        len(first) + ROUNDS * (_LEVELS + 2 * len(_ANSWERS)),
    )
    points.add(first)
    for number in range(ROUNDS):
        points.add(_proposals(points, asked, number))
    found = pd.DataFrame([asked.values(place) for place in points.places]).join(points.table)
    chosen = pd.concat(
        [
            *(_answer(found, role, hold) for role in _ANSWERS),
            frontier(found).assign(role=FRONTIER, status=""),
        ],
        ignore_index=True,
    )
    fresh = replaced(
        asked.scenario, {"sampling.seed": stream_seed(scenario.sampling.seed, "fresh histories")}
    )
    again = _Points(partial(_simulated, asked, fresh), executor, progress, len(chosen))
    again.add(_places(chosen, vary))
    both = chosen.join(again.table.add_prefix("fresh_"))[
        ["role", "status", *vary, *_TOLD, *(f"fresh_{name}" for name in _TOLD)]
    ]
    along = both["role"] == FRONTIER
    guarantees = pd.concat([both[~along], _still_frontier(both[along])], ignore_index=True)
    told = {
        "hold": hold,
        "years": years,
        "vary": {key: list(limits) for key, limits in vary.items()},
        "cost": cost,
        "samples": samples,
        "scenario": {"name": scenario.name, **asked.scenario.determinants()},
    }
    return Finding(
        "requirement", told, {"guarantees": guarantees, "points": found} | called([scenario])
    )


@dataclass(frozen=True)
class _Asked:
    """What is asked of each point."""

    scenario: Scenario
    hold: float
    years: float
    vary: Ranges
    cost: str

    def values(self, place: Floats) -> dict[str, float]:
        """The provisions at a place of the unit cube."""
        return {
            key: float(low + (high - low) * share)
            for (key, (low, high)), share in zip(self.vary.items(), place, strict=True)
        }


_TOLD = (
    "estimate",
    "low",
    "high",
    "sure",
    "sure_low",
    "sure_high",
    "cost",
    "cost_low",
    "cost_high",
)


def _simulated(asked: _Asked, sampled: Scenario, place: Floats) -> dict[str, float]:
    """A guarantee on all histories: durability, in which share of designs it is enough, what nine
    of ten designs reach, and cost.
    """
    result = run(replaced(sampled, asked.values(place)), out=None)
    held = durability.survival(result, [asked.years]).iloc[0]
    shares = durability.spread(result, asked.years)["estimate"]
    sure = durability.sure(result, asked.years, asked.hold)
    paid = estimate(named(asked.cost, result.horizon_years), result.worlds)
    return {
        "estimate": held["estimate"],
        "low": held["low"],
        "high": held["high"],
        "sure": sure.value,
        "sure_low": sure.low,
        "sure_high": sure.high,
        "cost": paid.value,
        "cost_low": paid.low,
        "cost_high": paid.high,
        "nine_of_ten": float(np.quantile(shares, 1 - NINE_OF_TEN)),
    }


@dataclass
class _Points:
    """Places of the unit cube (point, provision) and what was simulated there."""

    simulate: Callable[[Floats], dict[str, float]]
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
            + _TIE * max(1.0, float(table["cost"].max())) * self.places.mean(axis=1)
        )


def _first(provisions: int, samples: int, seed: int) -> Floats:
    """The corners, or the two ends of everything where corners are many, and a sample that fills
    the space between.
    """
    corners = (
        list(product((0.0, 1.0), repeat=provisions))
        if provisions <= _ALL_CORNERS
        else [[0.0] * provisions, [1.0] * provisions]
    )
    sample = qmc.Halton(provisions, rng=generator(seed, "first sample")).random(samples)
    return np.vstack([corners, np.round(sample, _DIGITS)])


def _proposals(points: _Points, asked: _Asked, number: int) -> Floats:
    """Where the splines say that each durability is reached most cheaply, as far as nothing was
    simulated near there.

    What answers the question is looked for everywhere, and around the best answer so far, by whose
    lower limit it is judged.
    """
    table, provisions = points.table, len(asked.vary)
    price = _spline(points.places, table["price"])
    reach = {name: _spline(points.places, _log_odds(table[name])) for name, _ in _ANSWERS.values()}
    everywhere = [(0.0, 1.0)] * provisions
    lowest, highest = (
        float(_log_odds(end)) for end in (table["estimate"].min(), table["estimate"].max())
    )
    targets = [
        ("estimate", level, everywhere) for level in np.linspace(lowest, highest, _LEVELS + 2)[1:-1]
    ]
    for role, (name, low) in _ANSWERS.items():
        best = _answer(table, role, asked.hold).index[0]
        error = float(table.loc[best, name] - table.loc[best, low])
        level = float(_log_odds(_level(role, asked.hold) + error))
        around = [(max(0.0, at - _AROUND), min(1.0, at + _AROUND)) for at in points.places[best]]
        targets += [(name, level, everywhere), (name, level, around)]
    rng = generator(asked.scenario.sampling.seed, "search", number)
    found: list[Floats] = []
    for name, level, limits in targets:
        place = _cheapest(price, reach[name], level, limits, rng)
        if np.linalg.norm(np.vstack([points.places, *found]) - place, axis=1).min() > _NEAR:
            found.append(place)
    return np.array(found).reshape(-1, provisions)


def _log_odds(shares: Any) -> Any:
    """Shares on the scale of log odds, on which splines go through them."""
    return logit(np.clip(shares, _LEAST, 1 - _LEAST))


def _level(role: str, hold: float) -> float:
    """The share that an answer must reach."""
    return hold if role == AVERAGE else NINE_OF_TEN


def _spline(places: Floats, values: Any) -> Spline:
    """Through the values at these places; of equals the digits are equal, which on some processors
    the last bits are not.
    """
    through = RBFInterpolator(
        places, np.asarray(values), smoothing=_SMOOTHING, kernel="thin_plate_spline", degree=1
    )
    return lambda at: np.round(through(at), _DECIMALS)


def _cheapest(
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
    return np.asarray(np.round(best.x, _DIGITS))


def _answer(found: pd.DataFrame, role: str, hold: float) -> pd.DataFrame:
    """The cheapest point that surely reaches the level; else that reaches it within its error.

    Else the one that comes closest.
    """
    (value, low), level = _ANSWERS[role], _level(role, hold)
    for status, some in (
        (SURE, found[found[low] >= level]),
        (LIKELY, found[found[value] >= level]),
    ):
        if len(some):
            return some.nsmallest(1, "price").assign(role=role, status=status)
    return (
        found.sort_values([value, "nine_of_ten", "estimate"], ascending=False)
        .head(1)
        .assign(role=role, status=NOT)
    )


def frontier(found: pd.DataFrame) -> pd.DataFrame:
    """The points than which no other is cheaper and as durable.

    The cheapest first, each more durable than the one before.

    Between the first and the last those are left out that are better than the one before by less
    than half their error.
    """
    kept: list[int] = []
    best = -np.inf
    for number, point in found.sort_values(
        ["cost", "estimate"], ascending=[True, False]
    ).iterrows():
        if point["estimate"] > best + (point["high"] - point["low"]) / 4:
            kept.append(int(str(number)))
            best = float(point["estimate"])
    most = found[found["estimate"] == found["estimate"].max()].nsmallest(1, "cost")
    return pd.concat([found.loc[kept], most]).drop_duplicates()


def _still_frontier(along: pd.DataFrame) -> pd.DataFrame:
    """Those that on the histories of the search and fresh ones together are more durable than all
    that cost less, and the last.
    """
    pooled = (along["estimate"] + along["fresh_estimate"]) / 2
    order = along.sort_values("fresh_cost").index
    kept = pooled[order] >= pooled[order].cummax()
    return along.loc[[each for each in order if kept[each] or each == pooled.idxmax()]]


def _places(chosen: pd.DataFrame, vary: Ranges) -> Floats:
    return np.column_stack(
        [(chosen[key] - low) / (high - low) for key, (low, high) in vary.items()]
    )


def _can_be_asked(
    scenario: Scenario, hold: float, years: float, vary: Ranges, cost: str, samples: int
) -> None:
    problems = (
        [] if 0 < hold < 1 else [f"--hold {hold:g}: must be a share between 0 and 1, such as 0.8"]
    )
    if not (1 <= years <= 100 and years == int(years)):  # noqa: PLR2004  the longest horizon
        problems.append(
            f"--years {years:g}: must be a whole number of years from 1 to 100, up to which "
            "costs are counted too"
        )
    if scenario.sampling.replicates < 2:  # noqa: PLR2004  said here
        problems.append(
            "--replicates 1: cannot tell in which parameter sets it is enough; take 2 or more"
        )
    problems += [
        f"--vary {key}: is no part of a guarantee; vary keys of regime. or europe."
        for key in vary
        if not key.startswith(("regime.", "europe."))
    ]
    if absent := [
        key
        for key in vary
        if key.startswith("regime.accession.") and scenario.regime.accession is None
    ]:
        problems += [
            f"--vary {key}: {scenario.name} has no accession, of which it could vary"
            for key in absent
        ]
    problems += (
        []
        if vary
        else [
            (
                "require needs a provision that may vary, such as --vary "
                "regime.deployment.brigades=0:25"
            )
        ]
    )
    problems += [
        f"--vary {key}={low:g}:{high:g}: the first limit must be below the second"
        for key, (low, high) in vary.items()
        if low >= high
    ]
    if cost not in (known := [each.name for each in COSTS]):
        problems.append(
            f"--cost {cost}: no such cost; those that are counted are {', '.join(known)}"
        )
    fewest = max(8, 2 * len(vary))
    problems += [f"--samples {samples}: must be {fewest} or more for {len(vary)} provisions"] * (
        samples < fewest
    )
    for end in (0, 1):
        try:
            replaced(scenario, {key: limits[end] for key, limits in vary.items()})
        except ScenarioError as wrong:
            problems += wrong.problems
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
