"""The month's crisis as an extensive-form game.

Who moves when, what each has seen, and what every end is worth to whom.

`sim.game.crisis` solves a month by formulas. Here the same month is laid out as the tree that
`docs/model.md`, section "Submodels", describes in words, with the utilities written out once more
at its ends, so that the two can be held against each other: by `sim.game.equilibrium`, and through
`Tree.efg` by Gambit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.game.attack import ABSTAINS, INTERVENES, IRRESOLUTE, RESOLUTE, Attack
from sim.game.crisis import Crisis
from sim.game.extensive_form import (
    TYPE_NAMES,
    Action,
    Chance,
    Earned,
    End,
    InformationSet,
    Move,
    Node,
    Player,
    Tree,
)
from sim.quantity import Array


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
