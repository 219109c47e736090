"""A run or a study that takes hours or fills a disk starts only if its user agrees."""

import inspect
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.streams import say
from sim.errors import ScenarioError

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

MAX_UNASKED = 10_000_000
"""Histories that start without a question: about an hour on a laptop, and 2 gigabytes."""
_SECONDS_A_STEP = 1e-6
"""Of one history, on one core of a laptop."""
_BYTES, _BYTES_A_MEMBER = 60, 25
"""Of the outcomes of one history on disk."""
_HOUR, _DAY = 3600, 86_400
_MAX_COUNTED = 10**15
"""Histories beyond which it does not matter how many there are: a thousand years."""
_AGREED: ContextVar[bool] = ContextVar("agreed", default=False)
_Yes = Annotated[
    bool, typer.Option("--yes", help=f"Start runs of more than {MAX_UNASKED:,} histories unasked.")
]


def asks_first(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option --yes, which answers what `agree` asks while it runs."""

    @wraps(command)
    def with_yes(*, yes: bool, **arguments: Any) -> None:
        token = _AGREED.set(yes)
        try:
            command(**arguments)
        finally:
            _AGREED.reset(token)

    own = inspect.signature(command)
    option = inspect.Parameter(
        "yes", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=_Yes
    )
    changed: Any = with_yes
    changed.__signature__ = own.replace(parameters=[*own.parameters.values(), option])
    changed.__annotations__ = command.__annotations__ | {"yes": _Yes}
    return with_yes


def agree(scenarios: Iterable["Scenario"], workers: int = 1, times: int = 1) -> None:
    """Ask before many histories are simulated: all of each scenario, so many `times`.

    Raises and ends as `agree_to` does.
    """
    agree_to([(scenario, times * scenario.sampling.worlds) for scenario in scenarios], workers)


def agree_to(histories: Iterable[tuple["Scenario", int]], workers: int = 1) -> None:
    """Ask before many histories are simulated, so many of each scenario; once in a command.

    Raises ScenarioError where there is nobody to ask, and ends the command where the answer is no.
    """
    several = [(scenario, min(count, _MAX_COUNTED)) for scenario, count in histories]
    total = sum(count for _, count in several)
    if total <= MAX_UNASKED or _AGREED.get():
        return
    seconds = _SECONDS_A_STEP / workers * sum(count * one.sampling.steps for one, count in several)
    size = sum(count * _bytes(scenario) for scenario, count in several)
    extent = f"{total:,} histories take about {_time(seconds)} and {size / 1e9:,.0f} gigabytes"
    if not _can_ask():
        raise ScenarioError(f"{extent}; --yes starts them, fewer or smaller samples take less")
    if not typer.confirm(f"{extent}. Start?", err=True):
        say("nothing was started", err=True)
        raise typer.Exit(1)
    _AGREED.set(True)


def _can_ask() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _bytes(scenario: "Scenario") -> int:
    return _BYTES + _BYTES_A_MEMBER * len(scenario.europe.standing)


def _time(seconds: float) -> str:
    """How long that is, in the unit that people use."""
    if seconds < _HOUR:
        return f"{seconds / 60:.0f} minutes"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.0f} hours"
    return f"{seconds / _DAY:,.0f} days"
