"""Read scenario files: follow `extends`, apply overrides, check everything, and say every problem
with its place.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.quantity import Parameters
from sim.scenario import clauses
from sim.scenario.editions import GONE, NEEDED
from sim.scenario.schema import OWN, Scenario
from sim.scenario.show import toml
from sim.scenario.toml import Key, lines_of

_PLAIN = {
    "bool_type": "must be true or false",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "string_type": "must be a text in quotes",
    "tuple_type": "must be a list",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


class ScenarioError(ValueError):
    """A scenario cannot be used; `problems` has a line for each fault, saying where, what and what
    to do.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems; the message is all of them."""
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class _Layer:
    """One file, or the overrides: what it says, and where."""

    origin: str
    says: dict[str, Any]
    lines: dict[Key, int] = field(default_factory=dict)

    def place(self, key: Key) -> str:
        """`file:line` of a key, or of the nearest thing around it that stands there."""
        for end in range(len(key), 0, -1):
            if key[:end] in self.lines:
                return f"{self.origin}:{self.lines[key[:end]]}"
        return self.origin

    def giver(self, key: Key) -> str:
        """Who gives a key its value, as origins say it."""
        return self.place(key)


@dataclass
class _ClauseLayer(_Layer):
    """One value that a clause sets; its origin is `file:line`."""

    number: str = ""

    def place(self, key: Key) -> str:  # noqa: ARG002  one value has one place
        """`file:line: clause 8`."""
        return f"{self.origin}: clause {self.number}"

    def giver(self, key: Key) -> str:  # noqa: ARG002  one value has one place
        """`clause 8 of file:line`."""
        return f"clause {self.number} of {self.origin}"


_SetBy = dict[Key, list[tuple[Any, _Layer]]]
"""For each key the values it was given and by which layer, the last of which holds."""


def load(
    path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    origin: str = "override",
    over: Sequence[str | Path] = (),
) -> Scenario:
    """Read and check a scenario file.

    The files `over` it win over it, and give it their names as well: nato+calibrated. `overrides`
    are dotted keys with values; they win over all files, and `origin` says in messages where they
    come from. The scenario remembers who set each of its values. Raises ScenarioError with every
    problem found.
    """
    *bases, own = _read(Path(path), ())
    others = [layer for each in over for layer in _read(Path(each), ())]
    given = [_Layer(origin, _nest(key, value)) for key, value in (overrides or {}).items()]
    set_by: _SetBy = {}
    files = (layer for file in (*bases, own, *others) for layer in (*_clause_layers(file), file))
    for layer in (*files, *given):
        for key, value in _leaves(layer.says, Scenario):
            if key[0] not in OWN or layer is own or layer in given:
                _forget(set_by, key)
                set_by.setdefault(key, []).append((value, layer))
    said: dict[str, Any] = {"name": Path(path).stem}
    problems = [
        problem for key, given in set_by.items() if (problem := _put(said, key, *given[-1]))
    ]
    if over and "name" not in (overrides or {}):
        said["name"] = "+".join([str(said["name"]), *(Path(each).stem for each in over)])
    try:
        scenario = Scenario.model_validate(said)
    except ValidationError as wrong:
        problems += [_describe(each, set_by) for each in wrong.errors()]
        raise ScenarioError(sorted(set(problems), key=_by_place)) from None
    if scenario.clauses and (over or overrides):
        load(path)
    elif scenario.clauses:
        problems += _text_problems(scenario, own, set_by)
    if problems:
        raise ScenarioError(problems)
    origins = {
        key: given for name, layers in set_by.items() for key, given in _placed(name, layers)
    }
    sources = {
        key: given[-1][0]["source"]
        for key, given in origins.items()
        if isinstance(given[-1][0], dict) and "source" in given[-1][0]
    }
    return scenario.with_origins(origins, sources)


def load_folder(folder: Path) -> tuple[dict[Path, Scenario], list[str]]:
    """The scenarios in the TOML files of a folder and of `texts` in it, each in the order of their
    names, and every problem in the files that hold none.

    Raises ScenarioError if there is no such folder.
    """
    if not folder.is_dir():
        raise ScenarioError([f"{folder}: no such folder; name one that holds scenario files"])
    found, problems = {}, []
    for path in [*sorted(folder.glob("*.toml")), *sorted(folder.glob("texts/*.toml"))]:
        try:
            found[path] = load(path)
        except ScenarioError as wrong:
            problems += wrong.problems
    return found, problems


def replaced(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The same scenario with other values for some dotted keys.

    Raises ScenarioError with every problem.
    """
    layer = _Layer("override", {})
    said = scenario.model_dump(mode="json", exclude_none=True)
    problems = [
        problem
        for key, value in values.items()
        if (problem := _put(said, tuple(key.split(".")), value, layer))
    ]
    set_by: _SetBy = {tuple(key.split(".")): [(value, layer)] for key, value in values.items()}
    try:
        changed = Scenario.model_validate(said)
    except ValidationError as wrong:
        problems += [_describe(each, set_by) for each in wrong.errors()]
    if problems:
        raise ScenarioError(problems)
    origins = dict(scenario.origins) | {
        key: (*scenario.origins.get(key, ()), (value, "override")) for key, value in values.items()
    }
    return changed.with_origins(origins, scenario.stated_sources)


