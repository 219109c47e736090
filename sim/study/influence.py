"""Which assumptions drive an outcome: screening by elementary effects, and shares of its variance,
both freed of chance.

The outcome at a point is the mean of a few histories, so that it varies by chance where nothing
else does. That variance is known from the histories themselves and is taken out of every square;
products of different points hold none of it, being independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from sim.analysis.measures import named
from sim.chance import generator, stream_seed
from sim.ensemble.store import RunError
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario
from sim.study.finding import Finding, called
from sim.study.points import JOINT, Evaluate, Factors, Responses, factors, of_scenarios, with_limits
from sim.uncertainty import Floats

SAMPLES, REPLICATES, TRAJECTORIES = 4096, 4, 60
"""Judgements: seconds on one core, and intervals of about five points for the leading assumptions
of the shipped scenarios. For as many histories in all, errors are least where chance gives a point
as much variance as parameters do, which takes few replicates.
"""
SCREENING = 8
"""The screening takes about one in so many histories.

Its effects are absolute values, from which chance can only be averaged out.
"""
GOAL = 0.05
"""Half the interval of a total index that counts as precise enough: a judgement."""
RESAMPLES = 400
_LEVELS, _TAIL, _TENTHS, _MOST = 4, 0.05, 10, 2000
_LIMITS = (0.025, 0.975)
Indices = NDArray[np.float64]


def sensitivity(
    scenario: Scenario, outcome: str, *, against: Scenario | None = None, **options: Any
) -> pd.DataFrame:
    """Shares of the variance of an outcome: the first table of `find`, which takes the same
    options.
    """
    return find(scenario, outcome, against=against, **options).table


def find(
    scenario: Scenario,
    outcome: str,
    *,
    against: Scenario | None = None,
    vary: Mapping[str, tuple[float, float]] | None = None,
    samples: int = SAMPLES,
    replicates: int = REPLICATES,
    trajectories: int = TRAJECTORIES,
    **options: Any,
) -> Finding:
    """Which uncertain numbers, and which provisions within the limits of `vary`, drive an outcome,
    or its difference from `against`.

    Each scenario has the uncertain numbers of its own; of those of `vary`, provisions of the regime
    vary in `scenario` only. `samples`, a power of two, is the base of the variance-based sample, of
    samples x (factors + 2) points with `replicates` histories each; `trajectories` is that of the
    screening. `options` are those of `sim.run`. Tables: indices (factor, index, estimate, low,
    high), screening (factor, effect, low, high, chance, sigma, told), swings (factor, end, tenth,
    estimate, low, high), sample, points. Raises ScenarioError for what cannot be asked, RunError
    for a missing point or a NaN.
    """
    if samples < 32 or samples & (samples - 1):  # noqa: PLR2004  said in the message
        raise ScenarioError(
            [f"--samples {samples}: must be a power of two from 32 on, such as {SAMPLES}"]
        )
    asked_of = [scenario] if against is None else [scenario, against]
    _pairs(asked_of)
    if replicates < 2:  # noqa: PLR2004  said in the message
        raise ScenarioError(
            [
                (
                    f"--replicates {replicates}: one history a point cannot tell chance from "
                    "parameters; take 2 or more"
                )
            ]
        )
    scenarios = with_limits(asked_of, vary or {})
    measure, varied, seed = (
        named(outcome, scenario.sampling.horizon_years),
        factors(scenarios),
        scenario.sampling.seed,
    )
    closely = max(replicates, samples * replicates // (SCREENING * trajectories))
    evaluate, screened = (
        of_scenarios(scenarios, varied, measure, count, **options)
        for count in (replicates, closely)
    )
    tables = study(evaluate, screened, varied, samples, trajectories, seed)
    asked = {
        "outcome": outcome,
        "label": measure.label,
        "unit": measure.unit,
        "samples": samples,
        "replicates": replicates,
        "trajectories": trajectories,
        "vary": {key: list(limits) for key, limits in (vary or {}).items()},
        "scenarios": {each.name: each.determinants() for each in scenarios},
    }
    return Finding("sensitivity", asked, tables | called(scenarios))


def _pairs(scenarios: Sequence[Scenario]) -> None:
    """Raises ScenarioError unless scenarios differ in name and meet the same histories."""
    first, *others = scenarios
    for other in others:
        if other.name == first.name:
            raise ScenarioError(
                [
                    (
                        f"{other.name}: is asked against itself; name another scenario, or "
                        f"give one "
                        "of them another name"
                    )
                ]
            )
        ours, theirs = (
            (each.sampling.seed, each.sampling.horizon_years, each.sampling.steps_per_year)
            for each in (first, other)
        )
        if ours != theirs:
            problem = (
                f"{other.name}: has seed, horizon and steps a year {theirs}, where {first.name} "
                f"has {ours}"
            )
            raise ScenarioError(
                [f"{problem}; say the same in both, so that they meet the same histories"]
            )


def study(
    evaluate: Evaluate,
    screened: Evaluate,
    varied: Factors,
    samples: int,
    trajectories: int,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """The tables of a sensitivity, of a scenario or of any function of points in the unit cube.

    `screened` with more histories a point.
    """
    sample = Saltelli.of(evaluate, varied, samples, seed)
    estimate, resampled = sample.indices(np.arange(samples)), sample.resampled(seed)
    return {
        "indices": _indices(varied.names, estimate, resampled),
        "screening": screening(screened, varied, trajectories, seed),
        "swings": _swings(varied.names, sample),
        "sample": _sample(sample, estimate, resampled),
        "points": _points(varied, sample),
    }


@dataclass(frozen=True)
class Saltelli:
    """Two independent samples A and B, and A with one factor of B at a time (Saltelli et al.

    2010), as positions in the responses.
    """

    unit: Floats
    found: Responses
    a: NDArray[np.intp]
    b: NDArray[np.intp]
    mixed: NDArray[np.intp]  # (factor, base)

    @classmethod
    def of(cls, evaluate: Evaluate, varied: Factors, samples: int, seed: int) -> "Saltelli":
        """Scrambled Sobol points, evaluated."""
        # it is slow to import, and only this needs it
        from SALib.sample import sobol  # noqa: PLC0415

        count = len(varied.names)
        unit = np.clip(
            sobol.sample(
                _problem(varied),
                samples,
                calc_second_order=False,
                seed=stream_seed(seed, "sobol sample", bits=31),
            ),
            2.0**-53,
            1 - 2.0**-53,
        )
        found = evaluate(unit)
        _guard(found, len(unit))
        place = np.arange(len(unit)).reshape(samples, count + 2)
        return cls(unit, found, place[:, 0], place[:, -1], place[:, 1:-1].T)

    def indices(self, base: NDArray[np.intp]) -> Indices:
        """First order, total (2, factor), from some of the base points.

        Then variance by parameters and by chance, in the last column.
        """
        a, b, mixed, found = self.a[base], self.b[base], self.mixed[:, base], self.found
        both = np.concatenate([a, b])
        centred = found.mean - found.mean[both].mean()
        variance = centred[both].var(ddof=1) - found.noise[both].mean()
        first = (
            centred[b] * (centred[mixed] - centred[a]) - found.shared(b, mixed) + found.shared(b, a)
        ).mean(axis=1)
        noise = found.noise[a] + found.noise[mixed] - 2 * found.shared(a, mixed)
        total = ((centred[a] - centred[mixed]) ** 2 - noise).mean(axis=1) / 2
        shares = (
            np.stack([first, total]) / variance
            if variance > 0
            else np.full((2, len(mixed)), np.nan)
        )
        return np.column_stack([shares, [variance, found.chance[both].mean()]])

    def resampled(self, seed: int) -> Indices:
        """The indices of resamples of the base points (resample, 2, factor + 1)."""
        rng, count = generator(seed, "resampled base points"), len(self.a)
        return np.stack([self.indices(rng.integers(count, size=count)) for _ in range(RESAMPLES)])


def screening(evaluate: Evaluate, varied: Factors, trajectories: int, seed: int) -> pd.DataFrame:
    """Mean size of the elementary effects of each factor (Morris 1991.

    Campolongo, Cariboni & Saltelli 2007).

    Factors move over two thirds of the way between their 5th and 95th percentiles; rows of joint
    draws have no order, so that each trajectory goes from one to another at random. Columns:
    factor, effect, low, high, sigma, chance (the size that chance alone would give, points that are
    met twice counting once), told (whether the effect is larger than that by more than its error).
    """
    from SALib.analyze import morris as analyze  # noqa: PLC0415  slow to import
    from SALib.sample import morris  # noqa: PLC0415

    problem = _problem(varied)
    grid = morris.sample(
        problem, trajectories, num_levels=_LEVELS, seed=stream_seed(seed, "trajectories", bits=31)
    )
    found = evaluate(_placed(grid, varied, trajectories, seed))
    _guard(found, len(grid))
    effects = analyze.analyze(
        problem,
        grid,
        found.mean,
        num_levels=_LEVELS,
        num_resamples=RESAMPLES,
        seed=stream_seed(seed, "resampled effects", bits=31),
    )
    chance = _of_chance(grid, found, trajectories)
    distinct = min(trajectories, len(np.unique(found.row)) / (len(varied.names) + 1))
    reach = stats.norm.ppf(_LIMITS[1]) * chance * np.sqrt((np.pi / 2 - 1) / distinct)
    size, error = np.asarray(effects["mu_star"]), np.asarray(effects["mu_star_conf"])
    return pd.DataFrame(
        {
            "factor": varied.names,
            "effect": size,
            "low": np.maximum(size - error, 0),
            "high": size + error,
            "sigma": np.asarray(effects["sigma"]),
            "chance": chance,
            "told": size > chance + reach,
        }
    )


def _placed(grid: Floats, varied: Factors, trajectories: int, seed: int) -> Floats:
    """Where the points of a grid lie in the unit cube (point, factor)."""
    unit = _TAIL + (1 - 2 * _TAIL) * grid
    if JOINT in varied.names:
        column = varied.names.index(JOINT)
        shift = (
            generator(seed, "rows of joint draws")
            .random(trajectories)
            .repeat(len(grid) // trajectories)
        )
        unit[:, column] = (grid[:, column] + shift) % 1
    return unit


def _of_chance(grid: Floats, found: Responses, trajectories: int) -> Floats:
    """Mean size (factor,) of elementary effects that are chance alone.

    Normal, with the variance of a difference of two points.
    """
    points = np.arange(len(grid)).reshape(trajectories, -1)
    before, after = points[:, :-1], points[:, 1:]
    moved = np.abs(grid[after] - grid[before])
    noise = (
        (found.noise[before] + found.noise[after])[..., None]
        * (moved > 0)
        / np.where(moved > 0, moved, 1) ** 2
    )
    return np.asarray(np.sqrt(2 / np.pi * noise.sum(axis=(0, 1)) / trajectories))


def _problem(varied: Factors) -> dict[str, Any]:
    return {
        "num_vars": len(varied.names),
        "names": varied.names,
        "bounds": [[0, 1]] * len(varied.names),
    }


def _guard(found: Responses, points: int) -> None:
    """Raises RunError unless there is a number for each point."""
    if not len(found.mean) == len(found.noise) == points:
        raise RunError(f"{len(found.mean)} outcomes for {points} points")
    if not (np.isfinite(found.mean).all() and np.isfinite(found.noise).all()):
        raise RunError(
            f"{np.count_nonzero(~np.isfinite(found.mean))} of {points} outcomes are no numbers"
        )


def _indices(names: list[str], estimate: Indices, resampled: Indices) -> pd.DataFrame:
    """One row a factor and index; all NaN where in some resample parameters explain nothing, so
    that no share can be told.
    """
    low, high = np.quantile(resampled, _LIMITS, axis=0)
    told = np.where(np.isnan(low), np.nan, estimate)
    return pd.DataFrame(
        [
            {
                "factor": name,
                "index": index,
                "estimate": told[row, column],
                "low": low[row, column],
                "high": high[row, column],
            }
            for column, name in enumerate(names)
            for row, index in enumerate(("first order", "total"))
        ]
    )


def _swings(names: list[str], sample: Saltelli) -> pd.DataFrame:
    """The outcome where a factor is in its lowest and in its highest tenth, and all others
    anywhere, with 95 % limits.

    A third end, `between`, is the tenth where the outcome is farthest beyond both, if it is beyond
    their limits anywhere: the answer is then a hump or a hollow. Rows of joint draws have no order,
    and no ends.
    """
    both, columns = (
        np.concatenate([sample.a, sample.b]),
        ["factor", "end", "tenth", "estimate", "low", "high"],
    )
    rows = []
    for column, name in ((column, name) for column, name in enumerate(names) if name != JOINT):
        tenth = (sample.unit[both, column] * _TENTHS).astype(int)
        means = pd.DataFrame(
            [_mean(sample.found.mean[both][tenth == number]) for number in range(_TENTHS)]
        )
        beyond = np.maximum(
            means["low"] - means["high"].iloc[[0, -1]].max(),
            means["low"].iloc[[0, -1]].min() - means["high"],
        )
        ends = {"low": 0, "high": _TENTHS - 1} | (
            {"between": int(beyond.to_numpy().argmax())} if beyond.max() > 0 else {}
        )
        rows += [
            {"factor": name, "end": end, "tenth": number + 1} | means.loc[number].to_dict()
            for end, number in ends.items()
        ]
    return pd.DataFrame(rows, columns=columns)


def _mean(some: Floats) -> dict[str, float]:
    """A mean over independent points with its 95 % limits, Student's."""
    reach = (
        float(stats.t.ppf(_LIMITS[1], len(some) - 1) * some.std(ddof=1) / np.sqrt(len(some)))
        if len(some) > 1
        else np.nan
    )
    return {
        "estimate": float(some.mean()),
        "low": float(some.mean()) - reach,
        "high": float(some.mean()) + reach,
    }


