"""In which values scenarios differ, and in which of them beyond the guarantee."""

from collections.abc import Iterator, Sequence

from sim.quantity import Parameters
from sim.scenario.pairs import LIST
from sim.scenario.schema import OWN, Scenario

_NO_ASSUMPTIONS = ("regime.", "europe.without.", "sampling.")
"""Beginnings of the keys of the guarantee and of who gives it, and of how much is simulated."""


def differing(block: Parameters, other: Parameters, prefix: str = "") -> Iterator[str]:
    """The dotted keys of values in which two blocks differ; of a block that one lacks, its own."""
    for name in type(block).model_fields:
        if not prefix and name in (*OWN, LIST):
            continue
        mine, theirs, key = getattr(block, name), getattr(other, name), prefix + name
        if isinstance(mine, Parameters) and isinstance(theirs, Parameters):
            yield from differing(mine, theirs, f"{key}.")
        elif mine != theirs:
            yield key


def beyond_guarantee(scenarios: Sequence[Scenario]) -> list[str]:
    """The dotted keys of assumptions in which any of the scenarios is not like the first."""
    first, *others = scenarios
    keys = {
        key: None
        for other in others
        for key in (
            *differing(first, other),
            *([LIST] if _of_assumptions(first) != _of_assumptions(other) else []),
        )
        if not key.startswith(_NO_ASSUMPTIONS)
    }
    return list(keys)


def _of_assumptions(scenario: Scenario) -> dict[str, float]:
    """The rank correlations of numbers that are not of the guarantee, by their names."""
    return {
        pair.name: pair.rank
        for pair in scenario.correlation
        if not any(key.startswith("regime.") for key in pair.keys)
    }