def read_override(text: str) -> tuple[str, Any]:
    """Key and value of `KEY=VALUE` on one line, the value being TOML; a bare word is taken as text.

    Raises ScenarioError.
    """
    key, equals, value = text.partition("=")
    if len(text.splitlines()) > 1:
        raise ScenarioError(
            [
                (
                    f"--set {key.strip()!r}: must be KEY=VALUE on one line; repeat --set for each "
                    "further value"
                )
            ]
        )
    if not equals or not key.strip():
        raise ScenarioError(
            [f"--set {text}: must be KEY=VALUE, such as regime.deployment.brigades=10"]
        )
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def _read(path: Path, above: tuple[Path, ...]) -> Iterator[_Layer]:
    """The file and those it builds on, the furthest first."""
    if path.resolve() in (each.resolve() for each in above):
        raise ScenarioError(
            [
                (
                    f"{above[-1]}: extends: goes in a circle: "
                    f"{' -> '.join(map(str, [*above, path]))}; take one of them out"
                )
            ]
        )
    try:
        text = path.read_bytes().decode()
        says = tomllib.loads(text)
    except FileNotFoundError:
        asked = f"{above[-1]}: extends: " if above else ""
        raise ScenarioError([f"{asked}{path}: no such file{_nearest_file(path)}"]) from None
    except IsADirectoryError:
        raise ScenarioError(
            [f"{path}: is a folder; name a scenario file in it, such as {path / 'none.toml'}"]
        ) from None
    except OSError as wrong:
        raise ScenarioError([f"{path}: cannot be read: {wrong.strerror}"]) from None
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        raise ScenarioError([f"{path}:{line}: is not UTF-8 text; save the file as UTF-8"]) from None
    except tomllib.TOMLDecodeError as wrong:
        raise ScenarioError([f"{path}: is not valid TOML: {wrong}"]) from None
    if not says:
        raise ScenarioError(
            [f"{path}: is empty; a scenario needs at least a title, or a file that it extends"]
        )
    layer = _Layer(str(path), says, lines_of(text))
    for base in _bases(layer):
        yield from _read(path.parent / base, (*above, path))
    yield layer


def _bases(layer: _Layer) -> list[str]:
    """The paths of the files that a file builds on, which it says no more."""
    given = layer.says.pop("extends", [])
    bases = [given] if isinstance(given, str) else given
    if not isinstance(bases, list) or not all(isinstance(base, str) for base in bases):
        place = layer.place(("extends",))
        raise ScenarioError(
            [
                (
                    f"{place}: extends: must be the path of a scenario file, in quotes, or a list "
                    f"of "
                    "such paths"
                )
            ]
        )
    return bases


