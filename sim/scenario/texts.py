"""Texts: what their clauses set, as layers, what they may not do, and a text with some of them
alone.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from pydantic import ValidationError

from sim.scenario.clauses import Clause, conflicts, differences, regime_of
from sim.scenario.faults import describe, layer_of
from sim.scenario.layers import Layer, Settings, merged, nested
from sim.scenario.schema import Scenario
from sim.scenario.show import toml
from sim.scenario.toml import Key


@dataclass(kw_only=True)
class ClauseLayer(Layer):
    """One value that a clause of a file sets, and where the file has it."""

    file: Layer
    written: Key
    number: str

    @classmethod
    def of_value(cls, file: Layer, position: int, number: str, key: str, value: Any) -> Self:
        """A value that the clause at a position of a file sets."""
        written = ("clauses", position, "sets", key)
        values = nested(key.split("."), value)
        return cls(file.origin, values, file=file, written=written, number=number)

    def place(self, key: Key) -> str:  # noqa: ARG002  one value has one place
        """`file:line: clause 8`."""
        return f"{self.file.place(self.written)}: clause {self.number}"

    def setter(self, key: Key) -> str:  # noqa: ARG002  one value has one place
        """`clause 8 of file:line`."""
        return f"clause {self.number} of {self.file.place(self.written)}"


def with_layers_of_clauses(files: Iterable[Layer]) -> Iterator[Layer]:
    """The layers of files, before each those of the values that its clauses set."""
    for file in files:
        yield from _clause_layers(file)
        yield file


def faults(scenario: Scenario, own: Layer, settings: Settings) -> list[str]:
    """Clauses that contradict each other, and values of the guarantee that are not those of the
    clauses.
    """
    problems = [
        f"{own.place(('clauses', *path))}: {problem}"
        for path, problem in conflicts(scenario.clauses)
    ]
    try:
        changed = differences(scenario.regime, scenario.clauses)
    except ValidationError as wrong:
        by_clause = merged(_clause_layers(own))
        return problems + [describe(error, by_clause, ("regime",)) for error in wrong.errors()]
    setters = {key: clause.number for clause in scenario.clauses for key in clause.sets or ()}
    for dotted, (value, of_clauses) in changed.items():
        key: Key = tuple(dotted.split("."))
        layer = layer_of(key, settings) or own
        sets = (
            f"clause {setters[dotted]} sets it to {toml(of_clauses)}"
            if dotted in setters
            else "no clause sets it"
        )
        problems.append(
            f"{layer.place(key)}: {dotted}: is {toml(value)}, but {sets}; a text has the regime of "
            "its clauses alone"
        )
    return problems


def with_clauses(scenario: Scenario, numbers: Collection[str]) -> Scenario:
    """The scenario of a text with the clauses of these numbers alone, over `base`.

    With all of them it is the text; with none it is `base`, but for its names. What `--set` and
    files over the text changed stays changed. Raises KeyError for a number that no clause has.
    """
    known = {clause.number for clause in scenario.clauses}
    if unknown := set(numbers) - known:
        raise KeyError(*sorted(unknown))
    kept = tuple(clause for clause in scenario.clauses if clause.number in numbers)
    changed = {
        key: value for key, (value, _) in differences(scenario.regime, scenario.clauses).items()
    }
    dropped = {
        key
        for clause in scenario.clauses
        if clause.number not in numbers
        for key in clause.sets or ()
        if key not in changed
    }
    regime = regime_of(kept, changed)
    copy = scenario.model_copy(update={"regime": regime, "clauses": kept}).without_fixed_pairs()
    return copy.with_origins(
        {key: values for key, values in scenario.origins.items() if key not in dropped},
        {key: source for key, source in scenario.stated_sources.items() if key not in dropped},
    )


def _clause_layers(file: Layer) -> Iterator[ClauseLayer]:
    """A layer for each value that the clauses of a file set, as far as the clauses are sound."""
    listed = file.values.get("clauses")
    for position, clause in enumerate(listed if isinstance(listed, list) else ()):
        try:
            sourced = Clause.model_validate(clause).sourced()
        except ValidationError:
            continue
        for key, value in sourced.items():
            yield ClauseLayer.of_value(file, position, clause["number"], key, value)
