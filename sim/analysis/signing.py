"""Who would sign a text, and what holds if it is signed, from the outcomes of a run.

Russia's chance of signing is a number of each history, and the histories after a signature are
those of the run weighted by it. Ukraine decides once, on what it expects: its chance of signing is
a function of means over all parameter sets, and so has no range over them (docs/model.md, section
"Who would sign").
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sim.analysis.catalogue import BOTH_SIGN, UKRAINE_SIGNS
from sim.analysis.estimate import (
    ANY,
    SHARE,
    Estimate,
    estimate,
)
from sim.analysis.estimate_table import columns_of
from sim.analysis.integrated import integrated as integrate
from sim.analysis.means import after_signature, function_of_means
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
    survival,
)
from sim.errors import ScenarioError
from sim.guarantee.costs import EUROPE, PEACE, UNITED_STATES, member_bearer
from sim.scenario.sampling import milestones
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution, Floats

REARMING_YEARS = 5
"""Years within which an attack on a text that Russia signed counts as rearming."""
DURABLE_YEARS = 10
"""Years of durability that are set against the chance of a signature, as far as a run reaches."""
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
    return after_signature(measure.numbers(worlds), worlds, within)


def ukraine_gain(worlds: Columns) -> Estimate:
    """What Ukraine expects of the text less what it expects of fighting on, knowing that Russia
    signed.
    """
    return after_signature(worlds["ukraine_gain"].to_numpy(np.float64), worlds, ANY)


def differs(imposed: Estimate, signed: Estimate) -> bool:
    """Whether durability if imposed and if signed differ beyond their 95 % sampling errors: neither
    interval holds the other's estimate.
    """
    return not (
        imposed.low <= signed.value <= imposed.high or signed.low <= imposed.value <= signed.high
    )


def _guarantors(run: Signable) -> Guarantors:
    worlds = run.worlds
    members = {member.name: member_bearer(member.name) for member in run.scenario.europe.members}
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
    cost_of_year = getattr(run.scenario.fighting, f"usd_bn_{guarantor}")

    def drawn_or_fixed(worlds: Columns) -> Floats:
        if isinstance(cost_of_year, Distribution):
            return np.asarray(worlds[_FIGHTING + guarantor].to_numpy(np.float64))
        return np.full(len(worlds["world"]), float(cost_of_year))

    return Measure(
        _FIGHTING + guarantor, "cost of a year of fighting on", "USD billion", drawn_or_fixed
    )


def _check(run: Signable) -> None:
    """Raises ScenarioError for a run that was made before signing was counted."""
    if RUSSIA_SIGNS.name not in list(run.worlds):
        raise ScenarioError(
            [f"{run.name}: was run before signing was counted; run its scenario again"]
        )


def plain(value: Any) -> Any:
    """Estimates as plain data, however they are nested; a range that is not known is null."""
    match value:
        case Estimate():
            columns = columns_of(value).items()
            return {name: None if np.isnan(number) else number for name, number in columns}
        case Guarantors():
            return {name: plain(cost) for name, cost in vars(value).items()}
        case Mapping():
            return {str(key): plain(entry) for key, entry in value.items()}
    return value


def numbers(signing: Signing) -> Iterator[tuple[str, Estimate]]:
    """Every estimate by a dotted name, such as `survival_if_signed.5`."""
    for name, value in vars(signing).items():
        yield from _named(name, value)


def _named(name: str, value: Any) -> Iterator[tuple[str, Estimate]]:
    match value:
        case Estimate():
            yield name, value
        case Guarantors():
            for inner, number in vars(value).items():
                yield from _named(f"{name}.{inner}", number)
        case Mapping():
            for key, number in value.items():
                yield from _named(f"{name}.{key}", number)