def _clause_layers(file: _Layer) -> Iterator[_ClauseLayer]:
    """A layer for each value that the clauses of a file set, as far as the clauses are sound."""
    given = file.says.get("clauses")
    for position, clause in enumerate(given if isinstance(given, list) else ()):
        try:
            sourced = clauses.Clause.model_validate(clause).sourced()
        except ValidationError:
            continue
        for key, value in sourced.items():
            place = file.place(("clauses", position, "sets", key))
            yield _ClauseLayer(place, _nest(key, value), number=clause["number"])


def _text_problems(scenario: Scenario, own: _Layer, set_by: _SetBy) -> list[str]:
    """Clauses that contradict each other, and values of the guarantee that are not those of the
    clauses.
    """
    problems = [
        f"{own.place(('clauses', *path))}: {problem}"
        for path, problem in clauses.conflicts(scenario.clauses)
    ]
    try:
        differences = clauses.differences(scenario.regime, scenario.clauses)
    except ValidationError as wrong:
        by_clause: _SetBy = {
            key: [(value, layer)]
            for layer in _clause_layers(own)
            for key, value in _leaves(layer.says, Scenario)
        }
        return problems + [_describe(each, by_clause, ("regime",)) for each in wrong.errors()]
    setters = {key: clause.number for clause in scenario.clauses for key in clause.sets or ()}
    for dotted, (value, of_clauses) in differences.items():
        key: Key = tuple(dotted.split("."))
        layer = _layer_of(key, set_by) or own
        sets = (
            f"clause {setters[dotted]} sets it to {toml(of_clauses)}"
            if dotted in setters
            else "no clause sets it"
        )
        problems.append(
            f"{layer.place(key)}: {dotted}: is {toml(value)}, but {sets}; a text has the regime of "
            "its clauses alone"
        )
    return problems


def _leaves(
    says: Mapping[str, Any], block: type[Parameters], prefix: Key = ()
) -> Iterator[tuple[Key, Any]]:
    """Every value with its key; a table is descended into only where the schema has a block, so
    that a distribution is one value.
    """
    for name, value in says.items():
        inner = _block(block, name)
        if inner and isinstance(value, dict):
            yield from _leaves(value, inner, (*prefix, name))
            if not value:
                yield (*prefix, name), value
        else:
            yield (*prefix, name), value


def _block(block: type[Parameters], name: str) -> type[Parameters] | None:
    """The class of an inner block of the schema, or None."""
    is_list = name in block.model_fields and get_args(block.model_fields[name].annotation)[1:] == (
        Ellipsis,
    )
    return None if is_list else _inner(block, name)


def _inner(block: type[Parameters], name: str) -> type[Parameters] | None:
    """The class of an inner block, or of the elements of a list of blocks, or None."""
    if name not in block.model_fields:
        return None
    annotation = block.model_fields[name].annotation
    return next(
        (
            each
            for each in (annotation, *get_args(annotation))
            if isinstance(each, type) and issubclass(each, Parameters)
        ),
        None,
    )


def _placed(
    key: Key, layers: list[tuple[Any, _Layer]]
) -> Iterator[tuple[str, tuple[tuple[Any, str], ...]]]:
    """A dotted key, with its values and where they stand.

    A list of blocks is given whole, and each value of a block goes by its name.
    """
    value, layer = layers[-1]
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        for position, block in enumerate(value):
            for name, inner in block.items():
                yield (
                    ".".join(map(str, (*key, block.get("name", block.get("number")), name))),
                    ((inner, layer.giver((*key, position, name))),),
                )
    else:
        yield ".".join(map(str, key)), tuple((each, by.giver(key)) for each, by in layers)


