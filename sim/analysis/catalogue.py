"""Every measure that can be named, those of other packages included."""

import difflib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from sim.analysis.measures import (
    Columns,
    Measure,
    own_measures,
    survival,
)
from sim.errors import ScenarioError
from sim.extensions import Extension, extensions
from sim.uncertainty import Floats

GROUP = "ceasefire.measures"
"""The entry points under which a package names its measures."""
UKRAINE_SIGNS, BOTH_SIGN, UKRAINE_GAIN = "ukraine_signs", "both_sign", "ukraine_gain"
OF_MEANS = (UKRAINE_SIGNS, BOTH_SIGN, UKRAINE_GAIN)
"""Outcomes of `sim.analysis.means`, which some studies take: no misspelling of another."""


def without_years(horizon: int) -> list[Measure]:
    """Every measure that can be named, in histories up to this horizon; `survival@` takes years."""
    return [*own_measures(horizon), *of_others().values()]


@cache
def of_others() -> dict[str, Measure]:
    """The measures of other packages, by name: entry points `ceasefire.measures`.

    Raises ExtensionError for one that cannot be used.
    """
    own = [measure.name for measure in own_measures(1)]
    joined = extensions(GROUP, _problem, [*own, "survival", "attacked"])
    return {name: _guarded(extension) for name, extension in joined.items()}


def _problem(extension: Extension) -> str | None:
    """What is wrong with a measure of another package, and what to do about it."""
    measure = extension.content
    if not isinstance(measure, Measure):
        return f"must be a {Measure.__module__}.Measure"
    if measure.name != extension.name:
        return f"has the name {measure.name!r}, another than its entry point; use one name"
    if not (measure.label and measure.unit):
        return "needs a label and a unit, which tables show"
    return None


def _guarded(extension: Extension) -> Measure:
    """A measure that gives a finite number for each history, or says whose fault it is that it does
    not.
    """
    measure: Measure = extension.content

    def numbers_of(worlds: Columns) -> Floats:
        try:
            numbers = np.asarray(measure.numbers(worlds), dtype=np.float64)
        except Exception as wrong:
            raise extension.error(f"fails: {type(wrong).__name__}: {wrong}") from wrong
        if numbers.shape != (len(worlds["world"]),) or not np.isfinite(numbers).all():
            raise extension.error("must give a finite number for each history")
        if measure.is_share and not np.isin(numbers, (0, 1)).all():
            raise extension.error("is a share, and must be 0 or 1 in each history")
        return numbers

    return replace(measure, numbers=numbers_of, code=extension.identity["code"])


def named(text: str, horizon: int) -> Measure:
    """The measure of this name, such as `survival@5` or `cause.attack`, in histories up to this
    horizon. Raises ScenarioError.
    """
    if text.startswith("survival@"):
        try:
            years = float(text.removeprefix("survival@"))
        except ValueError:
            years = 0.0
        if not 0 < years <= horizon:
            raise ScenarioError(
                [
                    (
                        f"{text}: must be survival@YEARS with years from 0 to the horizon, "
                        f"{horizon}, such as survival@5"
                    )
                ]
            )
        return survival(years)
    known_measures = {measure.name: measure for measure in without_years(horizon)}
    if text not in known_measures:
        raise unknown_outcome(text, horizon)
    return known_measures[text]


def unknown_outcome(text: str, horizon: int, more: Sequence[str] = ()) -> ScenarioError:
    """That there is no outcome of this name: the nearest of the measures and of `more`, else all.

    The nearest has the years of the text, as `survival@7` for survivl@7.
    """
    known = ["survival@5", *(measure.name for measure in without_years(horizon)), *more]
    years = text.partition("@")[2]
    same_years = [name.replace("@5", f"@{years}") if years.isdecimal() else name for name in known]
    near = difflib.get_close_matches(text.casefold(), same_years, n=1)
    if near and text not in OF_MEANS:
        return ScenarioError([f"{text}: no such outcome; did you mean {near[0]}?"])
    return ScenarioError([f"{text}: no such outcome; use one of {', '.join(known)}"])
