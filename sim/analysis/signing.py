"""Who would sign a text, and what holds if it is signed, from the outcomes of a run.

Russia's chance of signing is a number of each history, and the histories after a signature are
those of the run weighted by it. Ukraine decides once, on what it expects: its chance of signing is
a function of means over all parameter sets, and so has no range over them (docs/model.md, section
"Who would sign").
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sim.analysis.durability import columns_of
from sim.analysis.estimate import (
    ANY,
    SHARE,
    SPREAD,
    Designs,
    Estimate,
    Limits,
    estimate,
    linearised,
    ratio_by_design,
)
from sim.analysis.integrated import integrated as integrate
from sim.analysis.measures import (
    COST_IN_PEACE,
    EUROPE_INTERVENES,
    RUSSIA_SIGNS,
    US_BACKS,
    Columns,
    Measure,
    Simulated,
    attacked,
    cost,
    named,
    survival,
)
from sim.analysis.resampling import weighted_quantiles
from sim.game.signing import ukraine_signs
from sim.guarantee.costs import EUROPE, PEACE, UNITED_STATES
from sim.quantity import ImpossibleError
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario, milestones
from sim.uncertainty import Distribution, Floats

REARMING_YEARS = 5
"""Years within which an attack on a text that Russia signed counts as rearming."""
UKRAINE_SIGNS, BOTH_SIGN, UKRAINE_GAIN = "ukraine_signs", "both_sign", "ukraine_gain"
_IF_SIGNED = "survival_if_signed@"
_NOISE = "ukraine.choice_noise"
_FIGHTING = "fighting.usd_bn_"
_GUARANTORS: Mapping[str, str] = {"Europe": "europe", "United States": "united_states"}


class Signable(Simulated, Protocol):
    """What an analysis of who signs needs of a run."""

    @property
    def scenario(self) -> Scenario:
        """What was simulated."""


@dataclass(frozen=True)
class Guarantors:
    """What the guarantors of a text that is signed take on, by bearer.

    Money in peace counts all bearers, Europe, each of its members and the United States.
    """

    usd_bn_in_peace: Mapping[str, Estimate]  # present value up to the horizon
    fights_russia: Mapping[str, Estimate]  # chance of fighting Russia within the horizon
    usd_bn_a_year_of_fighting_on: Mapping[str, Estimate]  # what they pay if nobody signs


@dataclass(frozen=True)
class Signing:
    """Who would sign a text, and what follows if it is signed."""

    scenario: str
    label: str
    russia_signs: Estimate
    ukraine_signs: Estimate
    ukraine_gain: Estimate  # over fighting on, utility
    both_sign: Estimate
    survival: Mapping[int, Estimate]  # of the text imposed, by year
    survival_if_signed: Mapping[int, Estimate]
    rearming: Estimate  # signed, then attacked within five years
    guarantors: Guarantors

    def document(self) -> dict[str, Any]:
        """As plain data; a range that is not known is null."""
        return {name: plain(value) for name, value in vars(self).items()}


def signing(run: Signable) -> Signing:
    """Who would sign what a run simulated.

    Raises ScenarioError for a run without these outcomes.
    """
    worlds, years = run.worlds, milestones(run.horizon_years)
    _check(run)
    return Signing(
        run.name,
        run.label or run.name,
        estimate(RUSSIA_SIGNS, worlds),
        function_of_means(UKRAINE_SIGNS, run.scenario).estimate(worlds),
        ukraine_gain(worlds),
        function_of_means(BOTH_SIGN, run.scenario).estimate(worlds),
        {year: estimate(survival(year), worlds) for year in years},
        {year: survival_if_signed(run, year) for year in years},
        if_signed(attacked(REARMING_YEARS), worlds),
        _guarantors(run),
    )


def survival_if_signed(run: Simulated, years: float, *, integrated: bool = False) -> Estimate:
    """Share that holds `years` of the histories after a signature, a ratio of means.

    `integrated` as in `sim.survival`: a chance of signing is known before any coin is tossed.
    """
    measure = survival(years)
    return if_signed(integrate(measure) if integrated else measure, run.worlds)


def if_signed(measure: Measure, worlds: Columns) -> Estimate:
    """The mean of a measure over the histories after a signature."""
    within = SHARE if measure.is_share else ANY
    return _after_signature(measure.of(worlds), worlds, within)


def ukraine_gain(worlds: Columns) -> Estimate:
    """What Ukraine expects of the text less what it expects of fighting on, knowing that Russia
    signed.
    """
    return _after_signature(worlds["ukraine_gain"].to_numpy(np.float64), worlds, ANY)


def _after_signature(values: Floats, worlds: Columns, within: Limits) -> Estimate:
    """The mean of one number a world, weighted by Russia's chance of signing: a ratio of means.

    The range is that of the parameter sets after a signature: each has the ratio of its own
    histories, and counts by its chance of signing.
    """
    designs, signs = Designs(worlds), RUSSIA_SIGNS.of(worlds)
    part, whole = (each.reshape(designs.count, -1) for each in (signs * values, signs))
    value, low, high = linearised(part.mean(axis=1), whole.mean(axis=1), designs)
    own, weights = ratio_by_design(part, whole, designs), whole.mean(axis=1)
    spread_low, spread_high = weighted_quantiles(own, weights / weights.sum(), SPREAD)
    found = Estimate(value, low, high, float(spread_low), float(spread_high))
    return _within(found, within)


def differs(imposed: Estimate, signed: Estimate) -> bool:
    """Whether durability if imposed and if signed differ beyond their 95 % sampling errors."""
    return not (imposed.low <= signed.value <= imposed.high) or not (
        signed.low <= imposed.value <= signed.high
    )


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
        designs, each = Designs(worlds), self.linearised(worlds)
        if not np.isfinite(each).all():
            raise ImpossibleError(f"{self.label}: in no history does Russia sign")
        value = float(each.mean())
        reach = designs.quantile * designs.error(each.reshape(designs.count, -1).mean(axis=1))
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
        return np.stack([RUSSIA_SIGNS.of(worlds), _weighted_gain(worlds), noises])

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
        lambda worlds: np.asarray(RUSSIA_SIGNS.of(worlds) * measure.of(worlds)),
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
    try:
        return named(name, scenario.sampling.horizon_years)
    except ScenarioError as wrong:
        more = f"{UKRAINE_SIGNS}, {BOTH_SIGN}, {UKRAINE_GAIN}, {_IF_SIGNED}5"
        raise ScenarioError([f"{problem}, {more}" for problem in wrong.problems]) from None


def _ratio_of_means(
    name: str, label: str, unit: str, part: Callable[[Columns], Floats]
) -> FunctionOfMeans:
    """The mean of a part by that of Russia's chance of signing."""
    return FunctionOfMeans(
        name,
        label,
        unit,
        lambda worlds: np.stack([part(worlds), RUSSIA_SIGNS.of(worlds)]),
        lambda means: float(means[0] / means[1]),
        lambda means: np.array([1.0, -means[0] / means[1]]) / means[1],
    )