def _forget(set_by: dict[Key, Any], key: Key) -> None:
    """An override of a whole block replaces what was said inside it."""
    for other in [
        other
        for other in set_by
        if other != key and (other[: len(key)] == key or key[: len(other)] == other)
    ]:
        del set_by[other]


def _nest(dotted: str, value: Any) -> dict[str, Any]:
    for name in reversed(dotted.split(".")):
        value = {name: value}
    return dict(value)


def _put(said: dict[str, Any], key: Key, value: Any, layer: _Layer) -> str | None:
    """Put a value into the nested whole; the problem, if something that is not a table is in its
    way.
    """
    block: Any = said
    for name in key[:-1]:
        block = block.setdefault(name, {})
        if not isinstance(block, dict):
            return f"{layer.place(key)}: {_dotted(key)}: {name} is not a table"
    block[key[-1]] = value
    return None


def _layer_of(key: Key, set_by: _SetBy) -> _Layer | None:
    """The layer that gave a key its value, or gave that of the nearest thing around it."""
    return next(
        (
            given[-1][1]
            for end in range(len(key), 0, -1)
            for known, given in reversed(list(set_by.items()))
            if known[:end] == key[:end]
        ),
        None,
    )


def _describe(error: ErrorDetails, set_by: _SetBy, inside: Key = ()) -> str:
    """One line for a fault that the schema found, in a block `inside` the scenario or in itself."""
    key: Key = (*inside, *error["loc"])
    layer = _layer_of(key, set_by)
    in_clause = layer is not None and len(key) > 1 and key[0] == "clauses"
    name = clauses.named(key, layer.says["clauses"]) if layer and in_clause else _dotted(key)
    place = layer.place(key) if layer else "scenario"
    match error["type"]:
        case "draws":
            return f"{place}: {error['msg']}"
        case "extra_forbidden" if _dotted(key) in GONE:
            return (
                f"{place}: {name}: is not in the second edition of the model; {GONE[_dotted(key)]}"
            )
        case "extra_forbidden":
            return f"{place}: {name}: no such key{_nearest_key(key)}"
        case "missing":
            return f"{place}: {name}: is missing; {NEEDED.get(str(key[-1]), 'give it a value')}"
        case "string_pattern_mismatch":
            return (
                f"{place}: {name}: must start with a letter or digit and hold only "
                "letters, digits, '.', '_' and '-'"
            )
        case kind:
            return f"{place}: {name}: {_PLAIN.get(kind, error['msg'])}"


def _dotted(key: Key) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in key)


def _nearest_key(key: Key) -> str:
    """The nearest key that exists, wherever in the schema it is."""
    known = [dotted for dotted, _ in _schema_keys(Scenario)]
    wanted = ".".join(str(part) for part in key if not isinstance(part, int))
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    if not near:
        near = [each for each in known if each.rpartition(".")[2] == wanted.rpartition(".")[2]][:1]
    if near:
        return f"; did you mean {near[0]}?"
    here = [
        each.rpartition(".")[2]
        for each in known
        if each.rpartition(".")[0] == wanted.rpartition(".")[0]
    ]
    return f"; allowed here: {', '.join(here)}" if here else ""


def _schema_keys(
    block: type[Parameters], prefix: str = ""
) -> Iterator[tuple[str, type[Parameters]]]:
    for name in block.model_fields:
        yield prefix + name, block
        if inner := _inner(block, name):
            yield from _schema_keys(inner, f"{prefix}{name}.")


def _nearest_file(path: Path) -> str:
    near = difflib.get_close_matches(
        path.name, sorted(each.name for each in path.parent.glob("*.toml")), n=1
    )
    return f"; did you mean {path.parent / near[0]}?" if near else ""


def _by_place(problem: str) -> tuple[str, int, str]:
    file, _, rest = problem.partition(":")
    line = rest.partition(":")[0]
    return file, int(line) if line.isdigit() else 0, problem