def _sample(sample: Saltelli, estimate: Indices, resampled: Indices) -> pd.DataFrame:
    """One row: mean outcome, share of chance in one history's variance, the widest interval of a
    total, and the size that is enough.

    `leads` is how often among resamples the factor of the largest total is that of the estimate.
    """
    both = np.concatenate([sample.a, sample.b])
    chance, (low, high) = (
        float(_of_one_history(estimate)),
        np.quantile(_of_one_history(resampled), _LIMITS),
    )
    of_variance = np.quantile(resampled[:, 0, -1], _LIMITS)
    totals = np.quantile(resampled[:, 1, :-1], _LIMITS, axis=0)
    widest = float((totals[1] - totals[0]).max() / 2)
    enough = (
        2 ** int(np.ceil(np.log2(max(len(sample.a) * (widest / GOAL) ** 2, 8))))
        if np.isfinite(widest)
        else np.nan
    )
    leads = (
        float(np.mean(resampled[:, 1, :-1].argmax(axis=1) == estimate[1, :-1].argmax()))
        if np.isfinite(widest)
        else np.nan
    )
    mean, error = (
        sample.found.mean[both].mean(),
        sample.found.mean[both].std(ddof=1) / np.sqrt(len(both)),
    )
    return pd.DataFrame(
        [
            {
                "points": len(sample.unit),
                "mean": mean,
                "mean_low": mean - 1.96 * error,
                "mean_high": mean + 1.96 * error,
                "variance": estimate[0, -1],
                "variance_low": of_variance[0],
                "variance_high": of_variance[1],
                "chance": chance,
                "chance_low": low,
                "chance_high": high,
                "widest": widest,
                "enough": enough,
                "leads": leads,
            }
        ]
    )


def _of_one_history(indices: Indices) -> Floats:
    """The share of chance in the variance between single histories; NaN where nothing varies."""
    parameters, chance = np.maximum(indices[..., 0, -1], 0), indices[..., 1, -1]
    whole = parameters + chance
    return np.divide(chance, whole, out=np.full_like(whole, np.nan), where=whole > 0)


def _points(varied: Factors, sample: Saltelli) -> pd.DataFrame:
    """What was simulated, at most 2,000 points of the two independent samples, each once.

    A column a key, and the outcome.
    """
    both = np.concatenate([sample.a, sample.b])
    chosen = both[np.sort(np.unique(sample.found.row[both], return_index=True)[1])][:_MOST]
    return pd.DataFrame(varied.values(sample.unit[chosen]) | {"outcome": sample.found.mean[chosen]})
