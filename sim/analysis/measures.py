"""Measures of the outcome: one number a world each.

Intervals, differences, studies, tables and JSON follow from it.

A ceasefire is censored at the horizon only, so that the share of worlds that hold is the
Kaplan-Meier estimate, and the share by cause the Aalen-Johansen estimate.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from sim.errors import ScenarioError
from sim.game.endings import Cause, Reason
from sim.guarantee.costs import EUROPE, PEACE, UKRAINE, UNITED_STATES, WAR
from sim.scenario.columns import Kind, about, of_kind
from sim.uncertainty import Floats


class Columns(Protocol):
    """The columns of the outcomes of a run, one row a world.

    A DataFrame, or what reads each column when it is asked for.
    """

    def __getitem__(self, name: str, /) -> Any:
        """One column, a Series."""

    def __iter__(self) -> Iterator[str]:
        """The names of the columns."""

    @property
    def attrs(self) -> dict[Any, Any]:
        """What it knows of its columns: what is stored of each."""


def drawn(worlds: Columns) -> list[str]:
    """The columns of the parameters that were drawn for each world."""
    return of_kind(worlds, Kind.DRAWN)


def decisive(worlds: Columns) -> list[str]:
    """Those on which histories depend, and not only who would sign."""
    return [name for name, said in about(worlds, Kind.DRAWN).items() if "use" not in said]


class Simulated(Protocol):
    """What an analysis needs of a run."""

    @property
    def name(self) -> str:
        """Short name of the scenario."""

    @property
    def label(self) -> str:
        """A few words for people; empty if the scenario has none."""

    @property
    def worlds(self) -> Columns:
        """The columns of its outcomes, one row a world."""

    @property
    def horizon_years(self) -> int:
        """Years after which a ceasefire counts as held."""


@dataclass(frozen=True)
class Measure:
    """One number a world; `unit` is "share" for what is 0 or 1 in each world."""

    name: str
    label: str
    unit: str
    numbers: Callable[[Columns], Floats]
    # the hazard of each month stands in place of its coin toss: a mean may by chance miss what can
    # be
    integrated: bool = False
    more_is_better: bool = False  # where guarantees are ranked; less is, unless it says so
    code: str = ""  # of another package, on which what is kept hangs

    @property
    def is_share(self) -> bool:
        """Whether its mean is a probability."""
        return self.unit == "share"

    @property
    def key(self) -> str:
        """What names it where its numbers are kept: with the code of another package, if it is one
        of that.
        """
        return f"{self.name} {self.code}".rstrip()


def survival(years: float) -> Measure:
    """Whether the ceasefire holds: to the horizon, or longer than `years`.

    A ceasefire that ends in that very month counts as broken.
    """
    return Measure(
        f"survival@{years:g}",
        f"holds {years:g} year" + ("" if years == 1 else "s"),
        "share",
        lambda worlds: (worlds["held"] | (worlds["years"] > years)).to_numpy(np.float64),
        more_is_better=True,
    )


def restricted_mean(horizon: float) -> Measure:
    """Years held, up to the horizon (Irwin 1949)."""
    return Measure(
        "restricted_mean_years",
        f"years held, of {horizon:g}",
        "years",
        lambda worlds: np.minimum(worlds["years"], horizon).to_numpy(np.float64),
        more_is_better=True,
    )


def cause(way: Cause) -> Measure:
    """Whether the ceasefire ended in this way."""
    label = "still holds at the horizon" if way is Cause.HELD else f"ends by {way.value}"
    return Measure(
        f"cause.{way.value}",
        label,
        "share",
        lambda worlds: (worlds["cause"] == way.value).to_numpy(np.float64),
        more_is_better=way is Cause.HELD,
    )


def reason(main: Reason) -> Measure:
    """Whether the ceasefire ended by an attack of which this is the main reason."""
    return Measure(
        f"reason.{main.value}",
        f"ends by attack because {main.words}",
        "share",
        lambda worlds: (worlds["reason"] == main.value).to_numpy(np.float64),
    )


def attacked(years: float) -> Measure:
    """Whether the ceasefire ended by a deliberate attack within `years`."""
    return Measure(
        f"attacked@{years:g}",
        f"ends by attack within {years:g} year" + ("" if years == 1 else "s"),
        "share",
        lambda worlds: (
            (worlds["cause"] == Cause.ATTACK.value) & (worlds["years"] <= years)
        ).to_numpy(np.float64),
    )


def counted_as(measure: Measure, numbers: Floats) -> Measure:
    """The measure where its numbers (world,) have been counted already, in worlds that need not
    hold what it is counted from.
    """
    return replace(measure, numbers=lambda _: numbers)


TERMS_DRIFT = Measure(
    "terms_drift",
    "drift of the terms of peace towards Russia",
    "chance of prevailing",
    lambda worlds: worlds["terms_drift"].to_numpy(np.float64),
)
"""How far the balance of power, to which the terms of peace are bent, has shifted to Russia, on
average over the months of a peace.
"""
TIME_AT_PEACE = Measure(
    "years", "years at peace", "years", lambda worlds: worlds["years"].to_numpy(np.float64)
)
PROBES = Measure("probes", "probes", "probes", lambda worlds: worlds["probes"].to_numpy(np.float64))
EUROPE_INTERVENES = Measure(
    "europe_intervenes",
    "ends, and Europe intervenes",
    "share",
    lambda worlds: worlds["europe_intervenes"].to_numpy(np.float64),
)
US_BACKS = Measure(
    "us_backs",
    "ends, and the US backs the defence",
    "share",
    lambda worlds: worlds["us_backs"].to_numpy(np.float64),
)
RUSSIA_SIGNS = Measure(
    "russia_signs",
    "Russia signs",
    "share",
    lambda worlds: worlds["russia_signs"].to_numpy(np.float64),
)
"""Russia's chance of signing, of which each history has its own."""


