"""What became of each history: whether and how it ended, what was counted in it, and with what
chance it would have ended otherwise.
"""

import numpy as np
from numpy.typing import NDArray

from sim.game.endings import ENDINGS, Cause
from sim.guarantee.costs import EUROPE, UNITED_STATES
from sim.quantity import Worlds
from sim.scenario.sampling import Sampling, milestones
from sim.uncertainty import Floats

_WARS = [cause.code for cause in Cause if cause.is_war]


class Histories:
    """Every attribute is an array with one entry a history, or several of them by what they are of.

    Attributes
    ----------
    at_peace
        Where the ceasefire holds.
    cause
        The code of the ending, `Cause.HELD` while there is none.
    years_held
        How long the ceasefire has held, to the horizon where nothing has ended it.
    probes, firm_answers
        Russia's probes, and those of them that the coalition answered firmly.
    brigade_years
        Of the force that was stationed, each at its present value.
    arms_given
        USD billion at their present value, by giver.
    hazard
        The chances of the months summed, by ending.
    hazard_until
        The same of all endings together, by the year until which they were summed.

    """

    def __init__(self, size: int, sampling: Sampling) -> None:
        """The ceasefire is signed in all of them."""
        self._step_years = 1 / sampling.steps_per_year
        self._half_year = max(1, sampling.steps_per_year // 2)
        self.at_peace: NDArray[np.bool_] = np.ones(size, dtype=bool)
        self.cause: NDArray[np.int8] = np.full(size, Cause.HELD.code, dtype=np.int8)
        self.years_held: Floats = np.full(size, float(sampling.horizon_years))
        self.probes: NDArray[np.int32] = np.zeros(size, dtype=np.int32)
        self.firm_answers: NDArray[np.int32] = np.zeros(size, dtype=np.int32)
        self.brigade_years: Floats = np.zeros(size)
        self.arms_given = {giver: np.zeros(size) for giver in (EUROPE, UNITED_STATES)}
        self.hazard: dict[Cause, Floats] = {cause: np.zeros(size) for cause in ENDINGS}
        self.hazard_until: dict[int, Floats] = dict.fromkeys(
            milestones(sampling.horizon_years)[:-1], np.zeros(size)
        )
        self._drift: Floats = np.zeros(size)  # p̄(0) - p̄₀, summed over the half-years of peace
        self._followed: NDArray[np.int32] = np.zeros(size, dtype=np.int32)

    def end(self, worlds: Worlds, cause: Cause, years: float) -> None:
        """The ceasefire has ended in these worlds."""
        if not len(worlds):
            return
        self.at_peace[worlds] = False
        self.cause[worlds] = cause.code
        self.years_held[worlds] = years

    @property
    def at_war(self) -> NDArray[np.bool_]:
        """Where war has resumed."""
        return np.isin(self.cause, _WARS)

    def is_followed(self, step: int) -> bool:
        """Whether the balance of power is looked at in a step: in the middle of each half-year."""
        return (step - 1) % self._half_year == self._half_year // 2

    def follow(self, drift: Floats) -> None:
        """Note how far the balance of power has shifted, where the ceasefire holds."""
        self._drift += np.where(self.at_peace, drift, 0.0)
        self._followed += self.at_peace

    def terms_drift(self, at_the_end: Floats) -> Floats:
        """Mean of p̄(0) - p̄₀ over the peace: of its half-years, each in the middle, or `at_the_end`
        where that came first.
        """
        last = np.rint(self.years_held / self._step_years) - 1
        ended_early = ~self.at_peace & (last % self._half_year < self._half_year // 2)
        drift = self._drift + np.where(ended_early, at_the_end, 0.0)
        return np.asarray(drift / np.maximum(1, self._followed + ended_early))

    def close(self, years: float, *, over: bool) -> None:
        """A month is over, and with it perhaps all of them: a milestone keeps the hazard so far."""
        self.hazard_until |= {
            year: np.sum(list(self.hazard.values()), axis=0)
            for year in self.hazard_until
            if year == years or (year > years and over)
        }
