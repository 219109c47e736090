"""Which assumptions drive the answer: an outcome's uncertainty, shared out over what is not known, and told from chance."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimate import over_designs
from sim.analysis.measures import Measure, named
from sim.ensemble.run import Progress
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario
from sim.study import indices
from sim.study.finding import Finding
from sim.study.indices import Interval, Screening, Variance
from sim.study.points import FEWEST, JOINT, evaluator, factors, values, varied
from sim.uncertainty import Floats

SAMPLES = 8192
"""By default: a judgement, the limits of a leading total index are then some ±0.05, in about ten seconds."""
REPLICATES = 4
"""By default: for as many histories in all, errors are least where chance gives a point as much variance as parameters do."""
LEAST_SAMPLES = 64
TRAJECTORIES = 64
WANTED = 0.05
"""Half the width of an interval of a total index, at which the sample counts as large enough."""
_SCREENING_SHARE = 8
_TENTHS, _SHOWN = 10, 2000
Limits = Mapping[str, tuple[float, float]]
"""Values that are varied between limits, by dotted key."""


def sensitivity(scenario: Scenario, outcome: str, **options: Any) -> pd.DataFrame:
    """Indices of the sensitivity of an outcome to what is not known, one row for each; options as `find`.

    Columns: parameter (dotted key, or "joint draws"), method ("Sobol" or "Morris"), index ("first", "total" or "mu_star"), estimate,
    low, high (95 %). Sobol's are shares of the variance over parameters, free of chance; Morris's is in units of the outcome.
    """
    return find(scenario, outcome, **options).table


def find(scenario: Scenario, outcome: str, *, against: Scenario | None = None, vary: Limits | None = None, samples: int = SAMPLES,
         replicates: int = REPLICATES, progress: Progress | None = None, workers: int = 1) -> Finding:
    """The sensitivity of an outcome, or with `against` of its paired difference between two scenarios on the same histories.

    Uncertain parameters follow the distributions of each scenario, and `vary` adds values that are equally likely between limits; those
    of the regime are varied in the scenario itself only, all others under both. `samples` (a power of two) base points of `replicates`
    histories make samples · (factors + 2) points. Tables: `indices` (as `sensitivity`), `screening` (parameter, mu_star, low, high,
    mu, sigma, by_chance, told), `tenths` (the mean outcome in each tenth of the values of a parameter, all others varied), `points` (some
    of them, with the outcome), `sample` (one row: what share is chance, whether the sample was large enough, what would be). Raises
    ScenarioError for an outcome, key or number that cannot be, RunError where the answer is not told from chance.
    """
    vary, scenarios = vary or {}, [scenario] if against is None else [scenario, against]
    measure = named(outcome, scenario.sampling.horizon_years)
    _possible(scenarios, samples, replicates)
    shared = {key: limits for key, limits in vary.items() if not key.startswith("regime.")}
    scenarios = [varied(each, shared if number else vary) for number, each in enumerate(scenarios)]
    names = factors(scenarios)
    screened = max(replicates, samples * replicates // (_SCREENING_SHARE * TRAJECTORIES))
    worlds = len(scenarios) * (samples * (len(names) + 2) * replicates + TRAJECTORIES * (len(names) + 1) * screened)
    evaluate = evaluator(scenarios, measure, progress=progress and _of_all(progress, worlds), workers=workers)
    seed = scenario.sampling.seed
    points = indices.saltelli(len(names), samples, seed)
    shares, came = indices.variance(evaluate, points, replicates, seed)
    unordered = tuple(number for number, name in enumerate(names) if name == JOINT)
    effects = indices.screening(evaluate, len(names), TRAJECTORIES, screened, seed, unordered)
    base, outcome_at = _base(points, came.mean)
    at = {key: column for each in reversed(scenarios) for key, column in values(each, names, base).items()}
    is_share = measure.is_share and against is None
    return Finding("sensitivity", _asked(scenarios, measure, vary, samples, replicates), {
        "indices": _indices(names, shares, effects),
        "screening": _screening(names, effects),
        "tenths": _tenths({name: at[name] for name in names if name != JOINT}, outcome_at, is_share=is_share),
        "points": pd.DataFrame(at | {"outcome": outcome_at}).head(_SHOWN),
        "sample": _sample(shares, outcome_at, points.shape, replicates, worlds, is_share=is_share),
    })


def _possible(scenarios: Sequence[Scenario], samples: int, replicates: int) -> None:
    """Raises ScenarioError for numbers with which nothing can be told."""
    problems = []
    if samples < LEAST_SAMPLES or samples & (samples - 1):
        problems.append(f"--samples {samples}: must be a power of two, {LEAST_SAMPLES} or more, such as {SAMPLES}")
    if replicates < FEWEST:
        problems.append(f"--replicates {replicates}: must be {FEWEST} or more, or chance cannot be told from parameters")
    if len({each.sampling.model_dump_json(include={"seed", "horizon_years", "steps_per_year"}) for each in scenarios}) > 1:
        problems.append(f"{' and '.join(each.name for each in scenarios)}: differ in seed, horizon or step, so that their histories are no "
                        "pairs; give both the same sampling")
    if problems:
        raise ScenarioError(problems)


def _of_all(progress: Progress, worlds: int) -> Progress:
    """Progress of several runs, one after another, told as that of all."""
    before = 0

    def told(done: int, of: int) -> None:
        nonlocal before
        progress(before + done, worlds)
        before += of if done == of else 0
    return told


def _base(points: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """The points that are independent of each other, those of A and of B, and what came out at them."""
    samples, matrices, count = points.shape
    by_sample = mean.reshape(samples, matrices)
    return points[:, [0, -1]].reshape(-1, count), by_sample[:, [0, -1]].ravel()


def _indices(names: Sequence[str], shares: Variance, effects: Screening) -> pd.DataFrame:
    """One row a parameter and index, the most influential parameter first."""
    told = [("Sobol", "first", shares.first), ("Sobol", "total", shares.total), ("Morris", "mu_star", effects.size)]
    rows = [{"parameter": names[number], "method": method, "index": index} | _row(interval, number)
            for number in np.argsort(-shares.total.estimate, kind="stable") for method, index, interval in told]
    return pd.DataFrame(rows)


def _screening(names: Sequence[str], effects: Screening) -> pd.DataFrame:
    """One row a parameter, that of the largest effect first."""
    size = effects.size
    table = pd.DataFrame({"parameter": names, "mu_star": size.estimate, "low": size.low, "high": size.high, "mu": effects.mean,
                          "sigma": effects.spread, "by_chance": effects.by_chance, "told": size.estimate > effects.by_chance})
    return table.sort_values("mu_star", ascending=False, ignore_index=True, kind="stable")


def _tenths(at: Mapping[str, Floats], outcome: Floats, *, is_share: bool) -> pd.DataFrame:
    """The mean outcome in each tenth of the values of a parameter, the lowest first, while all others vary.

    The means of all other parameters' tenths are taken out of the outcome before (a control variate), so that it is not their chance
    meeting that shows.
    """
    tenth = {key: (np.argsort(np.argsort(column, kind="stable")) * _TENTHS) // len(outcome) for key, column in at.items()}
    effect = {key: np.array([outcome[of == number].mean() for number in range(_TENTHS)])[of] - outcome.mean() for key, of in tenth.items()}
    explained = sum(effect.values(), np.zeros_like(outcome))
    rows = []
    for key, column in at.items():
        adjusted = outcome - (explained - effect[key])
        for number in range(_TENTHS):
            inside = tenth[key] == number
            middle, low, high = over_designs(adjusted[inside], is_share=is_share)
            rows.append({"parameter": key, "tenth": number + 1, "from": column[inside].min(), "to": column[inside].max(),
                         "value": np.median(column[inside]), "estimate": middle, "low": low, "high": high})
    return pd.DataFrame(rows, columns=["parameter", "tenth", "from", "to", "value", "estimate", "low", "high"])


def _sample(shares: Variance, outcome: Floats, shape: tuple[int, ...], replicates: int, worlds: int, *, is_share: bool) -> pd.DataFrame:
    """One row: the mean outcome, what share of a history's variance is chance, and whether the sample was large enough."""
    samples, _, count = shape
    middle, low, high = over_designs(outcome, is_share=is_share)
    widest = float((shares.total.high - shares.total.low).max() / 2)
    leading = int(np.argmin([*shares.apart, False]))
    named_rows = {"chance_share": shares.chance_share, "sum_of_first": shares.sum_of_first, "variance_by_parameters": shares.by_parameters,
                  "variance_by_chance": shares.by_chance}
    told = {f"{name}{ending}": value for name, interval in named_rows.items()
            for ending, value in zip(("", "_low", "_high"), _row(interval, 0).values(), strict=True)}
    return pd.DataFrame([{"mean": middle, "mean_low": low, "mean_high": high} | told | {
        "samples": samples, "replicates": replicates, "factors": count, "worlds": worlds, "widest": widest, "enough": widest <= WANTED,
        "samples_wanted": 2 ** math.ceil(math.log2(samples * (widest / WANTED) ** 2)), "leading_apart": leading,
        "sane": bool(shares.sum_of_first.low[0] <= 1)}])


def _row(interval: Interval, number: int) -> dict[str, float]:
    return {name: float(each[number]) for name, each in asdict(interval).items()}


def _asked(scenarios: Sequence[Scenario], measure: Measure, vary: Limits, samples: int, replicates: int) -> dict[str, Any]:
    """What determines a finding, and what its words need."""
    determinants = [each.determinants() for each in scenarios]
    for each in determinants:
        del each["sampling"]["designs"], each["sampling"]["replicates"]
    return {"scenario": scenarios[0].name, "against": scenarios[1].name if len(scenarios) > 1 else None, "outcome": measure.name,
            "label": measure.label, "unit": measure.unit, "vary": {key: list(limits) for key, limits in vary.items()}, "samples": samples,
            "replicates": replicates, "seed": scenarios[0].sampling.seed, "determinants": determinants}
