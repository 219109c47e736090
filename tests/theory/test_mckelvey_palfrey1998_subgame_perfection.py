"""Subgame perfection in the limit of no noise.

McKelvey & Palfrey (1998), Quantal response equilibria for extensive form games, Experimental
Economics 1: as the noise of every player goes to nothing, the logit agent quantal response
equilibria of an extensive-form game approach a sequential equilibrium. In a month of this model
nobody learns a type by watching before he moves, so that the limit is found by backward induction.

The tree of the month is written out below by hand, and solved without any formula of the game: at
each stage every combination of plain choices is tried, and kept if at no information set another
choice would have been worth more to who moves there.
"""

import itertools
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from measuring import ACTORS, NO_NOISE, game, medians, scenario, uniform

from sim.game.attack import Attack
from sim.game.crisis import Crisis
from sim.guarantee.terms import TERMS

GAMES = 150
CLEAR = 5e-5
"""A choice is clear if the next best is worth less by this, 50 times the noise.

Its probability is 1 to within 1e-21.
"""
ANYTHING = {
    "russia.value_of_prevailing": uniform(0.2, 3),
    "russia.cost_of_war": uniform(0.1, 0.8),
    "russia.cost_of_fighting_europe": uniform(0, 0.8),
    "russia.cost_of_fighting_us": uniform(0, 0.8),
    "russia.status_quo_value": uniform(-0.2, 0.6),
    "russia.terms_follow_power": uniform(0, 1),
    "russia.probe_gain": uniform(-0.05, 0.2),
    "russia.probe_cost": uniform(-0.05, 0.2),
    "ukraine.retaliation_value": uniform(0, 0.6),
    "europe.stake": uniform(-1.2, 0.4),
    "europe.firmness": uniform(-0.8, 0.4),
    "europe.firmness_by_commitment": uniform(0, 1),
    "united_states.stake": uniform(-1.2, 0.4),
    "regime.commitment.europe": uniform(0, 1),
    "regime.commitment.united_states": uniform(0, 1),
    "regime.commitment.resupply": uniform(0, 20),
    "regime.commitment.voidable": uniform(0, 0.5),
    "regime.response.europe_days": uniform(0, 90),
    "regime.response.united_states_days": uniform(0, 90),
    "regime.deployment.brigades": uniform(0, 20),
    "regime.deployment.exposure": uniform(0, 1),
    "regime.arms.package_usd_bn": uniform(0, 150),
    "regime.monitoring.attribution": uniform(0, 1),
    "regime.separation.warning": uniform(0, 1),
    "regime.territory.granted": uniform(0, 0.3),
    "regime.territory.fortifications_lost": uniform(0, 0.3),
    "regime.provocation.value": uniform(0, 0.4),
    "regime.reassurance.value": uniform(0, 0.2),
    "regime.sanctions.snapback": uniform(0, 0.2),
    "regime.sanctions.relief": uniform(0, 0.1),
}
COMING = {
    "regime.accession.start": uniform(0, 4),
    "regime.accession.mean_years": uniform(0.5, 5),
    "regime.accession.veto": uniform(0, 1),
    "regime.accession.interim": uniform(0, 1),
}
LAPSING = {
    "regime.commitment.term_years": uniform(3, 10),
    "regime.commitment.renewal": uniform(0, 1),
}
SETTINGS = {"in force": {}, "to come": COMING, "to lapse": LAPSING}
NATURE = list(itertools.product((0, 1), repeat=2))
"""Types of the coalition and of the United States; 1 is resolute."""
Profile = dict[Hashable, int]


class Solved(NamedTuple):
    """The one combination of choices from which nobody would depart, and by how much the nearest
    departure would lose.
    """

    choices: Profile
    margin: float


