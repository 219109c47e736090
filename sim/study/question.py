"""What is asked, as plain data: it names the folder of the finding that answers, and the reply that
was printed.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sim.analysis.catalogue import of_others
from sim.ensemble.manifest import model_code
from sim.errors import ArgumentFault, ScenarioError
from sim.extensions import NAME
from sim.fingerprint import as_written
from sim.scenario.schema import Scenario, digest


@dataclass(frozen=True)
class Question:
    """What a study is asked: plain data that determine its finding, and the code that answers."""

    kind: str
    asks: Mapping[str, Any]

    @classmethod
    def about(cls, kind: str, scenarios: Iterable[Scenario], **asks: Any) -> "Question":
        """A question about scenarios, by all that they say, words included.

        Raises ScenarioError for a number that is not finite, or a text of no characters.
        """
        if faults := [fault for name, value in asks.items() for fault in _unkept(name, value)]:
            raise ScenarioError(faults)
        whole = [scenario.model_dump(mode="json") | scenario.extensions() for scenario in scenarios]
        return cls(kind, {"scenarios": whole, **asks})

    @cached_property
    def hash(self) -> str:
        """The hash of all of it."""
        return self.answered_by([model_code(), _code()])

    def answered_by(self, code: Sequence[str], **more: Any) -> str:
        """The hash of the question, of the code that answers it, and of what else determines the
        answer.
        """
        asks = dict(self.asks) | more
        return digest(
            {"kind": self.kind, "asks": asks, "code": [*code, *_measures_of_others(asks)]}
        )

    @property
    def name(self) -> str:
        """The name of the folder of its finding."""
        return f"{self.kind}-{self.hash[:8]}"


def _unkept(name: str, value: Any) -> Iterator[ArgumentFault]:
    """What of an argument cannot be kept as plain data."""
    if isinstance(value, float) and not math.isfinite(value):
        yield ArgumentFault(name, value, "must be a finite number")
    elif isinstance(value, str) and not value.isprintable():
        yield ArgumentFault(name, repr(value), "must be one line of printable text")


def _measures_of_others(asks: Any) -> list[str]:
    """The measures of other packages that a question names anywhere, each with its code."""
    if not (known := of_others()):
        return []
    words = set(NAME.findall(json.dumps(asks, default=str)))
    return [measure.key for name, measure in known.items() if name in words]


@cache
def _code() -> str:
    """The hash of the code, and of the record, that turn histories into findings."""
    package = Path(__file__).parents[1]
    files = [
        path
        for name in ("analysis", "ensemble", "record", "scenario", "study")
        for path in (package / name).rglob("*")
        if path.suffix in (".csv", ".py")
    ]
    return as_written([*files, *package.glob("*.py")], package)
