"""Numbers that depend on means over all histories, such as the chance that Ukraine signs, which
decides once, on what it expects (docs/model.md, section "Who would sign").
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.analysis.catalogue import (
    BOTH_SIGN,
    OF_MEANS,
    UKRAINE_GAIN,
    UKRAINE_SIGNS,
    named,
    unknown_outcome,
    without_years,
)
from sim.analysis.designs import designs_of
from sim.analysis.estimate import (
    ANY,
    SHARE,
    Estimate,
    Limits,
    linearised,
    ratio_by_design,
    share_limits,
)
from sim.analysis.measures import RUSSIA_SIGNS, Columns, Measure
from sim.analysis.resampling import weighted_quantiles
from sim.errors import ImpossibleError
from sim.game.signing import ukraine_signs
from sim.levels import SPREAD
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution, Floats

_IF_SIGNED = "survival_if_signed@"
_NOISE = "ukraine.choice_noise"


def after_signature(values: Floats, worlds: Columns, within: Limits) -> Estimate:
    """The mean of one number a world, weighted by Russia's chance of signing: a ratio of means.

    A share has Wilson's limits, so that what no history showed is not certain. The range is that of
    the parameter sets after a signature: each has the ratio of its own histories, and counts by its
    chance of signing. Raises ImpossibleError where Russia signs in no history.
    """
    designs, signs = designs_of(worlds), RUSSIA_SIGNS.numbers(worlds)
    if not signs.any():
        raise ImpossibleError("after a signature: in no history does Russia sign")
    signs = signs / signs.max()  # or the squares of chances near nothing would be nothing
    numerator, denominator = (
        numbers.reshape(designs.count, -1) for numbers in (signs * values, signs)
    )
    value, low, high = linearised(numerator.mean(axis=1), denominator.mean(axis=1), designs)
    if within is SHARE:
        value, error = float(np.clip(value, *SHARE)), (high - low) / 2 / designs.quantile
        low, high = share_limits(value, error, designs, denominator)
    own, weights = ratio_by_design(numerator, denominator, designs), denominator.mean(axis=1)
    spread_low, spread_high = weighted_quantiles(own, weights / weights.sum(), SPREAD)
    made = Estimate(value, low, high, float(spread_low), float(spread_high))
    return _within(made, within)


@dataclass(frozen=True)
class FunctionOfMeans:
    """A number that depends on means over all histories, such as the chance that Ukraine signs.

    `columns` gives what is averaged, (mean, world); `value` and `gradient` take these means.
    """

    name: str
    label: str
    unit: str
    columns: Callable[[Columns], Floats]
    value: Callable[[Floats], float]
    gradient: Callable[[Floats], Floats]

    def linearised(self, worlds: Columns) -> Floats:
        """One number a world whose mean is the function of the means, and whose sampling error is
        that of the function to first order (the delta method).
        """
        return self.linear(self.columns(worlds))

    def linear(self, columns: Floats) -> Floats:
        """The same from the columns (mean, world)."""
        means = columns.mean(axis=1)
        away = self.gradient(means) @ (columns - means[:, None])
        return np.asarray(self.value(means) + away)

    def estimate(self, worlds: Columns) -> Estimate:
        """With limits of the delta method; there is one number over all parameter sets."""
        designs, numbers = designs_of(worlds), self.linearised(worlds)
        if not np.isfinite(numbers).all():
            raise ImpossibleError(f"{self.label}: in no history does Russia sign")
        value = float(numbers.mean())
        reach = designs.quantile * designs.error(numbers.reshape(designs.count, -1).mean(axis=1))
        within = SHARE if self.unit == "share" else ANY
        return _within(Estimate(value, value - reach, value + reach), within)


def function_of_means(name: str, scenario: Scenario) -> FunctionOfMeans:
    """The outcome of this name that is a function of means: `ukraine_signs`, `both_sign`,
    `ukraine_gain` or `survival_if_signed@YEARS`. Raises KeyError for another.
    """
    noise = scenario.ukraine.choice_noise

    def decides(worlds: Columns) -> Floats:
        """Russia's chance of signing, Ukraine's gain weighted by it, and Ukraine's choice noise."""
        drawn = isinstance(noise, Distribution)
        noises = worlds[_NOISE].to_numpy() if drawn else np.full(len(worlds["world"]), noise)
        return np.stack([RUSSIA_SIGNS.numbers(worlds), _weighted_gain(worlds), noises])

    if name == UKRAINE_SIGNS:
        label = "Ukraine signs"
        return FunctionOfMeans(name, label, "share", decides, _ukraine_signs, _ukraine_slope)
    if name == BOTH_SIGN:
        return FunctionOfMeans(name, "both sign", "share", decides, _both_sign, _both_slope)
    if name == UKRAINE_GAIN:
        label = "what Ukraine gains over fighting on"
        return _ratio_of_means(name, label, "utility", _weighted_gain)
    if not name.startswith(_IF_SIGNED):
        raise KeyError(name)
    years = name.removeprefix(_IF_SIGNED)
    measure = named(f"survival@{years}", scenario.sampling.horizon_years)
    return _ratio_of_means(
        name,
        f"{measure.label} if signed",
        "share",
        lambda worlds: np.asarray(RUSSIA_SIGNS.numbers(worlds) * measure.numbers(worlds)),
    )


def _ukraine_signs(means: Floats) -> float:
    signs, gain, noise = means
    return float(ukraine_signs(gain / signs, noise))


def _ukraine_slope(means: Floats) -> Floats:
    signs, gain, noise = means
    slope = _ukraine_signs(means) * (1 - _ukraine_signs(means)) / (signs * noise)
    return np.array([-slope * gain / signs, slope, -slope * gain / noise])


def _both_sign(means: Floats) -> float:
    return float(means[0]) * _ukraine_signs(means)


def _both_slope(means: Floats) -> Floats:
    return np.asarray(means[0] * _ukraine_slope(means) + [_ukraine_signs(means), 0.0, 0.0])


def outcome(name: str, scenario: Scenario) -> Measure | FunctionOfMeans:
    """The outcome of this name: a measure, or a function of means. Raises ScenarioError."""
    try:
        return function_of_means(name, scenario)
    except KeyError:
        pass
    horizon = scenario.sampling.horizon_years
    if name.startswith("survival@") or any(name == known.name for known in without_years(horizon)):
        return named(name, horizon)
    raise unknown_outcome(name, horizon, [*OF_MEANS, f"{_IF_SIGNED}5"])


def _ratio_of_means(
    name: str, label: str, unit: str, numerator: Callable[[Columns], Floats]
) -> FunctionOfMeans:
    """The mean of a part by that of Russia's chance of signing."""
    return FunctionOfMeans(
        name,
        label,
        unit,
        lambda worlds: np.stack([numerator(worlds), RUSSIA_SIGNS.numbers(worlds)]),
        lambda means: float(means[0] / means[1]),
        lambda means: np.array([1.0, -means[0] / means[1]]) / means[1],
    )


def _weighted_gain(worlds: Columns) -> Floats:
    return np.asarray(RUSSIA_SIGNS.numbers(worlds) * worlds["ukraine_gain"].to_numpy(np.float64))


def _within(made: Estimate, limits: Limits) -> Estimate:
    """The same estimate, its limits and range cut to what can be."""

    def cut(number: float) -> float:
        return float(np.clip(number, *limits))

    return Estimate(
        cut(made.value),
        cut(made.low),
        cut(made.high),
        cut(made.spread_low),
        cut(made.spread_high),
    )
