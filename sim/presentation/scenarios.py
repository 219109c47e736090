"""Scenarios in a list: name, promises and title, in 80 columns."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from os.path import realpath
from pathlib import Path
from textwrap import fill, wrap

from sim.errors import ScenarioError
from sim.guarantee.provisions.commitment import Commitment
from sim.quantity import Array
from sim.scenario import library as of_product
from sim.scenario.load import load
from sim.scenario.reading import text_of, values_of
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution

_WIDTH, _NAME, _PROMISE = 80, 22, 10
_TITLE = _WIDTH - _NAME - 2 * _PROMISE - 3
_HEADINGS = f"{'Scenario':{_NAME}} {'Promise of':{_PROMISE}}\n{'':{_NAME}} {'Europe':{_PROMISE}} US"


def library(here: Path = Path()) -> Iterator[str]:
    """The lines of the scenarios that come with the product, by what they are, and of the scenario
    files in a folder.
    """
    yield _HEADINGS
    for heading, names in of_product.groups().items():
        yield from ("", heading)
        yield from listed(map(load, names))
    files = [path for path in sorted(here.glob("*.toml")) if _is_own(path)]
    if files:
        yield from ("", "Files here")
        for path in files:
            try:
                yield from _rows(str(path), load(path))
            except ScenarioError:
                yield f"{path}: has faults; ceasefire check {path} names them"
    yield f"\n{fill(Commitment.guide, _WIDTH)}"


def listed(scenarios: Iterable[Scenario]) -> Iterator[str]:
    """The lines of these scenarios."""
    for scenario in scenarios:
        yield from _rows(scenario.name, scenario)


def _rows(name: str, scenario: Scenario) -> Iterator[str]:
    commitment = scenario.regime.commitment
    promises = (_promise(commitment.europe), _promise(commitment.united_states))
    titles = wrap(scenario.title, _TITLE) or [""]
    for row, (names, title) in enumerate(zip_longest(wrap(name, _NAME), titles, fillvalue="")):
        europe, united_states = ("", "") if row else promises
        yield f"{names:{_NAME}} {europe:{_PROMISE}} {united_states:{_PROMISE}} {title}".rstrip()


def _promise(value: Array) -> str:
    """A promise as a number, or from where to where it reaches."""
    if isinstance(value, Distribution):
        return "-".join(f"{round(end, 2):g}" for end in value.support)
    return f"{value:g}"


def _is_own(path: Path) -> bool:
    """Whether a file has any key of a scenario or is no TOML at all, and is not of the library."""
    if Path(realpath(path)) in of_product.files().values():
        return False
    try:
        keys, fault = values_of(text_of(path))
    except (OSError, ValueError):
        return True
    return bool(fault) or not {"extends", *Scenario.model_fields}.isdisjoint(keys)
