"""Read scenario files: follow `extends`, apply overrides, check everything, and report every
problem with its place.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.characters import quoted
from sim.errors import ArgumentFault, ScenarioError
from sim.scenario import library, texts
from sim.scenario.faults import by_place, describe
from sim.scenario.layers import (
    Layer,
    Settings,
    dotted_key,
    file_layers,
    merged,
    origins_of,
    override_layers,
    put,
)
from sim.scenario.names import name_of
from sim.scenario.pairs import LIST, with_pairs, without_fixed
from sim.scenario.reading import DEEPEST_NESTING, LARGEST_FILE, values_of
from sim.scenario.schema import Scenario

MOST_DESCRIBED = 20
"""Problems of one scenario that are described, each with the nearest of all keys: a screenful."""


def load(
    path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    origin: str = "override",
    over: Sequence[str | Path] = (),
) -> Scenario:
    """Read and check a scenario file.

    Parameters
    ----------
    path
        A TOML file, or the name of a scenario of the library; it may extend others.
    overrides
        Values by dotted key; they win over all files.
    origin
        What messages name as the place of the overrides.
    over
        Files or names whose values win over those of `path`; they give it their names as well:
        nato+calibrated.

    Returns
    -------
    Scenario
        It remembers who set each of its values.

    Raises
    ------
    ScenarioError
        With every problem found.

    Examples
    --------
    >>> load("none", {"sampling.designs": 100}).sampling.worlds
    1000

    """
    overrides = overrides or {}
    files = file_layers(library.find(path))
    others = [
        layer for file in over for layer in file_layers(library.find(file), names_scenario=False)
    ]
    layers = [*texts.with_layers_of_clauses([*files, *others]), *override_layers(overrides, origin)]
    settings = with_pairs(merged(layers), layers)
    document: dict[str, Any] = {"name": name_of([Path(path).stem])}
    problems = _put_all(document, settings)
    if over and "name" not in overrides:
        document["name"] = name_of([str(document["name"]), *(Path(file).stem for file in over)])
    scenario = _checked(document, settings, problems)
    if scenario.clauses and (over or overrides):
        load(path)
    elif scenario.clauses and (problems := texts.faults(scenario, files[-1], settings)):
        raise ScenarioError(problems)
    return scenario.with_origins(*origins_of(settings))


def load_folder(folder: Path) -> tuple[dict[Path, Scenario], list[str]]:
    """The scenarios in the TOML files of a folder and of `texts` in it, each in the order of their
    names, and every problem in the files that hold none.

    Raises ScenarioError if there is no such folder, or if it cannot be read.
    """
    if not folder.is_dir():
        raise ScenarioError(f"{folder}: no such folder; name one that holds scenario files")
    scenarios: dict[Path, Scenario] = {}
    problems: list[str] = []
    for path in [*_files_in(folder), *_files_in(folder / "texts")]:
        try:
            scenarios[path] = load(path)
        except ScenarioError as wrong:
            problems += wrong.problems
    return scenarios, problems


def _files_in(folder: Path) -> list[Path]:
    """The TOML files of a folder in the order of their names; none where there is no folder.

    Raises ScenarioError for one that cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as wrong:
        raise ScenarioError(
            f"{folder}: cannot be read: {wrong.strerror}; change its permissions"
        ) from None


def replaced(scenario: Scenario, values: Mapping[str, Any], origin: str = "override") -> Scenario:
    """The same scenario with other values for some dotted keys, which messages place at `origin`.

    Raises ScenarioError with every problem.
    """
    layer = Layer(origin, {})
    settings: Settings = {tuple(key.split(".")): [(value, layer)] for key, value in values.items()}
    document = scenario.model_dump(mode="json", exclude_none=True)
    problems = _put_all(document, settings)
    if LIST in document and LIST not in values:
        document[LIST] = without_fixed(document[LIST], values)
    changed = _checked(document, settings, problems)
    origins = dict(scenario.origins) | {
        key: (*scenario.origins.get(key, ()), (value, layer.origin))
        for key, value in values.items()
    }
    return changed.with_origins(origins, scenario.stated_sources)


def renamed(scenario: Scenario, name: str) -> Scenario:
    """The same scenario by another name."""
    return scenario.model_copy(update={"name": name}).with_origins(
        scenario.origins, scenario.stated_sources
    )


def read_override(text: str) -> tuple[str, Any]:
    """Key and value of `KEY=VALUE` on one line, the value being TOML; a bare word is taken as text.

    Raises ScenarioError.

    Examples
    --------
    >>> read_override("regime.deployment.brigades=10")
    ('regime.deployment.brigades', 10)

    """
    key, equals, value = text.partition("=")
    if len(text.splitlines()) > 1:
        must = "must be KEY=VALUE on one line; repeat it for each further value"
        raise ScenarioError(ArgumentFault("set", repr(quoted(key)), must))
    if not equals or not key.strip():
        must = "must be KEY=VALUE"
        raise ScenarioError(
            ArgumentFault("set", quoted(text), must, "regime.deployment.brigades=10")
        )
    if len(text) > LARGEST_FILE or key.count(".") >= DEEPEST_NESTING:
        must = f"must have at most {LARGEST_FILE:,} characters and {DEEPEST_NESTING} names"
        raise ScenarioError(ArgumentFault("set", quoted(key.strip()), must))
    try:
        values, beyond = values_of(f"value = {value}")
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()
    if beyond:
        raise ScenarioError(ArgumentFault("set", quoted(key.strip()), beyond))
    return key.strip(), values["value"]


def _put_all(document: dict[str, Any], settings: Settings) -> list[str]:
    """Put the last value of every key into a document; a problem for each that has no place."""
    problems = []
    for key, layers in settings.items():
        value, layer = layers[-1]
        if (obstacle := put(document, key, value)) is not None:
            problems.append(f"{layer.place(key)}: {dotted_key(key)}: {obstacle} is not a table")
    return problems


def _checked(document: Mapping[str, Any], settings: Settings, problems: list[str]) -> Scenario:
    """The scenario of a document. Raises ScenarioError with these problems and all others."""
    try:
        scenario = Scenario.model_validate(document)
    except ValidationError as wrong:
        errors = wrong.errors()
        lines = {*problems, *(describe(error, settings) for error in errors[:MOST_DESCRIBED])}
        problems = sorted(lines, key=by_place)
        if more := errors[MOST_DESCRIBED:]:
            problems.append(f"and {len(more):,} problems more; mend these first")
        raise ScenarioError(problems) from None
    if problems:
        raise ScenarioError(problems)
    return scenario
