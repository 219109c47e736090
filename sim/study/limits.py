"""Limits and ranges of what is varied, as words of a command say them."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from sim.errors import ArgumentFault, ScenarioError

MAX_COMBINATIONS = 10_000
"""More combinations than this would take days: a judgement."""
_MIN_VALUES = 2
T = TypeVar("T")
_LIMITS = re.compile(r"^(?P<key>[^=]+)=(?P<low>[^:]+):(?P<high>[^:]+)$")
_RANGE = re.compile(r"^(?P<key>[^=]+)=(?P<low>[^:]+):(?P<high>[^:]+):(?P<count>\d+)$")


def read_range(text: str) -> tuple[str, list[float]]:
    """Key and values of `KEY=LOW:HIGH:N`, N values from LOW to HIGH. Raises ScenarioError.

    Examples
    --------
    >>> read_range("regime.deployment.brigades=0:20:3")
    ('regime.deployment.brigades', [0.0, 10.0, 20.0])

    """
    match = _RANGE.fullmatch(text)
    try:
        low, high, count = float(match["low"]), float(match["high"]), int(match["count"])  # type: ignore[index]
    except (TypeError, ValueError):
        low, high, count = 0.0, 0.0, 0
    if (
        not match
        or not _MIN_VALUES <= count <= MAX_COMBINATIONS
        or not np.isfinite([low, high]).all()
    ):
        must = (
            f"must be KEY=LOW:HIGH:N with N from {_MIN_VALUES} to {MAX_COMBINATIONS} (--set "
            "KEY=VALUE sets a single value)"
        )
        raise ScenarioError(ArgumentFault("grid", text, must, "regime.deployment.brigades=0:25:6"))
    return match["key"], np.linspace(low, high, count).tolist()


def read_ranges(texts: Sequence[str]) -> dict[str, list[float]]:
    """Values by key. Raises ScenarioError for a key that is named twice."""
    return dict(_each_once("grid", [read_range(text) for text in texts]))


def read_limits(text: str) -> tuple[str, tuple[float, float]]:
    """Key and limits of `KEY=LOW:HIGH`. Raises ScenarioError.

    Examples
    --------
    >>> read_limits("regime.deployment.brigades=0:25")
    ('regime.deployment.brigades', (0.0, 25.0))

    """
    match = _LIMITS.fullmatch(text)
    try:
        low, high = float(match["low"]), float(match["high"])  # type: ignore[index]
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not match or not low < high or not np.isfinite([low, high]).all():
        must = "must be KEY=LOW:HIGH, the first below the second"
        raise ScenarioError(ArgumentFault("vary", text, must, "regime.deployment.brigades=0:25"))
    return match["key"], (low, high)


def read_all_limits(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Limits by key. Raises ScenarioError for a key that is named twice."""
    return dict(_each_once("vary", [read_limits(text) for text in texts]))


def _each_once(option: str, read: Sequence[tuple[str, T]]) -> Sequence[tuple[str, T]]:
    """The pairs, if no two have one key. Raises ScenarioError."""
    counts = Counter(key for key, _ in read)
    if twice := [key for key, count in counts.items() if count > 1]:
        raise ScenarioError(
            [ArgumentFault(option, key, "must name each provision once") for key in twice]
        )
    return read
