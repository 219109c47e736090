"""The bytes of a scenario file as text and values, within bounds that keep any file from taking
more than a moment or more memory than there is.
"""

import stat
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sim.characters import quoted
from sim.errors import ScenarioError

LARGEST_FILE = 1_000_000
"""Bytes of a file, and of a value after `--set`: twenty times the largest of the library, which
holds the draws of a posterior.
"""
DEEPEST_NESTING = 16
"""Tables and lists inside each other: three times what any value of a scenario needs."""
MOST_ENTRIES = 5_000
"""Keys and tables of a file: ten times as many as the schema has."""
LONGEST_CHAIN = 16
"""Files of which each extends the next: four times the longest of the library."""
MOST_FILES = 64
"""Files that a scenario builds on, counted each time that one is named; the library needs four."""
LARGEST_INTEGER = 2**63 - 1
"""Whole numbers: what TOML promises, and any seed."""


def text_of(path: Path) -> str:
    """The text of a file.

    Raises ScenarioError for what is no regular file, or too large, OSError for what cannot be read,
    and UnicodeDecodeError for what is no UTF-8.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise ScenarioError(
            f"{path}: is a device or a pipe, not a file; write it to a file and name that"
        )
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ScenarioError(
            f"{path}: is larger than {LARGEST_FILE:,} bytes, the most that is read of a scenario "
            "file; take out what is no value of a scenario"
        )
    return content.decode("utf-8-sig")


def values_of(text: str) -> tuple[dict[str, Any], str]:
    """The values of a TOML text, and what of them goes beyond a bound, in words.

    Raises TOMLDecodeError for what is not TOML.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        return {}, _too_deep()
    except ValueError:  # a number of more digits than Python reads
        return {}, _too_long()
    return values, _beyond_bounds(values)


def usable_path(path: str | Path, place: Callable[[], str]) -> Path:
    """The path, if a file can have it. Raises ScenarioError, which says at which place."""
    if not str(path) or "\0" in str(path):
        raise ScenarioError(f"{place()}: {str(path)!r}: is no path of a file; name a scenario file")
    return Path(path)


def _beyond_bounds(values: dict[str, Any]) -> str:
    """What of these values goes beyond a bound, in words; empty where nothing does."""
    entries = 0
    for key, value in _nested(values):
        entries += len(value) if isinstance(value, dict) else isinstance(value, list)
        if len(key) > DEEPEST_NESTING:
            return _too_deep(key)
        if entries > MOST_ENTRIES:
            return f"holds more than {MOST_ENTRIES:,} keys and tables; a scenario has some hundreds"
        if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
            return _too_long(key)
    return ""


def _nested(values: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value with the names of the tables and lists that it stands in."""
    left: list[tuple[tuple[str, ...], Any]] = [((), values)]
    while left:
        key, value = left.pop()
        yield key, value
        if isinstance(value, dict):
            left += [((*key, name), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            left += [((*key, str(place)), inner) for place, inner in enumerate(value, start=1)]


def _too_deep(key: tuple[str, ...] = ()) -> str:
    return (
        f"{_named(key)}nests tables or lists more than {DEEPEST_NESTING} deep; no value of a "
        "scenario does"
    )


def _too_long(key: tuple[str, ...] = ()) -> str:
    return (
        f"{_named(key)}holds a whole number beyond {LARGEST_INTEGER}, the largest that TOML has; "
        "no value of a scenario is as large"
    )


def _named(key: tuple[str, ...]) -> str:
    return f"{quoted('.'.join(key))}: " if key else ""
