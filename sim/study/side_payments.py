"""Side payments: what a little more of one thing costs in the other, along the frontier between the
chance that both sign a text and its durability if signed.

Every text of a sample of provisions within limits meets the same histories, so that differences
between them are paired. The frontier is found on one seed and estimated on another, which it has
not seen.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy

from sim.analysis.catalogue import BOTH_SIGN
from sim.analysis.designs import Designs
from sim.analysis.estimate import SHARE, Estimate, linearised
from sim.analysis.means import FunctionOfMeans, function_of_means
from sim.analysis.signing import DURABLE_YEARS, plain
from sim.chance import generator, stream_seed
from sim.ensemble.counted import drawn_worlds
from sim.ensemble.run import Progress
from sim.ensemble.variants import simulate_variants
from sim.errors import ArgumentFault, Fault, ScenarioError
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.study.clauses import DESIGNS, REPLICATES
from sim.study.factors import no_accession
from sim.study.requirement_faults import Ranges
from sim.uncertainty import Floats

SAMPLES = 128
"""Texts of the sample: a judgement."""


@dataclass(frozen=True)
class Point:
    """A text on the frontier."""

    provisions: Mapping[str, float]
    both_sign: Estimate
    survival_if_signed: Estimate
    price: Estimate | None
    """What one more percentage point of the chance that both sign costs in durability if signed,
    on the way from this text to the next; None for the last.
    """

    def document(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "provisions": dict(self.provisions),
            "both_sign": plain(self.both_sign),
            "survival_if_signed": plain(self.survival_if_signed),
            "price": None if self.price is None else plain(self.price),
        }


def simulations(samples: int = SAMPLES) -> int:
    """Histories of a frontier in its usual size: of each text, and of each again at most."""
    return 2 * (samples + 2) * DESIGNS * REPLICATES


def frontier(
    scenario: Scenario,
    vary: Ranges,
    *,
    designs: int = DESIGNS,
    replicates: int = REPLICATES,
    samples: int = SAMPLES,
    executor: Executor | None = None,
    progress: Progress | None = None,
    out: Path | None = None,
) -> list[Point]:
    """The texts along the frontier, the most durable first.

    `vary` gives limits of provisions of the guarantee. With `out`, what is simulated is kept in the
    store of points there. Raises ScenarioError.
    """
    _check(scenario, vary)
    size = {"sampling.designs": designs, "sampling.replicates": replicates}
    scenario = replaced(scenario, size)
    sampling = scenario.sampling
    unit = scipy.stats.qmc.Halton(len(vary), rng=generator(sampling.seed, "side payments")).random(
        samples
    )
    corners = np.array([[0.0] * len(vary), [1.0] * len(vary)])
    low, high = np.array(list(vary.values())).T
    places = low + (high - low) * np.vstack([corners, unit])
    both, durable = _linear(scenario, vary, places, executor, progress, out)
    on = _on_frontier(both.mean(axis=1), durable.mean(axis=1))
    seed = stream_seed(sampling.seed, "fresh histories")
    fresh = replaced(scenario, {"sampling.seed": seed})
    both, durable = _linear(fresh, vary, places[on], executor, None, out)
    kept = _apart(_on_frontier(both.mean(axis=1), durable.mean(axis=1)), both, fresh, vary)
    return _points(fresh, vary, places[on][kept], both[kept], durable[kept])


def _linear(
    scenario: Scenario,
    vary: Ranges,
    places: Floats,
    executor: Executor | None,
    progress: Progress | None,
    out: Path | None,
) -> tuple[Floats, Floats]:
    """The linearised chance that both sign, and durability if signed, each (text, world)."""
    counted = _outcomes(scenario)
    settings = [dict(zip(vary, place.tolist(), strict=True)) for place in places]
    columns = simulate_variants(
        scenario,
        settings,
        partial(_count, scenario),
        executor,
        progress,
        out=out,
        counted=", ".join(measure.name for measure in counted),
    )
    split = len(columns[0]) - 2
    pairs = [
        (counted[0].linear(column[:split]), counted[1].linear(column[split:])) for column in columns
    ]
    return np.stack([both for both, _ in pairs]), np.stack([durable for _, durable in pairs])


def _outcomes(scenario: Scenario) -> tuple[FunctionOfMeans, FunctionOfMeans]:
    years = min(DURABLE_YEARS, scenario.sampling.horizon_years)
    return (
        function_of_means(BOTH_SIGN, scenario),
        function_of_means(f"survival_if_signed@{years}", scenario),
    )


def _count(scenario: Scenario, worlds: pd.DataFrame) -> Floats:
    return np.vstack([outcome.columns(worlds) for outcome in _outcomes(scenario)])


def _on_frontier(both: Floats, durable: Floats) -> list[int]:
    """The places that no other beats in both, the most durable first."""
    kept: list[int] = []
    best = -np.inf
    for place in np.lexsort((-both, -durable)).tolist():
        if both[place] > best:
            kept.append(place)
            best = float(both[place])
    return kept


def _apart(on: Sequence[int], both: Floats, scenario: Scenario, vary: Ranges) -> list[int]:
    """Those that are likelier to be signed than the one before by more than the sampling error."""
    of_designs = Designs(_frame(scenario, vary))
    kept = [on[0]]
    for place in on[1:]:
        more = _by_design(both[place] - both[kept[-1]], of_designs)
        if more.mean() > of_designs.quantile * of_designs.error(more):
            kept.append(place)
    return kept


def _by_design(values: Floats, of_designs: Designs) -> Floats:
    return np.asarray(values.reshape(of_designs.count, -1).mean(axis=1))


def _points(
    scenario: Scenario, vary: Ranges, places: Floats, both: Floats, durable: Floats
) -> list[Point]:
    of_designs = Designs(_frame(scenario, vary))
    pairs = [
        (_by_design(signs, of_designs), _by_design(holds, of_designs))
        for signs, holds in zip(both, durable, strict=True)
    ]
    points = []
    for number, (place, (signs, holds)) in enumerate(zip(places, pairs, strict=True)):
        price = None
        if number + 1 < len(pairs):
            next_signs, next_holds = pairs[number + 1]
            price = Estimate(*linearised(holds - next_holds, next_signs - signs, of_designs))
        provisions = dict(zip(vary, map(float, place), strict=True))
        points.append(
            Point(provisions, _share(signs, of_designs), _share(holds, of_designs), price)
        )
    return points


def _share(values: Floats, of_designs: Designs) -> Estimate:
    middle, reach = float(values.mean()), of_designs.quantile * of_designs.error(values)
    low, high = np.clip([middle - reach, middle + reach], *SHARE)
    return Estimate(middle, float(low), float(high))


def _frame(scenario: Scenario, vary: Ranges) -> pd.DataFrame:
    """The worlds, and what is drawn for all texts alike."""
    uncertain = {
        key: distribution for key, distribution in scenario.uncertain().items() if key not in vary
    }
    return drawn_worlds(scenario.sampling, uncertain, scenario.correlation)


def _check(scenario: Scenario, vary: Ranges) -> None:
    """Raise ScenarioError with every fault of the provisions that vary."""
    faults: list[Fault] = []
    for key in vary:
        if not key.startswith("regime."):
            faults.append(ArgumentFault("vary", key, "must be a key of regime."))
        if key.startswith("regime.accession.") and scenario.regime.accession is None:
            faults.append(no_accession(key, scenario.name))
    ends: Sequence[int] = () if faults else (0, 1)
    for end in ends:
        try:
            replaced(scenario, {key: limits[end] for key, limits in vary.items()})
        except ScenarioError as wrong:
            faults += wrong.faults
    if faults:
        raise ScenarioError(faults)
