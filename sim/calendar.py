"""The calendar: the date of the signature, from which all years are counted, and the elections that
fall after it.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from sim.quantity import Array, Parameters, parameter
from sim.uncertainty import Floats

DAYS_PER_YEAR = 365.25
FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)
"""Dates that a scenario may have: no calendar ends within any horizon of them."""


def _read_date(value: Any) -> Any:
    """A date, or its text as JSON has it."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if isinstance(value, datetime) or not isinstance(value, date):
        raise PydanticCustomError("date", "must be a date such as 2028-11-07")
    if not FIRST <= value <= LAST:
        raise PydanticCustomError("date", f"must be a date from {FIRST} to {LAST}")
    return value


Date = Annotated[date, BeforeValidator(_read_date)]
"""A field of a scenario that is a date."""


class Calendar(Parameters):
    """When the ceasefire is signed: the year 0 of every history."""

    signed: Date = parameter(
        date(2026, 12, 31),
        "date of the signature, from which years are counted",
        unit="date",
        symbol="t = 0",
        source=(
            "a premise: no general ceasefire was in force by June 2026, and the talks aimed at "
            "the end of that year"
        ),
    )

    def years_until(self, day: date) -> float:
        """Years from the signature to a date, negative for one before it."""
        return float(self.years_to(day.toordinal()))

    def years_to(self, day: Array) -> Array:
        """The same to days that are given by their ordinals, as `date.toordinal` counts them."""
        return (day - self.signed.toordinal()) / DAYS_PER_YEAR

    def elections_by(self, years: Array, next_election: date, interval: Array) -> Array:
        """Number of elections in (0, years], every `interval` years from the next one.

        One that is dated on or before the signature is moved on by whole intervals.
        """
        first = self.first_election(self.years_until(next_election), interval)
        return self.elections_since(first, interval, years)

    def first_election(self, dated: Array, interval: Array) -> Array:
        """Years from the signature to the first election after it, from those to its date."""
        if isinstance(dated, float) and dated > 0:
            return dated
        moved_on = dated + interval * (np.floor(-dated / interval) + 1)
        return np.where(np.greater(dated, 0), dated, moved_on)[()]

    def elections_since(self, first: Array, interval: Array, years: Array) -> Array:
        """Number of elections by a moment, every `interval` years from the `first`."""
        held: Array = np.floor((years - first) / interval) + 1
        return max(0.0, held) if isinstance(held, float) else np.maximum(0.0, held)


def at_moments(count: Callable[[Array], Floats], now: Array, *, alike: bool) -> Floats:
    """What an actor will `count` from a moment on, with the worlds as the last axis.

    Worlds that are `alike`, with the same calendar, count once for each moment that is now in any.
    """
    if not alike or np.ndim(now) == 0:
        return count(now)
    moments, place = np.unique(now, return_inverse=True)
    return count(moments).take(place, axis=-1)
