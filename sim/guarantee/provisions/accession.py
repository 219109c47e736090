"""The accession: a regime that enters into force later, or never."""

import numpy as np

from sim.guarantee.terms import Moment, Standing
from sim.quantity import SMALLEST, Array, Parameters, Quantity, parameter


class Accession(Parameters):
    """A regime that enters into force later, or never."""

    start: Quantity = parameter(
        ...,
        "earliest entry into force",
        unit="years after the ceasefire",
        symbol="start",
        low=0,
        source="given by the scenario that has an accession",
    )
    mean_years: Quantity = parameter(
        ...,
        "mean wait for entry after the earliest moment",
        unit="years",
        symbol="mean",
        low=SMALLEST,
        source="given by the scenario that has an accession",
    )
    veto: Quantity = parameter(
        ...,
        "chance that it never enters into force",
        unit="probability",
        symbol="veto",
        low=0,
        high=1,
        source="given by the scenario that has an accession",
    )
    interim: Quantity = parameter(
        0.0,
        "share of the force, of resupply and of sanctions that holds meanwhile",
        unit="share",
        symbol="i",
        low=0,
        high=1,
        source="0 because nothing holds before entry unless the text says so",
    )
    interim_europe: Quantity | None = parameter(
        None,
        "promise of the coalition until entry; without one, that share of its full promise",
        unit="share of a treaty",
        symbol="I_E",
        low=0,
        high=1,
        source=(
            "without a promise of its own for the interim, the share that holds of the force "
            "holds of the promise as well"
        ),
    )
    interim_united_states: Quantity | None = parameter(
        None,
        "promise of the United States until entry; without one, that share of its full promise",
        unit="share of a treaty",
        symbol="I_A",
        low=0,
        high=1,
        source=(
            "without a promise of its own for the interim, the share that holds of the force "
            "holds of the promise as well"
        ),
    )

    def entry(self, wait: Array, vetoed: Array) -> Array:
        """Year of entry into force, from a uniform number each for the exponential wait and the
        veto; never is infinite.
        """
        return np.where(vetoed < self.veto, np.inf, self.start - self.mean_years * np.log1p(-wait))

    def chance_by(self, years: Array) -> Array:
        """The chance at the signature that it will have entered into force by then."""
        waiting = np.maximum(0.0, years - self.start)
        return (1 - self.veto) * -np.expm1(-waiting / self.mean_years)

    def place_of(self, entry: Array, uniform: Array) -> Array:
        """Where a year of entry lies among all, evenly on [0, 1): first those that enter, by their
        years, then, by a `uniform` number, those that never do.
        """
        never = 1 - self.veto + self.veto * uniform
        return np.where(np.isinf(entry), never, self.chance_by(entry))

    def year_of(self, place: Array) -> Array:
        """The year of entry at this place; never is infinite."""
        enters = 1 - self.veto
        waited = np.minimum(place, enters) / np.where(enters > 0, enters, 1.0)
        with np.errstate(divide="ignore"):
            wait = -self.mean_years * np.log1p(-np.minimum(waited, 1.0))
        return np.where(place < enters, self.start + wait, np.inf)

    def entered_by(self, at: Moment) -> Array:
        """x: 1 once it has entered, before that the chance that it will have by t + h."""
        waiting = np.maximum(0.0, at.now + at.ahead - np.maximum(self.start, at.now))
        return np.where(at.entered, 1.0, (1 - self.veto) * (1 - np.exp(-waiting / self.mean_years)))

    def standing(self, at: Moment) -> Standing:
        """What is in force by t + h, f = i + (1 - i) x, and what is promised until then."""
        entered_by = self.entered_by(at)
        return Standing.of_moment(
            at,
            entered_by,
            self.interim + (1 - self.interim) * entered_by,
            self.interim_europe,
            self.interim_united_states,
        )