def by_brute_force(
    choices: Mapping[Hashable, int], worth: Callable[[Profile, Hashable], float]
) -> Solved:
    """Try every combination of plain choices (information set -> their number).

    `worth` is that to who moves at a set.
    """
    kept = []
    for combination in itertools.product(*map(range, choices.values())):
        profile = dict(zip(choices, combination, strict=True))
        losses = [
            worth(profile, where) - worth(profile | {where: other}, where)
            for where, count in choices.items()
            for other in range(count)
            if other != profile[where]
        ]
        if min(losses) >= 0:
            kept.append(Solved(profile, min(losses)))
    assert len(kept) == 1 or min(strategy.margin for strategy in kept) == 0
    return kept[0]


class Month:
    """The tree of one month in one world: what every end is worth to whom, and its solution."""

    def __init__(self, crisis: Crisis, world: int) -> None:
        """Read what is given in this world: parameters, strengths, forces, terms, reputations and
        the balance at the signature.
        """
        shape = crisis.russia_strength.shape

        def number(value: Any, node: int = 0) -> float:
            return float(np.broadcast_to(value, shape)[node, world])

        def numbers(block: Any) -> dict[str, float]:
            values = {name: getattr(block, name) for name in type(block).model_fields}
            return {
                name: number(value)
                for name, value in values.items()
                if isinstance(value, float | np.ndarray)
            }

        self.russia, self.ukraine, self.europe = (
            numbers(crisis.russia),
            numbers(crisis.ukraine),
            numbers(crisis.europe),
        )
        self.states, self.war = numbers(crisis.united_states), numbers(crisis.war)
        self.pledged, self.offset = (
            number(crisis.europe.pledged_force),
            number(crisis.europe.offset),
        )
        self.years = (0.0, *crisis.russia.foresight)
        nodes = range(len(self.years))
        self.terms = [
            {name: number(getattr(crisis.terms, name), node) for name in TERMS} for node in nodes
        ]
        self.strengths = [
            (number(crisis.russia_strength, node), number(crisis.ukraine_strength, node))
            for node in nodes
        ]
        self.force = [
            number(crisis.terms.deployed_force, node) * number(crisis.will) for node in nodes
        ]
        self.exposed = [
            number(crisis.terms.exposed_force, node) * number(crisis.will) for node in nodes
        ]
        self.ground, self.at_signature = number(crisis.ground), number(crisis.balance_at_signature)
        reputations = [
            (number(crisis.reputation_europe, node), number(crisis.reputation_united_states, node))
            for node in nodes
        ]
        self.chances = [
            {
                types: float(
                    np.prod(
                        [
                            chance if own else 1 - chance
                            for chance, own in zip(pair, types, strict=True)
                        ]
                    )
                )
                for types in NATURE
            }
            for pair in reputations
        ]

    def tripwire(self, node: int) -> float:
        """What own troops under fire add for the coalition."""
        return (
            self.europe["tripwire"]
            * self.exposed[node]
            / (self.exposed[node] + self.europe["tripwire_half_force"])
        )

    def kept(self, *, contested: bool) -> float:
        """What is left of a promise, where it may be disputed who broke the ceasefire."""
        return 1 - self.war["contested_blame"] * self.terms[0]["disputed"] if contested else 1.0

    def prevails(self, node: int, fights: int, backs: int, *, contested: bool) -> float:
        """Russia's chance of prevailing; by surprise, but where a clash has warned the defender."""
        (attacker, defender), terms = self.strengths[node], self.terms[node]
        if not contested:
            attacker *= 1 + self.war["surprise"] * terms["surprise"]
        europe, states = (
            0.5 ** (terms[f"{who}_days"] / self.war["opening_days"])
            for who in ("europe", "united_states")
        )
        allies = self.exposed[node] + europe * (
            self.force[node] - self.exposed[node] + self.pledged
        )
        defence = (
            self.war["defence_advantage"]
            * self.ground
            * terms["fortifications"]
            * (defender + terms["resupply"] + fights * allies)
        )
        if backs:
            defence = defence * (1 + self.states["enabling"]) + states * self.states["brigades"]
        attack, defend = attacker ** self.war["decisiveness"], defence ** self.war["decisiveness"]
        return attack / (attack + defend)

    def war_ends(
        self, node: int, types: tuple[int, int], fights: int, backs: int, *, contested: bool
    ) -> dict[str, float]:
        """What a war that Russia starts is worth to each, by who comes in."""
        (europe, states), terms, kept = types, self.terms[node], self.kept(contested=contested)
        costs = self.russia["cost_of_war"] + terms["added_cost_of_war"]
        costs += (
            fights * self.russia["cost_of_fighting_europe"]
            + backs * self.russia["cost_of_fighting_us"]
        )
        prize = self.russia["value_of_prevailing"] * terms["prize"]
        return {
            "Russia": self.prevails(node, fights, backs, contested=contested) * prize - costs,
            "Ukraine": -self.ukraine["cost_of_war"] * (0.5 if fights else 1),
            "Europe": fights
            * (
                self.europe["stake"]
                + self.offset
                + self.europe["audience_cost"] * terms["europe_promised"] * kept
                + self.tripwire(node)
                + self.europe["backing"] * backs
                - (0 if europe else self.europe["resolve_gap"])
            ),
            "United States": backs
            * (
                self.states["stake"]
                + self.states["audience_cost"] * terms["united_states_promised"] * kept
                + self.states["follow_europe"] * (0.5 if fights else -0.5)
                - (0 if states else self.states["resolve_gap"])
            ),
        }

    def after_attack(self, node: int, *, contested: bool = False) -> Solved:
        """Europe chooses, by its type, then the United States, by its type and what it has seen
        Europe do: 64 combinations.
        """
        sets = {("Europe", own): 2 for own in (0, 1)} | {
            ("United States", own, seen): 2 for own in (0, 1) for seen in (0, 1)
        }

        @cache
        def ends(types: tuple[int, int], fights: int, backs: int) -> dict[str, float]:
            return self.war_ends(node, types, fights, backs, contested=contested)

        def worth(profile: Profile, where: Any) -> float:
            if where[0] == "United States":
                _, own, seen = where
                return ends((1, own), seen, profile[where])["United States"]
            possible = {
                types: chance
                for types, chance in self.chances[node].items()
                if types[0] == where[1]
            }
            fights = profile[where]
            total = sum(possible.values())
            if total == 0:
                return ends((where[1], 1), fights, profile["United States", 1, fights])["Europe"]
            return (
                sum(
                    chance
                    * ends(types, fights, profile["United States", types[1], fights])["Europe"]
                    for types, chance in possible.items()
                )
                / total
            )

        return by_brute_force(sets, worth)

    def over_types(
        self, node: int, after: Profile, worth: Callable[[tuple[int, int], int, int], float]
    ) -> float:
        """Mean of what a war comes to for those who do not know the types."""
        total = 0.0
        for types, chance in self.chances[node].items():
            fights = after["Europe", types[0]]
            total += chance * worth(types, fights, after["United States", types[1], fights])
        return total

    def worth_of_war(
        self, node: int, after: Profile, who: str, *, contested: bool = False
    ) -> float:
        """What the war is worth to Russia or Ukraine."""
        return self.over_types(
            node,
            after,
            lambda types, fights, backs: self.war_ends(
                node, types, fights, backs, contested=contested
            )[who],
        )

    def peace(self, node: int, after: Profile) -> float:
        """What peace is worth at a node: it is bent towards the balance of power of that time, and
        worse for what provokes Russia.
        """
        terms, balance = (
            self.terms[node],
            self.over_types(
                node,
                after,
                lambda _, fights, backs: self.prevails(node, fights, backs, contested=False),
            ),
        )
        outgrown = max(0.0, self.strengths[node][1] / self.ukraine["strength_target"] - 1)
        provoked = (
            terms["provocation"]
            + self.russia["threat_of_force"] * self.force[node]
            + self.russia["threat_of_arms"] * outgrown
        )
        return (
            self.russia["status_quo_value"]
            + terms["relief"]
            + (terms["reassurance"] - provoked) * self.russia["insecurity"]
            + self.russia["terms_follow_power"] * (balance - self.at_signature)
        )

    def worth_of_holding(self, wars: list[float], peaces: list[float]) -> float:
        """The best of all plans to wait: attack at one of the imagined years, or never.

        In peace it has a flow until then.
        """
        discount, worths = [self.russia["discount_factor"] ** year for year in self.years], []
        for stop in range(1, len(self.years) + 1):
            flow = sum(
                (discount[node] - (discount[node + 1] if node + 1 < len(self.years) else 0))
                * peaces[node]
                for node in range(stop)
            )
            worths.append(flow + (discount[stop] * wars[stop] if stop < len(self.years) else 0))
        return max(worths)

    def answers_to_probe(self, war: float, hold: float, after: Profile) -> Solved:
        """Europe's answer by its type, Ukraine's to the incident, Russia's to retaliation, nobody
        having seen the answer: 16 combinations.
        """
        ukraine_at_war = self.worth_of_war(0, after, "Ukraine", contested=True)
        terms = self.terms[0]
        retaliating = (
            self.ukraine["retaliation_value"]
            - terms["forfeited"] * terms["voidable"] * terms["disputed"]
        )
        promised = (
            self.europe["firmness_by_commitment"]
            * terms["europe_promised"]
            * self.kept(contested=True)
        )

        def worth(profile: Profile, where: Any) -> float:
            if where == "Russia":
                return war if profile["Russia"] else hold
            if where == "Ukraine":
                return (
                    retaliating + profile["Russia"] * ukraine_at_war if profile["Ukraine"] else 0.0
                )
            gap = 0 if where[1] else self.europe["resolve_gap"]
            return profile[where] * (
                self.europe["firmness"] + self.offset + promised + self.tripwire(0) - gap
            )

        return by_brute_force(
            {("answer", 0): 2, ("answer", 1): 2, "Ukraine": 2, "Russia": 2}, worth
        )

    def review(self, attack: float, escalation: float, hold: float, answers: Profile) -> Solved:
        """Russia attacks, holds or probes."""
        firm = sum(
            chance for types, chance in self.chances[0].items() if answers["answer", types[0]]
        )
        outcome = escalation if answers["Ukraine"] and answers["Russia"] else hold
        probing = (
            outcome + self.russia["probe_gain"] * (1 - firm) - self.russia["probe_cost"] * firm
        )
        return by_brute_force(
            {"review": 3}, lambda profile, _: (attack, hold, probing)[profile["review"]]
        )


