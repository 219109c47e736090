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
from sim.errors import ArgumentFault, Fault, RunError, ScenarioError
from sim.levels import TAILS
from sim.scenario.schema import Scenario
from sim.study.columns import (
    LABEL_TABLE,
    Column,
    Kind,
    TableSchema,
    estimate_with_limits,
    with_limits,
)
from sim.study.experiment import (
    JOINT,
    Evaluate,
    Factors,
    Responses,
    evaluate_scenarios,
    factors,
    with_uniform,
)
from sim.study.finding import LABELS, Finding, label_table
from sim.uncertainty import Floats

SAMPLES, REPLICATES, TRAJECTORIES = 4096, 4, 60
"""Judgements: seconds on one core, and intervals of about five percentage points for the leading
assumptions of the shipped scenarios. For as many histories in all, errors are least where chance
gives a point as much variance as parameters do, which takes few replicates.
"""
MIN_SAMPLES = 32
"""With fewer base points, resamples of them are too much alike for limits: a judgement."""
SCREENING = 8
"""The screening takes about one history in this many.

Its effects are absolute values, from which chance can only be averaged out.
"""
TARGET_HALF_WIDTH = 0.05
"""Half the interval of a total index that counts as precise enough: a judgement."""
RESAMPLES = 400
"""Resamples of the base points: enough for 95 % limits that hardly move with more; they cost
little.
"""
_GRID_LEVELS = 4
"""Levels of the screening's grid, the usual choice (Morris 1991)."""
_LEFT_OUT_TAIL = 0.05
"""Share of each tail that the screening leaves out: extremes would dominate its effects."""
_TENTHS = 10
_MAX_POINTS_SHOWN = 2000
"""Points that a figure can show, and a finding can keep."""
_REACH = float(stats.norm.ppf(TAILS[1]))
"""Standard errors from a mean to its 95 % limit."""
_ORDERS = ("first order", "total")
TABLES: Mapping[str, TableSchema] = {
    "indices": TableSchema(
        (
            Column("factor", Kind.TEXT, "-", "dotted key, or the joint draws"),
            Column("index", Kind.TEXT, "-", f"{_ORDERS[0]} (alone) or {_ORDERS[1]} (in all)"),
            *estimate_with_limits("share", "share of the variance by parameters; NaN if unknown"),
        )
    ),
    "screening": TableSchema(
        (
            Column("factor", Kind.TEXT, "-", "dotted key, or the joint draws"),
            Column("effect", Kind.NUMBER, "outcome", "mean size of the elementary effects"),
            Column("low", Kind.NUMBER, "outcome", "lower 95 % confidence limit"),
            Column("high", Kind.NUMBER, "outcome", "upper 95 % confidence limit"),
            Column("sigma", Kind.NUMBER, "outcome", "standard deviation of the effects"),
            Column("chance", Kind.NUMBER, "outcome", "size of the effects that chance alone gives"),
            Column("told", Kind.TRUTH, "-", "whether the effect is larger, beyond its error"),
        )
    ),
    "swings": TableSchema(
        (
            Column("factor", Kind.TEXT, "-", "dotted key"),
            Column("end", Kind.TEXT, "-", "low, high, or between where a tenth is beyond both"),
            Column("tenth", Kind.COUNT, "-", "tenth of the values of the factor, from 1"),
            *estimate_with_limits("outcome", "mean outcome with the factor in this tenth"),
        )
    ),
    "sample": TableSchema(
        (
            Column("points", Kind.COUNT, "points", "points of the variance-based sample"),
            *with_limits(Column("mean", Kind.NUMBER, "outcome", "mean outcome")),
            *with_limits(Column("variance", Kind.NUMBER, "outcome²", "variance by parameters")),
            *with_limits(
                Column("chance", Kind.NUMBER, "share", "chance in the variance of single histories")
            ),
            Column("widest", Kind.NUMBER, "share", "half the widest interval of a total index"),
            Column("enough", Kind.NUMBER, "base points", "sample for intervals of ±5 points"),
            Column("leads", Kind.NUMBER, "share", "resamples with the same leading factor"),
        )
    ),
    "points": TableSchema(
        (Column("outcome", Kind.NUMBER, "outcome", "mean outcome at the point"),), has_keys=True
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `sensitivity`."""
Indices = NDArray[np.float64]


def sensitivity(
    scenario: Scenario, outcome: str, *, against: Scenario | None = None, **options: Any
) -> pd.DataFrame:
    """Shares of the variance of an outcome that go with each uncertain number.

    Parameters
    ----------
    scenario
        At least one of its numbers is uncertain.
    outcome
        A measure by name, such as `survival@5`, `restricted_mean_years` or `cause.attack`.
    against
        Another scenario; the outcome is then the difference from it on the same histories.
    **options
        Those of `attribute_variance`, and of `sim.run`.

    Returns
    -------
    DataFrame
        The table `indices` of `TABLES`: a row a factor and index (first order: alone; total: with
        all that it does together with others), with 95 % limits, as shares of the variance by
        parameters.

    Raises
    ------
    ScenarioError
        For an outcome, a sample or scenarios that cannot be used.
    RunError
        For a missing point or a NaN.

    Examples
    --------
    >>> none = sim.load("scenarios/none.toml")
    >>> sim.sensitivity(none, "survival@5")  # doctest: +SKIP
    # skipped: it simulates some half a million histories

    """
    return attribute_variance(scenario, outcome, against=against, **options).table


def attribute_variance(
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
    """The finding of kind `sensitivity`, with the tables of `TABLES`; see `sensitivity`.

    Parameters
    ----------
    scenario, outcome, against
        As of `sensitivity`. Each scenario has the uncertain numbers of its own.
    vary
        Lower and upper limits of further numbers, by dotted key; provisions vary in `scenario`
        only.
    samples
        Base of the variance-based sample, a power of two: it has samples x (factors + 2) points.
    replicates
        Histories of each point.
    trajectories
        Of the screening.
    **options
        Those of `sim.run`.

    """
    _check(samples, replicates)
    compared = [scenario] if against is None else [scenario, against]
    _check_pair(compared)
    scenarios = with_uniform(compared, vary or {})
    measure = named(outcome, scenario.sampling.horizon_years)
    varied = factors(scenarios)
    closely = max(replicates, samples * replicates // (SCREENING * trajectories))
    evaluate, screened = (
        evaluate_scenarios(scenarios, varied, measure, count, **options)
        for count in (replicates, closely)
    )
    tables = sensitivity_tables(
        evaluate, screened, varied, samples, trajectories, scenario.sampling.seed
    )
    settings = {
        "outcome": outcome,
        "label": measure.label,
        "unit": measure.unit,
        "samples": samples,
        "replicates": replicates,
        "trajectories": trajectories,
        "vary": {key: list(limits) for key, limits in (vary or {}).items()},
        "scenarios": {one.name: one.determinants() for one in scenarios},
    }
    return Finding("sensitivity", settings, tables | label_table(scenarios))


def _check(samples: int, replicates: int) -> None:
    """Raise ScenarioError for a sample that cannot be used."""
    faults: list[Fault] = []
    if samples < MIN_SAMPLES or samples & (samples - 1):
        must = f"must be a power of two, {MIN_SAMPLES} or more"
        faults.append(ArgumentFault("samples", samples, must, str(SAMPLES)))
    if replicates < 2:  # noqa: PLR2004  said in the message
        must = "must be 2 or more, to separate chance from parameters"
        faults.append(ArgumentFault("replicates", replicates, must))
    if faults:
        raise ScenarioError(faults)


def _check_pair(scenarios: Sequence[Scenario]) -> None:
    """Raise ScenarioError unless scenarios differ in name and meet the same histories."""
    first, *others = scenarios
    for other in others:
        if other.name == first.name:
            must = "must be another scenario, of another name"
            raise ScenarioError(ArgumentFault("against", other.name, must))
        ours, theirs = (
            (one.sampling.seed, one.sampling.horizon_years, one.sampling.steps_per_year)
            for one in (first, other)
        )
        if ours != theirs:
            raise ScenarioError(
                f"{other.name}: has seed, horizon and steps a year {theirs}, where {first.name} "
                f"has {ours}; use the same in both, so that they meet the same histories"
            )


def sensitivity_tables(
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
    sample = Saltelli.sample(evaluate, varied, samples, seed)
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
    """Two independent samples A and B, and A with one factor of B at a time, as positions in the
    responses (Saltelli et al. 2010).
    """

    unit: Floats
    responses: Responses
    a: NDArray[np.intp]
    b: NDArray[np.intp]
    mixed: NDArray[np.intp]  # (factor, base)

    @classmethod
    def sample(cls, evaluate: Evaluate, varied: Factors, samples: int, seed: int) -> "Saltelli":
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
        responses = evaluate(unit)
        _guard(responses, len(unit))
        place = np.arange(len(unit)).reshape(samples, count + 2)
        return cls(unit, responses, place[:, 0], place[:, -1], place[:, 1:-1].T)

    def indices(self, base: NDArray[np.intp]) -> Indices:
        """First order, total (2, factor), from some of the base points.

        Then variance by parameters and by chance, in the last column.
        """
        a, b, mixed = self.a[base], self.b[base], self.mixed[:, base]
        responses = self.responses
        both = np.concatenate([a, b])
        centred = responses.mean - responses.mean[both].mean()
        variance = centred[both].var(ddof=1) - responses.noise[both].mean()
        first = (
            centred[b] * (centred[mixed] - centred[a])
            - responses.shared(b, mixed)
            + responses.shared(b, a)
        ).mean(axis=1)
        noise = responses.noise[a] + responses.noise[mixed] - 2 * responses.shared(a, mixed)
        total = ((centred[a] - centred[mixed]) ** 2 - noise).mean(axis=1) / 2
        shares = (
            np.stack([first, total]) / variance
            if variance > 0
            else np.full((2, len(mixed)), np.nan)
        )
        return np.column_stack([shares, [variance, responses.chance[both].mean()]])

    def resampled(self, seed: int) -> Indices:
        """The indices of resamples of the base points (resample, 2, factor + 1)."""
        rng, count = generator(seed, "resampled base points"), len(self.a)
        return np.stack([self.indices(rng.integers(count, size=count)) for _ in range(RESAMPLES)])


def screening(evaluate: Evaluate, varied: Factors, trajectories: int, seed: int) -> pd.DataFrame:
    """Mean size of the elementary effects of each factor (Morris 1991; Campolongo, Cariboni &
    Saltelli 2007): the table `screening` of `TABLES`.

    Factors move over two thirds of the way between their 5th and 95th percentiles; rows of joint
    draws have no order, so that each trajectory goes from one to another at random. Of points that
    are met twice, chance counts once.
    """
    from SALib.analyze import morris as analyze  # noqa: PLC0415  slow to import
    from SALib.sample import morris  # noqa: PLC0415

    problem = _problem(varied)
    grid = morris.sample(
        problem,
        trajectories,
        num_levels=_GRID_LEVELS,
        seed=stream_seed(seed, "trajectories", bits=31),
    )
    responses = evaluate(_placed(grid, varied, trajectories, seed))
    _guard(responses, len(grid))
    effects = analyze.analyze(
        problem,
        grid,
        responses.mean,
        num_levels=_GRID_LEVELS,
        num_resamples=RESAMPLES,
        seed=stream_seed(seed, "resampled effects", bits=31),
    )
    chance = _of_chance(grid, responses, trajectories)
    distinct = min(trajectories, len(np.unique(responses.row)) / (len(varied.names) + 1))
    reach = _REACH * chance * np.sqrt((np.pi / 2 - 1) / distinct)
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
    unit = _LEFT_OUT_TAIL + (1 - 2 * _LEFT_OUT_TAIL) * grid
    if JOINT in varied.names:
        column = varied.names.index(JOINT)
        shift = (
            generator(seed, "rows of joint draws")
            .random(trajectories)
            .repeat(len(grid) // trajectories)
        )
        unit[:, column] = (grid[:, column] + shift) % 1
    return unit


def _of_chance(grid: Floats, responses: Responses, trajectories: int) -> Floats:
    """Mean size (factor,) of elementary effects that are chance alone.

    Normal, with the variance of a difference of two points.
    """
    points = np.arange(len(grid)).reshape(trajectories, -1)
    before, after = points[:, :-1], points[:, 1:]
    moved = np.abs(grid[after] - grid[before])
    noise = (
        (responses.noise[before] + responses.noise[after])[..., None]
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


def _guard(responses: Responses, points: int) -> None:
    """Raises RunError unless there is a number for each point."""
    if not len(responses.mean) == len(responses.noise) == points:
        raise RunError(f"{len(responses.mean)} outcomes for {points} points")
    if not (np.isfinite(responses.mean).all() and np.isfinite(responses.noise).all()):
        raise RunError(
            f"{np.count_nonzero(~np.isfinite(responses.mean))} of {points} outcomes are no numbers"
        )


def _indices(names: list[str], estimate: Indices, resampled: Indices) -> pd.DataFrame:
    """One row a factor and index; all NaN where in some resample parameters explain nothing, so
    that no share is known.
    """
    low, high = np.quantile(resampled, TAILS, axis=0)
    known = np.where(np.isnan(low), np.nan, estimate)
    return pd.DataFrame(
        [
            {
                "factor": name,
                "index": index,
                "estimate": known[row, column],
                "low": low[row, column],
                "high": high[row, column],
            }
            for column, name in enumerate(names)
            for row, index in enumerate(_ORDERS)
        ]
    )


def _swings(names: list[str], sample: Saltelli) -> pd.DataFrame:
    """The outcome where a factor is in its lowest and in its highest tenth, and all others
    anywhere, with 95 % limits.

    A third end, `between`, is the tenth where the outcome is farthest beyond both, if it is beyond
    their limits anywhere: the answer is then a hump or a hollow. Rows of joint draws have no order,
    and no ends.
    """
    both = np.concatenate([sample.a, sample.b])
    rows = []
    for column, name in ((column, name) for column, name in enumerate(names) if name != JOINT):
        tenth = (sample.unit[both, column] * _TENTHS).astype(int)
        means = pd.DataFrame(
            [_mean(sample.responses.mean[both][tenth == number]) for number in range(_TENTHS)]
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
    return TABLES["swings"].table(rows)


def _mean(outcomes: Floats) -> dict[str, float]:
    """A mean over independent points with its 95 % limits, Student's."""
    reach = (
        float(
            stats.t.ppf(TAILS[1], len(outcomes) - 1) * outcomes.std(ddof=1) / np.sqrt(len(outcomes))
        )
        if len(outcomes) > 1
        else np.nan
    )
    return {
        "estimate": float(outcomes.mean()),
        "low": float(outcomes.mean()) - reach,
        "high": float(outcomes.mean()) + reach,
    }


def _sample(sample: Saltelli, estimate: Indices, resampled: Indices) -> pd.DataFrame:
    """One row: mean outcome, share of chance in one history's variance, the widest interval of a
    total, and the size that is enough.

    `leads` is how often among resamples the factor of the largest total is that of the estimate.
    """
    both = np.concatenate([sample.a, sample.b])
    chance, (low, high) = (
        float(_of_one_history(estimate)),
        np.quantile(_of_one_history(resampled), TAILS),
    )
    of_variance = np.quantile(resampled[:, 0, -1], TAILS)
    totals = np.quantile(resampled[:, 1, :-1], TAILS, axis=0)
    widest = float((totals[1] - totals[0]).max() / 2)
    enough = (
        2 ** int(np.ceil(np.log2(max(len(sample.a) * (widest / TARGET_HALF_WIDTH) ** 2, 8))))
        if np.isfinite(widest)
        else np.nan
    )
    leads = (
        float(np.mean(resampled[:, 1, :-1].argmax(axis=1) == estimate[1, :-1].argmax()))
        if np.isfinite(widest)
        else np.nan
    )
    mean, error = (
        sample.responses.mean[both].mean(),
        sample.responses.mean[both].std(ddof=1) / np.sqrt(len(both)),
    )
    return pd.DataFrame(
        [
            {
                "points": len(sample.unit),
                "mean": mean,
                "mean_low": mean - _REACH * error,
                "mean_high": mean + _REACH * error,
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
    chosen = both[np.sort(np.unique(sample.responses.row[both], return_index=True)[1])][
        :_MAX_POINTS_SHOWN
    ]
    return pd.DataFrame(
        varied.values(sample.unit[chosen]) | {"outcome": sample.responses.mean[chosen]}
    )
