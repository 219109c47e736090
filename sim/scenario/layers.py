"""What each scenario file says, layer on layer: a file, those that it extends, and overrides.

A later layer wins over an earlier one, value by value.
"""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from os.path import isfile, realpath  # which no link stops
from pathlib import Path
from typing import Any, get_args

from sim.errors import ScenarioError
from sim.quantity import Parameters
from sim.scenario import library
from sim.scenario.correlation import name_of
from sim.scenario.reading import LONGEST_CHAIN, MOST_FILES, text_of, usable_path, values_of
from sim.scenario.schema import OWN, Origins, Scenario, Sources
from sim.scenario.toml import Key, lines_of
from sim.scenario.unread import not_toml


@dataclass
class Layer:
    """One file with its text, or the overrides: its values, and the lines where they stand."""

    origin: str
    values: dict[str, Any]
    text: str = ""
    names_scenario: bool = True  # whether what it says of itself is said of the scenario

    @cached_property
    def lines(self) -> dict[Key, int]:
        """The line of each key of a file, looked up when the first is wanted."""
        return lines_of(self.text)

    def place(self, key: Key) -> str:
        """`file:line` of a key, or of the nearest thing around it that stands there."""
        for end in range(len(key), 0, -1):
            if key[:end] in self.lines:
                return f"{self.origin}:{self.lines[key[:end]]}"
        return self.origin

    def setter(self, key: Key) -> str:
        """Who sets a key, as origins say it."""
        return self.place(key)


Settings = dict[Key, list[tuple[Any, Layer]]]
"""For each key the values that layers give it, the last of which holds."""


def file_layers(path: Path, *, names_scenario: bool = True) -> list[Layer]:
    """The layers of the files that a file builds on, the furthest first, and its own.

    Raises ScenarioError for a file that cannot be read.
    """
    layers: list[Layer] = []
    for layer in _read(usable_path(path, lambda: "FILE"), ()):
        if len(layers) == MOST_FILES:
            raise ScenarioError(
                f"{path}: extends: leads to more than {MOST_FILES} files, counted each time that "
                "one is named; name each of them once"
            )
        layers.append(layer)
    for layer in layers:
        layer.names_scenario = names_scenario and layer is layers[-1]
    return layers


def override_layers(overrides: Mapping[str, Any], origin: str) -> list[Layer]:
    """A layer for each override, by dotted key."""
    return [Layer(origin, nested(key.split("."), value)) for key, value in overrides.items()]


def merged(layers: Iterable[Layer]) -> Settings:
    """Every value of all layers by its key."""
    settings: Settings = {}
    for layer in layers:
        for key, value in _leaves(layer.values, Scenario):
            if layer.names_scenario or key[0] not in OWN:
                _drop_overlapping(settings, key)
                settings.setdefault(key, []).append((value, layer))
    return settings


def put(document: dict[str, Any], key: Key, value: Any) -> str | None:
    """Put a value into a nested document; the name of what is in its way and no table, if any."""
    block: Any = document
    for name in key[:-1]:
        block = block.setdefault(name, {})
        if not isinstance(block, dict):
            return str(name)
    block[key[-1]] = value
    return None


def origins_of(settings: Settings) -> tuple[Origins, Sources]:
    """The values that layers give to each dotted key with their places, and the sources that they
    state.
    """
    values = {
        dotted: by_layer
        for key, layers in settings.items()
        for dotted, by_layer in _by_dotted_key(key, layers)
    }
    sources = {
        dotted: value["source"]
        for dotted, (*_, (value, _, _)) in values.items()
        if isinstance(value, dict) and "source" in value
    }
    return _Places(values), sources


class _Places(Mapping[str, tuple[tuple[Any, str], ...]]):
    """Values and their places by dotted key; a place is looked up whenever it is wanted."""

    def __init__(self, values: Mapping[str, list[tuple[Any, Layer, Key]]]) -> None:
        """The values, each with the layer that gives it and its key there."""
        self._values = values

    def __getitem__(self, dotted: str) -> tuple[tuple[Any, str], ...]:
        return tuple((value, layer.setter(key)) for value, layer, key in self._values[dotted])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def dotted_key(key: Key) -> str:
    """A key as a text; positions in a list count from 1."""
    return ".".join(str(name + 1) if isinstance(name, int) else name for name in key)


def block_class(block: type[Parameters], name: str) -> type[Parameters] | None:
    """The class of an inner block, or of the elements of a list of blocks, or None."""
    if name not in block.model_fields:
        return None
    annotation = block.model_fields[name].annotation
    return next(
        (
            kind
            for kind in (annotation, *get_args(annotation))
            if isinstance(kind, type) and issubclass(kind, Parameters)
        ),
        None,
    )


