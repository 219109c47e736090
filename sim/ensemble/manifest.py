"""What determines a run, and what it is run with."""

import platform
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.ensemble.seal import Document
from sim.fingerprint import fingerprint
from sim.scenario.schema import Scenario, digest

EDITION = 2
"""The edition of the model: runs of another one cannot be read, checked or compared with runs of
this one.
"""
_PACKAGES = ("ceasefire", "mesa", "numpy", "scipy", "pandas", "pyarrow", "pydantic")


class Manifest(Document):
    """What a manifest holds."""

    edition: int
    name: str
    title: str
    label: str
    as_of: str | None
    hash: str
    model: str
    scenario: dict[str, Any]
    origins: dict[str, list[Annotated[list[Any], Field(min_length=2, max_length=2)]]]
    stated_sources: dict[str, str]
    seed: int
    worlds: int
    versions: dict[str, str]
    platform: str
    started: str
    state: Literal["running", "complete"]
    adds_to: Annotated[str, Field(pattern=r"^[^/\\]*$")] = ""
    blocks: int = 0
    finished: str = ""
    seconds: float = 0.0
    sha256: dict[str, str] = Field(default_factory=dict)
    extensions: dict[str, dict[str, str]] = Field(default_factory=dict)


def manifest_of(scenario: Scenario) -> dict[str, Any]:
    """What determines a run, its hash, and what it is run with."""
    joined = scenario.regime.extensions()
    return {
        "edition": EDITION,
        "name": scenario.name,
        "title": scenario.title,
        "label": scenario.label,
        "as_of": None if scenario.as_of is None else scenario.as_of.isoformat(),
        "hash": run_hash(scenario.determinants(), model_code()),
        "model": model_code(),
        "scenario": scenario.model_dump(mode="json"),
        "origins": {
            key: [[_plain(value), by] for value, by in history]
            for key, history in scenario.origins.items()
        },
        "stated_sources": dict(scenario.stated_sources),
        "seed": scenario.sampling.seed,
        "worlds": scenario.sampling.worlds,
        "versions": _versions() | {own["distribution"]: own["version"] for own in joined.values()},
        "platform": platform.platform(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        **scenario.extensions(),
    }


def run_hash(determinants: Mapping[str, Any], model: str) -> str:
    """The hash of what determines a run: a scenario as plain data, and the code of the model."""
    return digest({"scenario": determinants, "model": model})


def _plain(value: Any) -> Any:
    """A value that a file gave, as JSON has it: dates as their text."""
    return value.isoformat() if isinstance(value, date) else value


@cache
def _versions() -> dict[str, str]:
    """Versions of Python and of what a result may depend on."""
    return {package: metadata.version(package) for package in _PACKAGES} | {
        "python": platform.python_version()
    }


@cache
def model_code() -> str:
    """Fingerprint of the code that determines a result; the journal only looks on."""
    package = Path(__file__).parents[1]
    folders = [
        package / name
        for name in ("guarantee", "actors", "agents", "game", "model", "quantity", "uncertainty")
    ]
    files = {path for folder in folders for path in folder.rglob("*.py")}
    files -= {
        package / "model" / name
        for name in ("collector.py", "events.py", "journal.py", "observer.py")
    }
    files |= {
        package / name
        for name in (
            "calendar.py",
            "scenario/sampling.py",
            "scenario/schema.py",
            "ensemble/block.py",
            "ensemble/timeline.py",
        )
    }
    return fingerprint(files, package)
