"""The month's crisis as an extensive-form game.

Who moves when, what each has seen, and what every end is worth to whom.

`sim.game.crisis` solves a month by formulas. Here the same month is laid out as the tree that
`docs/model.md`, section "Submodels", describes in words, with the utilities written out once more
at its ends, so that the two can be held against each other: by `sim.game.equilibrium`, and through
`Tree.efg` by Gambit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

import numpy as np

from sim.game.attack import ABSTAINS, INTERVENES, IRRESOLUTE, RESOLUTE, Attack
from sim.game.crisis import Crisis
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


def crisis_tree(crisis: Crisis, world: int = 0) -> Tree:
    """The crisis as it stands now in one of its worlds, given by its position in the arrays of the
    crisis.
    """
    number = reader(crisis, world)

    def types(name: str, belief: Array, then: Callable[[int], Node]) -> Chance:
        resolute = number(belief)
        return Chance(
            name,
            {
                TYPE_NAMES[own]: (chance, then(own))
                for own, chance in ((RESOLUTE, resolute), (IRRESOLUTE, 1 - resolute))
            },
        )

    def united_states(europe: int) -> Chance:
        return types(
            f"type of the United States, the coalition being {TYPE_NAMES[europe]}",
            crisis.now(crisis.reputation_united_states),
            lambda united_states: _Play(crisis, number, europe, united_states).review(),
        )

    return Tree(
        types("type of the coalition", crisis.now(crisis.reputation_europe), united_states),
        {
            Player.RUSSIA: number(crisis.russia.choice_noise),
            Player.UKRAINE: number(crisis.ukraine.choice_noise),
            Player.EUROPE: number(crisis.europe.choice_noise),
            Player.UNITED_STATES: number(crisis.united_states.choice_noise),
        },
    )


def reader(crisis: Crisis, world: int) -> Callable[[Array], float]:
    """Reads a quantity of the crisis, which may be the same for all worlds, as the number that it
    is now in one of them.
    """

    def number(quantity: Array) -> float:
        values = np.ravel(crisis.now(quantity))
        return float(values[world if values.size > 1 else 0])

    return number


@dataclass(frozen=True)
class _Play:
    """The game once Nature has drawn the types.

    What players have `earned` on the way to an end is added to their payoffs there.
    """

    crisis: Crisis
    number: Callable[[Array], float]
    europe: int
    united_states: int

    def review(self) -> Move:
        """Russia attacks, holds or probes; the coalition answers a probe firmly or softly."""
        russia = self.crisis.russia
        return Move(
            InformationSet(Player.RUSSIA),
            {
                Action.ATTACK: self.attack(self.crisis.attack_at_once, (Action.ATTACK,)),
                Action.HOLD: self.peace("the ceasefire holds"),
                Action.PROBE: Move(
                    InformationSet(Player.EUROPE, self.europe, (Action.PROBE,)),
                    {
                        Action.FIRM: self.incident(
                            Action.FIRM,
                            {Player.RUSSIA: -russia.probe_cost, Player.EUROPE: self.firmness()},
                        ),
                        Action.SOFT: self.incident(Action.SOFT, {Player.RUSSIA: russia.probe_gain}),
                    },
                ),
            },
        )

    def incident(self, answer: Action, earned: Earned) -> Move:
        """Ukraine absorbs or retaliates, and then Russia de-escalates or escalates.

        Neither has seen the answer.
        """
        crisis = self.crisis
        retaliated = {
            Player.UKRAINE: crisis.ukraine.retaliation_value
            - crisis.now(crisis.terms.forfeited) * crisis.voids
        }
        return Move(
            InformationSet(Player.UKRAINE, seen=(Action.PROBE,)),
            {
                Action.RETALIATE: Move(
                    InformationSet(Player.RUSSIA, seen=(Action.PROBE, Action.RETALIATE)),
                    {
                        Action.ESCALATE: self.attack(
                            crisis.escalation,
                            (Action.PROBE, answer, Action.RETALIATE, Action.ESCALATE),
                            earned,
                            retaliated,
                        ),
                        Action.DEESCALATE: self.peace("Russia de-escalates", earned, retaliated),
                    },
                ),
                Action.ABSORB: self.peace("Ukraine absorbs the probe", earned),
            },
        )

    def attack(self, subgame: Attack, seen: tuple[Action, ...], *earned: Earned) -> Move:
        """The coalition intervenes or abstains, and then the United States, having seen which,
        backs the defence or stays out.

        Both have `seen` how the war began: after an incident blame is contested, so that it is
        another subgame than after a deliberate attack. Each beginning has its own information sets:
        the coalition could share them only by forgetting its answer to the probe.
        """
        return Move(
            InformationSet(Player.EUROPE, self.europe, seen),
            {
                choice: Move(
                    InformationSet(Player.UNITED_STATES, self.united_states, (*seen, choice)),
                    {
                        Action.BACK: self.war(subgame, fights, 1, *earned),
                        Action.STAY_OUT: self.war(subgame, fights, 0, *earned),
                    },
                )
                for choice, fights in ((Action.INTERVENE, INTERVENES), (Action.ABSTAIN, ABSTAINS))
            },
        )

    def peace(self, name: str, *earned: Earned) -> End:
        """The ceasefire goes on: Russia has the value of holding."""
        return self.end(name, *earned, {Player.RUSSIA: self.crisis.value_of_holding})

    def war(self, subgame: Attack, fights: int, backed: int, *earned: Earned) -> End:
        """War, with the coalition in it or not and the United States behind it or not."""
        name = (
            f"war: coalition {('abstains', 'intervenes')[fights]}, United States "
            f"{('stay out', 'back it')[backed]}"
        )
        return self.end(
            name,
            *earned,
            {
                Player.RUSSIA: self.attacking(subgame, fights, backed),
                Player.UKRAINE: -self.crisis.ukraine.cost_of_war * (1 - fights / 2),
                Player.EUROPE: fights * self.intervening(subgame, backed),
                Player.UNITED_STATES: backed * self.backing(subgame, fights),
            },
        )

    def end(self, name: str, *earned: Earned) -> End:
        return End(
            name,
            {
                player: sum(self.number(payoff[player]) for payoff in earned if player in payoff)
                for player in Player
            },
        )

    def attacking(self, subgame: Attack, fights: int, backed: int) -> Array:
        """p(D) V (1 - G) - c_W - z f, less c_E if the coalition fights and c_A if the United States
        backs it: the terms of A and A⁻.
        """
        russia = self.crisis.russia
        prevails = subgame.prevails(fights, backed, self.crisis.europe.pledged_force)
        return (
            prevails * russia.value_of_prevailing * subgame.prize
            - russia.cost_of_war
            - subgame.added_cost_of_war
            - fights * russia.cost_of_fighting_europe
            - backed * russia.cost_of_fighting_us
        )

    def intervening(self, subgame: Attack, backed: int) -> Array:
        """s_E + o + h_E ℓ_E + w F_X/(F_X + F½) - γ_E (1 - τ), and k where the United States really
        backs it.
        """
        europe = self.crisis.europe
        return (
            europe.stake
            + europe.offset
            + europe.audience_cost * subgame.europe_promised
            + europe.tripwire_value(subgame.exposed_force)
            + europe.backing * backed
            - europe.resolve_gap * (1 - self.europe)
        )

    def backing(self, subgame: Attack, fights: int) -> Array:
        """s_A + h_A ℓ_A + φ (χ - ½) - γ_A (1 - τ)."""
        united_states = self.crisis.united_states
        return (
            united_states.stake
            + united_states.audience_cost * subgame.united_states_promised
            + united_states.follow_europe * (fights - 0.5)
            - united_states.resolve_gap * (1 - self.united_states)
        )

    def firmness(self) -> Array:
        """s_F + o + h_F ℓ_E⁻ + w F_X/(F_X + F½) - γ_E (1 - τ)."""
        europe, subgame = self.crisis.europe, self.crisis.escalation
        return (
            europe.firmness
            + europe.offset
            + europe.firmness_by_commitment * subgame.europe_promised
            + europe.tripwire_value(subgame.exposed_force)
            - europe.resolve_gap * (1 - self.europe)
        )


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
