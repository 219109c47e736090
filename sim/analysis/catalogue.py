"""Every measure that can be named, those of other packages included."""

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
    others = without_years(horizon)
    known_measure = next((measure for measure in others if measure.name == text), None)
    if known_measure is None:
        known = ", ".join(["survival@5", *(measure.name for measure in others)])
        raise ScenarioError([f"{text}: no such outcome; those that can be asked are {known}"])
    return known_measure
