"""Dependence between uncertain numbers: the rank correlations that a scenario states, in pairs."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.quantity import AsTuple, Parameters, parameter
from sim.uncertainty import KINDS, Distribution, Floats, Mixture

_SMALLEST_EIGENVALUE = 1e-6
"""Below it, rounding decides whether a matrix is positive definite."""


def _two_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    if len(keys) != 2:  # noqa: PLR2004  said in the message
        raise PydanticCustomError(
            "correlation_keys",
            "must be the dotted keys of two uncertain numbers, such as "
            '["russia.insecurity", "russia.cost_of_war"]',
        )
    if keys[0] == keys[1]:
        raise PydanticCustomError("correlation_keys", "must be two different keys")
    return keys


def _between_limits(rank: float) -> float:
    if abs(rank) >= 1:
        raise PydanticCustomError(
            "rank", "must lie between -1 and 1, both left out; got {rank}", {"rank": f"{rank:g}"}
        )
    return rank


class Correlation(Parameters):
    """That two uncertain numbers tend to be large together, or one where the other is small."""

    keys: Annotated[
        tuple[str, ...],
        AsTuple,
        AfterValidator(_two_keys),
        WithJsonSchema(
            {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}
        ),
    ] = parameter(
        ...,
        "dotted keys of two uncertain numbers",
        unit="-",
        symbol="-",
        source="stated by the scenario",
    )
    rank: Annotated[
        float,
        AfterValidator(_between_limits),
        WithJsonSchema({"type": "number", "exclusiveMinimum": -1, "exclusiveMaximum": 1}),
    ] = parameter(
        ...,
        "rank correlation of the two over parameter sets (Spearman 1904)",
        unit="-",
        symbol="ρ_S",
        source="stated by the scenario",
    )
    source: str = parameter(
        "",
        "where the correlation comes from",
        unit="-",
        symbol="-",
        source="stated by the scenario",
    )

    @property
    def pair(self) -> frozenset[str]:
        """The two keys, in no order."""
        return frozenset(self.keys)

    @property
    def name(self) -> str:
        """What its values go by in dotted keys."""
        return name_of(self.keys)


def name_of(keys: Iterable[str]) -> str:
    """What a correlation goes by: its two keys.

    Examples
    --------
    >>> name_of(["war.surprise", "russia.insecurity"])
    'russia.insecurity~war.surprise'

    """
    return "~".join(sorted(keys))


def is_drawn_alone(value: Any) -> bool:
    """Whether a value, as a file gives it, is a distribution that is not drawn with others."""
    if isinstance(value, Distribution):
        return _is_alone(value)
    if not isinstance(value, Mapping):
        return False
    inner = value.get("soldiers", value)
    return isinstance(inner, Mapping) and any(
        kind in KINDS and not (KINDS[kind].is_joint or KINDS[kind] is Mixture) for kind in inner
    )


def _is_alone(distribution: Distribution) -> bool:
    return not (distribution.is_joint or isinstance(distribution, Mixture))


@dataclass(frozen=True)
class Group:
    """Numbers that depend on each other, directly or through others.

    `target` (key, key) is the correlation of their normal scores: 2 sin(π ρ_S / 6), under which
    two normal numbers have the rank correlation ρ_S (Pearson 1907).
    """

    keys: tuple[str, ...]
    target: Floats


def groups(correlations: Iterable[Correlation]) -> list[Group]:
    """The groups that do not depend on each other, each in the order of its keys.

    A rank of 0 joins nothing.
    """
    ranks = {correlation.pair: correlation.rank for correlation in correlations if correlation.rank}
    joined: list[set[str]] = []
    for pair in ranks:
        apart = [keys for keys in joined if keys.isdisjoint(pair)]
        joined = [*apart, set(pair).union(*(keys for keys in joined if keys & pair))]
    return [_group(tuple(sorted(keys)), ranks) for keys in sorted(joined, key=min)]


def _group(keys: tuple[str, ...], ranks: Mapping[frozenset[str], float]) -> Group:
    rank = np.array([[ranks.get(frozenset((one, other)), 0.0) for other in keys] for one in keys])
    return Group(keys, 2 * np.sin(np.pi / 6 * rank) + np.eye(len(keys)))


def fault(
    correlations: Sequence[Correlation], numbers: Mapping[str, Any]
) -> tuple[int, str] | None:
    """The first thing that makes correlations impossible among the values of a scenario, by dotted
    key: the position of one of them, and what is wrong.
    """
    return next(_faults(correlations, numbers), None)


def _faults(
    correlations: Sequence[Correlation], numbers: Mapping[str, Any]
) -> Iterator[tuple[int, str]]:
    for position, correlation in enumerate(correlations):
        for key in correlation.keys:
            if wrong := _fault_of(key, numbers):
                yield position, f"{key}: {wrong}"
        if correlation.pair in [other.pair for other in correlations[:position]]:
            yield position, f"{' and '.join(correlation.keys)}: stand there twice; keep one"
    for group in groups(correlations):
        if np.linalg.eigvalsh(group.target)[0] < _SMALLEST_EIGENVALUE:
            last = max(at for at, one in enumerate(correlations) if one.keys[0] in group.keys)
            together = f"{', '.join(group.keys)}: no numbers can have all these ranks at once"
            yield (
                last,
                f"{together}; bring them nearer to 0, or state the missing pairs, which are 0",
            )


def _fault_of(key: str, numbers: Mapping[str, Any]) -> str:
    """Why a number cannot be correlated; empty if it can."""
    value = numbers.get(key)
    if isinstance(value, Distribution):
        return "" if _is_alone(value) else "is drawn jointly with other numbers"
    if isinstance(value, float):
        return "is fixed; give it a distribution, or take the correlation out"
    uncertain = [name for name, number in numbers.items() if isinstance(number, Distribution)]
    near = difflib.get_close_matches(key, uncertain, n=1)
    return "no such uncertain number" + (f"; did you mean {near[0]}?" if near else "")
