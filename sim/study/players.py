"""Who plays: the clauses of a text, or the provisions in which two scenarios differ, each with the
values that it sets over a common base.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.ensemble.variants import Setting
from sim.errors import ScenarioError
from sim.quantity import Parameters
from sim.scenario.differing import differing
from sim.scenario.load import replaced
from sim.scenario.schema import OWN, Scenario
from sim.uncertainty import Distribution

_PROVISIONS, _CORRELATION = "regime", "correlation"


@dataclass(frozen=True)
class Player:
    """A clause or a provision: the dotted keys that it sets."""

    number: str
    text: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Game:
    """A scenario as what its players make of a base.

    A coalition (the bits of its players) stands for the base with the values of their keys.
    """

    base: Scenario
    full: Scenario
    players: Sequence[Player]

    @cached_property
    def values(self) -> dict[str, tuple[Any, Any]]:
        """For each key that moves, its value in the base and in the full scenario."""
        both = {
            key: (_value(self.base, key), _value(self.full, key))
            for player in self.players
            for key in player.keys
        }
        return {key: pair for key, pair in both.items() if pair[0] != pair[1]}

    def active(self, coalition: int) -> frozenset[str]:
        """The keys that a coalition moves: coalitions of the same keys are one scenario."""
        return frozenset(
            key
            for number, player in enumerate(self.players)
            if coalition >> number & 1
            for key in player.keys
            if key in self.values
        )

    def structure(self, active: frozenset[str]) -> frozenset[str]:
        """Those of the keys that are no plain numbers: they need a scenario of their own."""
        return frozenset(key for key in active if not _is_plain(self.values[key]))

    def scenario(self, structure: frozenset[str]) -> Scenario:
        """The base with these keys as in the full scenario, whose correlations hold for all of its
        numbers that are uncertain. Raises ScenarioError.
        """
        values = {key: _dumped(self.full, key) for key in sorted(structure)}
        changed = replaced(self.base.without_fixed_pairs(), values)
        return changed.model_copy(update={_CORRELATION: self.full.correlation})

    def setting(self, active: frozenset[str]) -> Setting:
        """The values of all keys that are plain numbers, under a coalition of these keys."""
        return {key: pair[key in active] for key, pair in self.values.items() if _is_plain(pair)}

    @property
    def uncertain(self) -> dict[str, Distribution]:
        """All distributions that any of its scenarios draws from, by dotted key."""
        return self.base.uncertain() | self.full.uncertain()


def game_of(scenario: Scenario) -> Game:
    """A text and its clauses over `base`; a scenario without clauses is its provisions."""
    if not scenario.clauses:
        base = _without(scenario, [f"regime.{key}" for key, _ in scenario.regime.leaves()])
        if not any(differing(base, scenario)):
            raise ScenarioError([f"{scenario.name}: has no provision that could be valued"])
        return between(base, scenario)
    players = [
        Player(clause.number, clause.text, tuple(clause.sets))
        for clause in scenario.clauses
        if clause.sets
    ]
    if not players:
        raise ScenarioError(
            [f"{scenario.name}: none of its clauses sets a value, so that none can be valued"]
        )
    base = _without(scenario, [key for player in players for key in player.keys])
    return Game(base, scenario, players)


def between(base: Scenario, full: Scenario) -> Game:
    """What makes one scenario of another: the provisions and other blocks in which they differ.

    Raises ScenarioError where they do not, or where they are not of the same histories.
    """
    if base.sampling != full.sampling:
        raise ScenarioError(
            [
                (
                    f"{full.name}: differs from {base.name} in seed, horizon, step, designs or "
                    "replicates; give both the same, so that they meet the same histories"
                )
            ]
        )
    if base.correlation != full.correlation:
        raise ScenarioError(
            f"{full.name}: has other correlations of uncertain numbers than {base.name}; state the "
            "same in both, since they are no provision that could be valued"
        )
    changed: dict[str, list[str]] = {}
    for key in differing(base, full):
        first, *others = key.split(".")
        name = f"{first}.{others[0]}" if first == _PROVISIONS else first
        changed.setdefault(name, []).append(key)
    if not changed:
        raise ScenarioError(
            [f"{full.name}: differs from {base.name} in no value, so that nothing can be valued"]
        )
    return Game(
        base,
        full,
        [Player(_called(name), _worded(name), tuple(keys)) for name, keys in changed.items()],
    )


def assumptions(scenario: Scenario) -> Mapping[str, Any]:
    """All that determines a run but the guarantee."""
    return scenario.model_dump(mode="json", exclude={*OWN, _PROVISIONS})


def _without(scenario: Scenario, keys: Sequence[str]) -> Scenario:
    """The scenario with these keys of its guarantee as they are by default."""
    default, regime = type(scenario.regime)(), scenario.regime
    for key in keys:
        _, block, *name = key.split(".")
        if block not in type(regime).model_fields:
            raise ScenarioError([f"{scenario.name}: {key}: no such provision"])
        old, new = getattr(regime, block), getattr(default, block)
        if name and isinstance(old, Parameters) and isinstance(new, Parameters):
            new = old.model_copy(update={name[0]: getattr(new, name[0])})
        regime = regime.model_copy(update={block: new})
    return scenario.model_copy(update={"regime": regime})


def _value(scenario: Scenario, key: str) -> Any:
    """The value at a dotted key; None inside a block that is not there."""
    value: Any = scenario
    for name in key.split("."):
        value = None if value is None else getattr(value, name)
    return value


def _dumped(scenario: Scenario, key: str) -> Any:
    """The value at a dotted key as a file would say it."""
    value: Any = scenario.model_dump(mode="json")
    for name in key.split("."):
        value = None if value is None else value.get(name)
    return value


def _is_plain(pair: tuple[Any, Any]) -> bool:
    """Whether both values are numbers or distributions, which differ between worlds freely."""
    return all(isinstance(value, float | Distribution) for value in pair)


def _called(name: str) -> str:
    return name.removeprefix(f"{_PROVISIONS}.")


def _worded(name: str) -> str:
    return _called(name).replace("_", " ")