def games(setting: str, noise: Mapping[str, float] = NO_NOISE) -> Crisis:
    """Random games two years after the ceasefire.

    Parameters anywhere in wide ranges, and reputations of Europe from 0 to 1.
    """
    stated = scenario("none", ANYTHING, SETTINGS[setting], noise, designs=GAMES, seed=1998)
    reputation = np.random.default_rng(1998).permutation(np.linspace(0, 1, GAMES))
    return game(stated, 2.0, reputation, entered=False if setting == "to come" else None)


def responses(crisis: Crisis) -> np.ndarray:
    """Every choice probability of the game as one table, (choice, world)."""
    nodes = crisis.russia_strength.shape
    by_node = [
        np.broadcast_to(values, (2, *nodes))
        for values in (*crisis.attack.backs_by_type, crisis.attack.intervenes_by_type)
    ]
    now = (
        *crisis.escalation.backs_by_type,
        crisis.escalation.intervenes_by_type,
        crisis.answers_firmly_by_type,
    )
    by_type = [np.broadcast_to(values, (2, GAMES)) for values in now]
    plain = [
        np.broadcast_to(values, (1, GAMES)) for values in (crisis.retaliates, crisis.escalates)
    ]
    return np.concatenate(
        [values.reshape(-1, GAMES) for values in (*by_node, *by_type, *plain, crisis.response)]
    )


