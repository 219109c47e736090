"""A game in extensive form, with exact chances, and its file for Gambit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from sim.quantity import Array

TYPE_NAMES = ("irresolute", "resolute")
"""The private types of the coalition and of the United States, in the order of their number τ."""
_DECIMALS = 12  # of payoffs in a file: in units of noise, far below what could move a choice
_EXACT = Context(prec=400)  # enough for 1 less any probability


class Player(StrEnum):
    """The four actors, in the order of the payoffs in a file."""

    RUSSIA = "Russia"
    UKRAINE = "Ukraine"
    EUROPE = "European coalition"
    UNITED_STATES = "United States"


class Action(StrEnum):
    """All that is done in a crisis."""

    ATTACK = "attack"
    HOLD = "hold"
    PROBE = "probe"
    FIRM = "answer firmly"
    SOFT = "answer softly"
    RETALIATE = "retaliate"
    ABSORB = "absorb"
    ESCALATE = "escalate"
    DEESCALATE = "de-escalate"
    INTERVENE = "intervene"
    ABSTAIN = "abstain"
    BACK = "back"
    STAY_OUT = "stay out"


@dataclass(frozen=True)
class InformationSet:
    """What a player knows when it moves: its own type, if it has one, and the actions that it has
    taken or seen.
    """

    player: Player
    own_type: int | None = None
    seen: tuple[Action, ...] = ()

    def __str__(self) -> str:
        """The same in words."""
        who = (
            self.player if self.own_type is None else f"{self.player}, {TYPE_NAMES[self.own_type]}"
        )
        return f"{who}: {', '.join(self.seen) or 'reviews'}"


@dataclass(frozen=True)
class End:
    """An end of the game and what it is worth to each player, in the model's units of utility."""

    name: str
    payoffs: Mapping[Player, float]


@dataclass(frozen=True)
class Move:
    """A player acts; it cannot tell the nodes of its information set apart."""

    information_set: InformationSet
    actions: Mapping[Action, "Node"]

    @property
    def player(self) -> Player:
        """Who moves."""
        return self.information_set.player


@dataclass(frozen=True)
class Chance:
    """Nature draws a branch with its probability.

    No two draws have the same name: Gambit takes Nature for a player that may forget.
    """

    name: str
    branches: Mapping[str, tuple[float, "Node"]]


Node: TypeAlias = Chance | Move | End
Earned = Mapping[Player, Array]


@dataclass(frozen=True)
class Tree:
    """An extensive-form game, and the logit noise of each player."""

    root: Node
    noise: Mapping[Player, float]

    @property
    def nodes(self) -> Iterator[Node]:
        """Every node, depth first, a node before what follows it."""
        return _from(self.root)

    @cached_property
    def information_sets(self) -> Mapping[InformationSet, tuple[Move, ...]]:
        """The nodes of each information set, in the order of the tree."""
        sets: dict[InformationSet, tuple[Move, ...]] = {}
        for node in self.nodes:
            if isinstance(node, Move):
                sets[node.information_set] = (*sets.get(node.information_set, ()), node)
        return sets

    def efg(self, title: str, comment: str = "") -> str:
        """The game in Gambit's format, EFG 2 R, each player's payoffs divided by its own noise, as
        the comment of the file says.
        """
        noise = ", ".join(f"{player} {_decimal(self.noise[player])}" for player in Player)
        comment += ("\n" if comment else "") + (
            "The payoffs of each player are divided by its own logit noise, so that precision "
            f"(lambda) 1 stands for every player's own noise, and rounded to {_DECIMALS} "
            f"decimals. Multiply by the noise for utilities in the units of the model: {noise}."
        )
        lines = [
            f"EFG 2 R {_quoted(title)} {{ {' '.join(map(_quoted, Player))} }}",
            _quoted(comment),
            "",
        ]
        numbers = {
            known: (place, number)
            for place, player in enumerate(Player, 1)
            for number, known in enumerate(
                (known for known in self.information_sets if known.player is player), 1
            )
        }
        draws = ends = 0
        for node in self.nodes:
            match node:
                case Chance(name, branches):
                    draws += 1
                    shares = zip(
                        map(_quoted, branches),
                        _shares([share for share, _ in branches.values()]),
                        strict=True,
                    )
                    lines.append(
                        f'c "" {draws} {_quoted(name)} {{ {" ".join(map(" ".join, shares))} }} 0'
                    )
                case Move(known, actions):
                    player, number = numbers[known]
                    lines.append(
                        f'p "" {player} {number} {_quoted(str(known))} {{ '
                        f"{' '.join(map(_quoted, actions))} }} 0"
                    )
                case End(name, payoffs):
                    ends += 1
                    scaled = ", ".join(
                        _decimal(round(payoffs[player] / self.noise[player], _DECIMALS))
                        for player in Player
                    )
                    lines.append(f't "" {ends} {_quoted(name)} {{ {scaled} }}')
        return "\n".join(lines) + "\n"


def _from(node: Node) -> Iterator[Node]:
    """A node and all that may follow it."""
    yield node
    match node:
        case Chance(_, branches):
            for _, child in branches.values():
                yield from _from(child)
        case Move(_, actions):
            for child in actions.values():
                yield from _from(child)


def _shares(probabilities: Sequence[float]) -> list[str]:
    """Probabilities as decimals that add up to exactly 1: the last one is what the others leave."""
    shares = [_EXACT.create_decimal(repr(probability)) for probability in probabilities[:-1]]
    rest = Decimal(1)
    for share in shares:
        rest = _EXACT.subtract(rest, share)
    return [f"{share:f}" for share in (*shares, rest)]


def _decimal(number: float) -> str:
    """A number without an exponent, the same when read back."""
    return f"{Decimal(repr(number + 0.0)):f}"


def _quoted(text: str) -> str:
    """A text as Gambit reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