def _weighted_gain(worlds: Columns) -> Floats:
    return np.asarray(RUSSIA_SIGNS.of(worlds) * worlds["ukraine_gain"].to_numpy(np.float64))


def _guarantors(run: Signable) -> Guarantors:
    worlds = run.worlds
    members = {member.name: EUROPE + member.name for member in run.scenario.europe.members}
    bearers = {"all": "", "Europe": EUROPE} | members | {"United States": UNITED_STATES}
    money = {
        name: cost(f"cost.peace.{name}", COST_IN_PEACE.label, PEACE, bearer)
        for name, bearer in bearers.items()
    }
    fights = {"Europe": EUROPE_INTERVENES, "United States": US_BACKS}
    return Guarantors(
        {name: if_signed(measure, worlds) for name, measure in money.items()},
        {name: if_signed(measure, worlds) for name, measure in fights.items()},
        {name: estimate(_year_of_fighting(run, key), worlds) for name, key in _GUARANTORS.items()},
    )


def _year_of_fighting(run: Signable, guarantor: str) -> Measure:
    """What a year of fighting on costs a guarantor, USD billion: drawn, or the same everywhere."""
    given = getattr(run.scenario.fighting, f"usd_bn_{guarantor}")

    def of(worlds: Columns) -> Floats:
        if isinstance(given, Distribution):
            return np.asarray(worlds[_FIGHTING + guarantor].to_numpy(np.float64))
        return np.full(len(worlds["world"]), float(given))

    return Measure(_FIGHTING + guarantor, "cost of a year of fighting on", "USD billion", of)


def _check(run: Signable) -> None:
    """Raises ScenarioError for a run that was made before signing was counted."""
    if RUSSIA_SIGNS.name not in list(run.worlds):
        raise ScenarioError(
            [f"{run.name}: was run before signing was counted; run its scenario again"]
        )


def _within(found: Estimate, limits: Limits) -> Estimate:
    """The same estimate, its limits and range cut to what can be."""

    def cut(number: float) -> float:
        return float(np.clip(number, *limits))

    return Estimate(
        cut(found.value),
        cut(found.low),
        cut(found.high),
        cut(found.spread_low),
        cut(found.spread_high),
    )


def plain(value: Any) -> Any:
    """Estimates as plain data, however they are nested; a range that is not known is null."""
    match value:
        case Estimate():
            columns = columns_of(value).items()
            return {name: None if np.isnan(number) else number for name, number in columns}
        case Guarantors():
            return {name: plain(each) for name, each in vars(value).items()}
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
    return value


def numbers(found: Signing) -> Iterator[tuple[str, Estimate]]:
    """Every estimate by a dotted name, such as `survival_if_signed.5`."""
    for name, value in vars(found).items():
        yield from _named(name, value)


def _named(name: str, value: Any) -> Iterator[tuple[str, Estimate]]:
    match value:
        case Estimate():
            yield name, value
        case Guarantors():
            for inner, each in vars(value).items():
                yield from _named(f"{name}.{inner}", each)
        case Mapping():
            for key, each in value.items():
                yield from _named(f"{name}.{key}", each)
