"""What determines a run, and what it is run with: the manifest of a run folder."""

import platform
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.ensemble.seal import Document, parsed, sealed, shaped, unsealed
from sim.errors import DamagedError, RunError
from sim.fingerprint import fingerprint
from sim.guarantee.provisions.regime import Regime
from sim.scenario.schema import OWN, Scenario, digest

EDITION = 2
"""The edition of the model: runs of another one cannot be read, checked or compared with runs of
this one.
"""
MANIFEST = "manifest.json"
AGAIN = "run its scenario again, and it is computed again"
"""What to do about a run that is damaged."""
_EXTENSIONS = "extensions"
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
    extensions: dict[str, dict[str, str]] = Field(default_factory=dict)


class Finished(Manifest):
    """What the manifest of a complete run holds."""

    blocks: int
    finished: str
    seconds: float
    sha256: dict[str, str]


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
        "origins": scenario.origins,  # whose lines are looked up when they are wanted
        "stated_sources": dict(scenario.stated_sources),
        "seed": scenario.sampling.seed,
        "worlds": scenario.sampling.worlds,
        "versions": _versions() | {own["distribution"]: own["version"] for own in joined.values()},
        "platform": platform.platform(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        **scenario.extensions(),
    }


def scenario_of(manifest: Mapping[str, Any]) -> Scenario:
    """What was run, with who set its values and the sources that were stated beside them."""
    scenario = Scenario.model_validate(manifest["scenario"])
    return scenario.with_origins(manifest["origins"], manifest["stated_sources"])


def written(manifest: Mapping[str, Any]) -> str:
    """The text of a manifest, as its file has it."""
    origins = {
        key: [[_plain(value), by] for value, by in history]
        for key, history in manifest["origins"].items()
    }
    return sealed({**manifest, "origins": origins})


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in a folder, which is that of a run of this edition, finished or not.

    Raises RunError if there is none, DamagedError if it was altered, or does not say what its own
    hash stands for.
    """
    path = folder / MANIFEST
    try:
        is_there = path.is_file()
    except OSError as wrong:
        raise RunError(
            f"{path}: cannot be read: {wrong.strerror}; change its permissions"
        ) from None
    if not is_there:
        raise RunError(
            f"{folder}: is not a run folder: it has no {MANIFEST}; name one that `ceasefire run` "
            "wrote, such as those in runs/"
        )
    document = parsed(path, AGAIN)
    if {"name", "scenario"} <= set(document) and (edition := document.get("edition", 1)) != EDITION:
        raise RunError(
            f"{folder}: was made by edition {edition} of the model, and this is edition "
            f"{EDITION}: keys, outcome columns and results differ (CHANGELOG.md says how); run "
            "its scenario again, or read it with the program that made it"
        )
    manifest = unsealed(document, path, AGAIN)
    shaped(Finished if manifest.get("state") == "complete" else Manifest, manifest, path, AGAIN)
    _check_installed(folder, manifest)
    shaped(Scenario, manifest["scenario"], path, AGAIN)
    sampling = Scenario.model_validate(manifest["scenario"]).sampling
    if (manifest["hash"], manifest["seed"], manifest["worlds"]) != (
        _own_hash(manifest),
        sampling.seed,
        sampling.worlds,
    ):
        raise DamagedError(path, AGAIN)
    origins = {
        key: tuple((value, by) for value, by in history)
        for key, history in manifest["origins"].items()
    }
    return manifest | {"origins": origins}


def _own_hash(manifest: dict[str, Any]) -> str:
    """The hash of what a manifest says determines its run."""
    determinants = {key: value for key, value in manifest["scenario"].items() if key not in OWN}
    if _EXTENSIONS in manifest:
        determinants[_EXTENSIONS] = manifest[_EXTENSIONS]
    return run_hash(determinants, manifest["model"])


def _check_installed(folder: Path, manifest: dict[str, Any]) -> None:
    """Raise RunError for a run with a provision of a package that is not here."""
    for name, own in manifest.get(_EXTENSIONS, {}).items():
        if name not in Regime.joined:
            raise RunError(
                f"{folder}: was made with the provision {name!r} of {own['distribution']} "
                f"{own['version']}, which is not installed; install it"
            )


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