def distance(setting: str, share: float) -> np.ndarray:
    """How far the farthest choice probability of each game is from its limit, when all noises are
    this share of their defaults.
    """
    default = scenario("none", medians("none"), designs=2)
    noise = {
        f"{actor}.choice_noise": share * getattr(default, actor).choice_noise for actor in ACTORS
    }
    return np.abs(responses(games(setting, noise)) - responses(games(setting))).max(axis=0)


@cache
def results() -> dict[str, str]:
    """How far the farthest response of a game is from its limit.

    Median of 150 games, by the noise as a share of its default.
    """
    return {
        f"{setting}, {share:g} of the noise": f"{np.median(distance(setting, share)):.3f}"
        for setting in SETTINGS
        for share in (1, 0.3, 0.1, 0.03)
    }


def assert_choices(
    solved: Solved, attack: Attack, shape: tuple[int, int], at: tuple[int, int]
) -> None:
    """Europe and the United States choose as the solution says."""
    for (who, own, *seen), choice in solved.choices.items():
        by_type = attack.intervenes_by_type if who == "Europe" else attack.backs_by_type[seen[0]]
        chance = np.broadcast_to(np.reshape(by_type, (2, -1, np.shape(by_type)[-1])), (2, *shape))[
            own
        ][at]
        assert abs(chance - choice) < 1e-12, (at, who, own, seen)


