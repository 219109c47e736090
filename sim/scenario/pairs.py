"""Correlations of several layers: a later one wins pair by pair."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.scenario.correlation import is_drawn_alone
from sim.scenario.layers import Layer, Settings
from sim.scenario.toml import Key

LIST = "correlation"
_KEY: Key = (LIST,)


@dataclass(kw_only=True)
class PairLayer(Layer):
    """The correlations that hold, each with the layer that states it, and its position there."""

    stated: list[tuple[Layer, int]] = field(default_factory=list)

    def place(self, key: Key) -> str:
        """`file:line`, in the file that states the correlation of this position."""
        position = next((name for name in key[1:2] if isinstance(name, int)), 0)
        layer, there = self.stated[position]
        return layer.place((LIST, there, *key[2:]))


@dataclass(frozen=True)
class _Stated:
    """One entry of a list, as a layer states it."""

    entry: Any
    layer: Layer
    position: int

    @property
    def keys(self) -> list[str]:
        """The keys that it names, as far as it does."""
        keys = self.entry.get("keys") if isinstance(self.entry, Mapping) else None
        return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []

    @property
    def is_none(self) -> bool:
        """Whether it states that there is no correlation."""
        return isinstance(self.entry, Mapping) and self.entry.get("rank") == 0


def with_pairs(settings: Settings, layers: Sequence[Layer]) -> Settings:
    """The settings of layers with all their correlations.

    One replaces that of the same pair in an earlier layer, one of rank 0 takes it out, and so does
    a later layer that fixes one of its numbers; an empty list takes out all. A layer that says no
    list is left to the schema.
    """
    lists = [layer.values[LIST] for layer in layers if LIST in layer.values]
    if not lists or not all(isinstance(pair, list) for pair in lists):
        return settings
    kept: list[_Stated] = []
    for layer in layers:
        if layer.values.get(LIST) == []:
            kept = []
        own = [_Stated(*pair) for pair in _entries(layer)]
        pairs = {frozenset(pair.keys) for pair in own}
        earlier = {frozenset(pair.keys) for pair in kept}
        kept = [pair for pair in kept if frozenset(pair.keys) not in pairs]
        kept += [pair for pair in own if not (pair.is_none and frozenset(pair.keys) in earlier)]
    order = {id(layer): number for number, layer in enumerate(layers)}
    kept = [pair for pair in kept if not _is_fixed_later(pair, settings, order)]
    stated = [(pair.layer, pair.position) for pair in kept]
    last = settings[_KEY][-1][1]
    whole = PairLayer(last.origin, {}, stated=stated) if stated else last
    return settings | {_KEY: [([pair.entry for pair in kept], whole)]}


def without_fixed(entries: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> list[Any]:
    """The correlations none of whose numbers is among `values`, by dotted key, as one that is no
    longer drawn alone.
    """
    fixed = {key for key, value in values.items() if not is_drawn_alone(value)}
    return [entry for entry in entries if fixed.isdisjoint(entry["keys"])]


def _entries(layer: Layer) -> Iterator[tuple[Any, Layer, int]]:
    for position, entry in enumerate(layer.values.get(LIST, [])):
        yield entry, layer, position


def _is_fixed_later(stated: _Stated, settings: Settings, order: Mapping[int, int]) -> bool:
    """Whether a later layer than its own gives one of its numbers a value of another kind."""
    values = [
        settings[key][-1] for name in stated.keys if (key := tuple(name.split("."))) in settings
    ]
    return any(
        order.get(id(layer), -1) > order[id(stated.layer)] and not is_drawn_alone(value)
        for value, layer in values
    )