def _read(path: Path, above: tuple[Path, ...]) -> Iterator[Layer]:
    """The file and those it builds on, the furthest first."""
    if realpath(path) in map(realpath, above):
        circle = " -> ".join(map(str, [*above, path]))
        raise ScenarioError(
            f"{above[-1]}: extends: goes in a circle: {circle}; take one of them out"
        )
    if len(above) == LONGEST_CHAIN:
        raise ScenarioError(
            f"{above[0]}: extends: is the first of a chain of more than {LONGEST_CHAIN} files, "
            "each of which extends the next; put some of them together"
        )
    text = _text(path, above)
    try:
        values, fault = values_of(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ScenarioError(not_toml(path, text, wrong)) from None
    if fault:
        raise ScenarioError(f"{path}: {fault}")
    if not values:
        raise ScenarioError(
            f"{path}: is empty; a scenario needs at least a title, or a file that it extends"
        )
    layer = Layer(library.shown(path), values, text)
    for base in _bases(layer):
        yield from _read(library.find(base, path.parent), (*above, path))
    yield layer


def _text(path: Path, above: tuple[Path, ...]) -> str:
    try:
        return text_of(path)
    except FileNotFoundError:
        extends = f"{above[-1]}: extends: " if above else ""
        is_name = not above and path.name == str(path) and not path.suffix
        missing = (
            "is a link to a file that is not there"
            if path.is_symlink()
            else "no such scenario or file"
            if is_name
            else "no such file"
        )
        raise ScenarioError(f"{extends}{path}: {missing}{_nearest_file(path, above)}") from None
    except IsADirectoryError:
        raise ScenarioError(
            f"{path}: is a folder; name a scenario file in it, such as {path / 'none.toml'}"
        ) from None
    except OSError as wrong:
        raise ScenarioError(f"{path}: cannot be read: {wrong.strerror}") from None
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        raise ScenarioError(f"{path}:{line}: is not UTF-8 text; save the file as UTF-8") from None


def _nearest_file(path: Path, above: tuple[Path, ...]) -> str:
    """What to offer for a file that does not exist: the nearest beside it, or of the library, but
    none of those that are being read.
    """
    beside = {file.stem: file for file in sorted(path.parent.glob("*.toml"))}
    read = set(map(realpath, above))
    offered = {
        stem: file
        for stem, file in (library.files() | beside).items()
        if isfile(file) and realpath(file) not in read  # noqa: PTH113  Path.is_file may raise
    }
    by_letters = {stem.casefold(): stem for stem in sorted(offered)}
    near = difflib.get_close_matches(path.stem.casefold(), by_letters, n=1)
    if near:
        return f"; did you mean {library.reference(offered[by_letters[near[0]]])}?"
    return "; `ceasefire list` shows the scenarios that there are"


def _bases(layer: Layer) -> list[str]:
    """The paths of the files that a file builds on; they are taken out of its values."""
    extends = layer.values.pop("extends", [])
    bases = [extends] if isinstance(extends, str) else extends
    if not isinstance(bases, list) or not all(isinstance(base, str) for base in bases):
        raise ScenarioError(
            f"{layer.place(('extends',))}: extends: must be the path of a scenario file, in "
            "quotes, or a list of such paths"
        )
    for base in bases:
        usable_path(base, lambda: f"{layer.place(('extends',))}: extends")
    return bases


def _leaves(
    values: Mapping[str, Any], block: type[Parameters], prefix: Key = ()
) -> Iterator[tuple[Key, Any]]:
    """Every value with its key; a table is descended into only where the schema has a block, so
    that a distribution is one value.
    """
    for name, value in values.items():
        inner = _single_block(block, name)
        if inner and isinstance(value, dict):
            yield from _leaves(value, inner, (*prefix, name))
            if not value:
                yield (*prefix, name), value
        else:
            yield (*prefix, name), value


def _single_block(block: type[Parameters], name: str) -> type[Parameters] | None:
    """The class of an inner block that is not in a list, or None."""
    is_list = name in block.model_fields and get_args(block.model_fields[name].annotation)[1:] == (
        Ellipsis,
    )
    return None if is_list else block_class(block, name)


def _drop_overlapping(settings: Settings, key: Key) -> None:
    """A value of a whole block replaces all inside it, and a value inside one the whole."""
    for other in list(settings):
        if other != key and (other[: len(key)] == key or key[: len(other)] == other):
            del settings[other]


def nested(names: list[str], value: Any) -> dict[str, Any]:
    """A value in tables of these names, one inside the other."""
    for name in reversed(names):
        value = {name: value}
    return dict(value)


def _block_name(block: Mapping[str, Any]) -> object:
    """What a block in a list goes by: its name or number, or the keys of a correlation."""
    keys = block.get("keys")
    named = name_of(keys) if isinstance(keys, list) else None
    return block.get("name", block.get("number", named))


def _by_dotted_key(
    key: Key, layers: list[tuple[Any, Layer]]
) -> Iterator[tuple[str, list[tuple[Any, Layer, Key]]]]:
    """A dotted key, with its values, who gives each, and its key there.

    A list of blocks is one value of a file; its values go by the names or numbers of the blocks.
    """
    value, layer = layers[-1]
    if isinstance(value, list) and value and all(isinstance(block, dict) for block in value):
        for position, block in enumerate(value):
            for name, inner in block.items():
                dotted = ".".join(map(str, (*key, _block_name(block), name)))
                yield dotted, [(inner, layer, (*key, position, name))]
    else:
        yield ".".join(map(str, key)), [(setting, layer, key) for setting, layer in layers]