@pytest.mark.parametrize("setting", SETTINGS)
def test_without_noise_the_game_is_played_as_backward_induction_says(setting):
    """Every choice at every information set and every imagined year, the value of each war and that
    of holding; 150 games.

    Compared where every choice is clear; no more than one game in ten is set aside because one is
    not.
    """
    crisis, compared = games(setting), 0
    for world in range(GAMES):
        month = Month(crisis, world)
        after = [month.after_attack(node) for node in range(len(month.years))]
        wars = [
            month.worth_of_war(node, solved.choices, "Russia") for node, solved in enumerate(after)
        ]
        hold = month.worth_of_holding(
            wars, [month.peace(node, solved.choices) for node, solved in enumerate(after)]
        )
        clash = month.after_attack(0, contested=True)
        escalation = month.worth_of_war(0, clash.choices, "Russia", contested=True)
        answers = month.answers_to_probe(escalation, hold, clash.choices)
        review = month.review(wars[0], escalation, hold, answers.choices)
        if (
            min(*(solved.margin for solved in after), clash.margin, answers.margin, review.margin)
            < CLEAR
        ):
            continue
        compared += 1
        for node, solved in enumerate(after):
            assert_choices(solved, crisis.attack, crisis.russia_strength.shape, (node, world))
        assert_choices(clash, crisis.escalation, (1, GAMES), (0, world))
        # 1e-5: Russia's plan to wait may have a near tie at an imagined year, whose logit mix costs
        # at most 0.28 of the noise, each time
        assert np.allclose(crisis.attack.value[:, world], wars, rtol=0, atol=1e-12)
        assert np.broadcast_to(crisis.value_of_escalating, GAMES)[world] == pytest.approx(
            escalation, abs=1e-12
        )
        assert crisis.value_of_holding[world] == pytest.approx(hold, abs=1e-5)
        firm = np.broadcast_to(crisis.answers_firmly_by_type, (2, GAMES))[:, world]
        assert np.allclose(
            firm, [answers.choices["answer", 0], answers.choices["answer", 1]], rtol=0, atol=1e-12
        )
        assert crisis.retaliates[world] == pytest.approx(answers.choices["Ukraine"], abs=1e-12)
        assert crisis.escalates[world] == pytest.approx(answers.choices["Russia"], abs=1e-12)
        assert crisis.response[review.choices["review"], world] == pytest.approx(1, abs=1e-12)
    assert compared >= 0.9 * GAMES


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_limit_is_approached_from_the_default_noise(setting):
    """The median distance of a game's responses from the limit falls with the noise, from more than
    0.2 to less than 0.001.
    """
    medians = [np.median(distance(setting, share)) for share in (1, 0.3, 0.1, 0.03, 0.01, 0.003)]
    assert all(later < earlier for earlier, later in itertools.pairwise(medians))
    assert medians[0] > 0.2
    assert medians[-1] < 0.001


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