def cost(
    name: str = "cost",
    label: str = "costs in all",
    items: Iterable[str] = (*PEACE, *WAR),
    bearer: str = "",
) -> Measure:
    """What some items cost in present value: to all, to one `bearer`, or to all of the coalition,
    which is `EUROPE`.

    Of outcomes that hold no costs it raises ScenarioError.
    """
    items = tuple(items)

    def present_value(worlds: Columns) -> Floats:
        costs = about(worlds, Kind.COST)
        if not all("bearer" in borne for borne in costs.values()) or not costs:
            raise ScenarioError(
                [
                    (
                        f"{label}: these runs were made before costs were counted; run their "
                        "scenarios again"
                    )
                ]
            )
        borne = (
            worlds[name].to_numpy(np.float64)
            for item in items
            for name, cost in costs.items()
            if cost["item"] == item and bearer in ("", cost["party"], cost["bearer"])
        )
        return sum(borne, np.zeros(len(worlds["world"])))

    return Measure(name, label, "USD billion", present_value)


COST_IN_PEACE = cost("cost.peace", "costs paid in peace", PEACE)
COST_OF_WAR = cost("cost.war", "costs of a resumed war", WAR)
COSTS = (
    cost(),
    COST_IN_PEACE,
    COST_OF_WAR,
    cost("cost.europe", "costs to the coalition", bearer=EUROPE),
    cost("cost.united_states", "costs to the United States", bearer=UNITED_STATES),
    cost("cost.ukraine", "costs to Ukraine", bearer=UKRAINE),
)


def own_measures(horizon: int) -> list[Measure]:
    """Those of our own that studies know by name, in histories up to this horizon."""
    return [
        restricted_mean(horizon),
        *map(cause, Cause),
        *map(reason, Reason),
        TERMS_DRIFT,
        EUROPE_INTERVENES,
        US_BACKS,
        RUSSIA_SIGNS,
        *COSTS,
    ]
