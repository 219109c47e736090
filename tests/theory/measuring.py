"""How the propositions are measured: scenarios, the crisis game of a moment, and rates and shares
with their sampling errors.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from elements import ACTORS

import sim
from sim.game.crisis import Crisis
from sim.game.endings import CAUSES, Cause

SE = 4
"""Bound of every statistical comparison, in standard errors.

With a fresh seed an effect that is not there passes it one time in 31,000.
"""
SCENARIOS = Path(__file__).parents[2] / "scenarios"
NO_NOISE = {f"{actor}.choice_noise": 1e-6 for actor in ACTORS}
"""The limit of no noise: the least that a scenario allows, a millionth of what prevailing is worth
to a leader who finds it vital.
"""
ALONE = {"europe.stake": -10.0, "united_states.stake": -10.0}
"""No third party: neither Europe nor the United States ever fights."""
NO_PROBES = {"russia.probe_gain": -2.0, "russia.probe_cost": 2.0}
"""A probe loses, whatever the answer, so that Russia attacks or holds."""
FROZEN = {
    "russia.strength": 130.0,
    "russia.strength_target": 130.0,
    "russia.reconstitution_half_life": 4.0,
    "ukraine.strength": 80.0,
    "ukraine.strength_target": 80.0,
    "europe.election_swing": 0.0,
    "united_states.election_swing": 0.0,
}
"""A balance of power, and a will of the guarantors, that do not move."""
FIXED_TERMS = {"russia.terms_follow_power": 0.0}
"""Peace is worth the same to Russia whoever grows stronger."""
IN_TIME = {
    "war.surprise": 0.0,
    "regime.response.europe_days": 0.0,
    "regime.response.united_states_days": 0.0,
}
"""No surprise, and no fait accompli: all that is pledged counts."""


def uniform(low: float, high: float) -> dict[str, list[float]]:
    """An uncertain number of a scenario."""
    return {"uniform": [low, high]}


def scenario(
    name: str,
    *changes: Mapping[str, Any],
    designs: int = 1000,
    replicates: int = 1,
    seed: int = 2025,
    **more: Any,
) -> sim.Scenario:
    """A scenario of the product with `changes` by dotted key.

    The worlds of two scenarios with the same sampling are pairs.
    """
    sampling = {
        "sampling.designs": designs,
        "sampling.replicates": replicates,
        "sampling.seed": seed,
    }
    merged = {
        key: value for changed in (*changes, sampling, more) for key, value in changed.items()
    }
    return sim.load(SCENARIOS / f"{name}.toml", merged)


@cache
def medians(name: str) -> dict[str, float]:
    """Every uncertain number of a scenario at its median, by dotted key.

    For propositions about one game.
    """
    uncertain = sim.load(SCENARIOS / f"{name}.toml").uncertain()
    return {
        key: float(distribution.quantile(np.array(0.5))) for key, distribution in uncertain.items()
    }


def model_at(
    stated: sim.Scenario, years: float = 0.0, reputation: Any = None, entered: bool | None = None
) -> sim.CeasefireModel:
    """One world a design, with the strengths of `years` after the ceasefire and, if given, this
    reputation of Europe.

    All arms that are due by then have been delivered.
    """
    model = sim.CeasefireModel(
        stated, np.arange(stated.sampling.designs) * stated.sampling.replicates
    )
    for month in range(round(12 * years)):
        model.ukraine.receive(model.parameters.regime.arms.due(month / 12, 1 / 12, 1 / 12))
        model.ukraine.build_up()
        model.russia.build_up()
    model.years = years
    if reputation is not None:
        model.europe.reputation = np.broadcast_to(reputation, model.worlds.shape).astype(float)
    if entered is not None:
        model.entry = np.full(len(model.worlds), 0.0 if entered else np.inf)
    return model


def game(
    stated: sim.Scenario, years: float = 0.0, reputation: Any = None, entered: bool | None = None
) -> Crisis:
    """The crisis game at that moment, one world a design."""
    model = model_at(stated, years, reputation, entered)
    return model.crisis(np.arange(len(model.worlds)))


class Measured(NamedTuple):
    """A result with its standard error."""

    value: float
    error: float

    @property
    def low(self) -> float:
        """What it is at least, but for one sample in 31,000."""
        return self.value - SE * self.error

    @property
    def high(self) -> float:
        """What it is at most, but for one sample in 31,000."""
        return self.value + SE * self.error

    def __str__(self) -> str:
        """With its 95 % error, to the second figure of the error."""
        half = 1.96 * self.error
        digits = 4 if half == 0 else max(0, 1 - int(np.floor(np.log10(half))))
        return f"{self.value:.{digits}f} ± {half:.{digits}f}"


class Histories(NamedTuple):
    """What became of the worlds of a scenario; every array has one entry a world."""

    design: np.ndarray
    years: np.ndarray
    cause: np.ndarray
    probes: np.ndarray
    entry: np.ndarray
    terms_drift: np.ndarray

    def ended_by(self, *causes: Cause) -> np.ndarray:
        """Where the ceasefire ended in one of these ways, as 0 and 1; by default in any."""
        return np.isin(self.cause, [CAUSES.index(cause) for cause in causes or CAUSES[:-1]]).astype(
            float
        )

    def between(self, start: float, end: float, *causes: Cause) -> tuple[np.ndarray, np.ndarray]:
        """Ends in these ways at an age in (start, end] years, and years at peace at those ages."""
        return self.ended_by(*causes) * (self.years > start) * (self.years <= end), np.clip(
            self.years - start, 0, end - start
        )

    def before(self, moment: Any, *causes: Cause) -> tuple[np.ndarray, np.ndarray]:
        """Ends in these ways up to a `moment` of each world, and its years at peace until then."""
        return self.ended_by(*causes) * (self.years <= moment), np.minimum(self.years, moment)


def histories(stated: sim.Scenario) -> Histories:
    """Run a scenario to its end."""
    model = sim.CeasefireModel(stated, stated.sampling.worlds, collect=False)
    while model.running:
        model.step()
    return Histories(
        model.design, model.years_held, model.cause, model.probes, model.entry, model.terms_drift
    )


def by_design(values: np.ndarray, design: np.ndarray) -> np.ndarray:
    """The mean of each design; worlds of one design are not independent."""
    return np.bincount(design, values) / np.bincount(design)


def mean(values: np.ndarray, design: np.ndarray) -> Measured:
    """The mean of one number a world, or of the difference between two paired worlds."""
    means = by_design(values, design)
    return Measured(float(means.mean()), float(means.std(ddof=1) / np.sqrt(len(means))))


def rate(design: np.ndarray, events: np.ndarray, exposure: np.ndarray) -> Measured:
    """Events per year of exposure, with the error of a ratio linearised over designs."""
    return difference_of_rates(
        design, (events, exposure), (np.zeros_like(events), np.ones_like(exposure))
    )


def difference_of_rates(
    design: np.ndarray, one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]
) -> Measured:
    """Difference between two rates, each of (events, exposure), in paired worlds."""
    total, residual = 0.0, np.zeros(len(design))
    for sign, (events, exposure) in ((1, one), (-1, other)):
        ratio = events.sum() / exposure.sum()
        total += sign * ratio
        residual += sign * (events - ratio * exposure) / exposure.mean()
    return Measured(float(total), mean(residual, design).error)
