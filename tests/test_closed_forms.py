"""Limits of the model that have a closed form, with the chances of one step taken from the game
itself.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from scipy.linalg import expm

import sim
from sim.game.attack import IRRESOLUTE, RESOLUTE
from sim.game.endings import CAUSES, Cause

SE = 4
"""Bound of every statistical comparison, in standard errors.

A right model with a fresh seed breaks it with a chance of 6.3e-5.
"""
BASE = Path(__file__).parents[1] / "scenarios" / "base.toml"
ANEW = 1e6
"""A disposition that is drawn again at this rate is another one in every step.

A coin tossed anew.
"""
MEDIANS = {
    key: float(uncertain.quantile(np.array(0.5)))
    for key, uncertain in sim.load(BASE).uncertain().items()
}
FROZEN = MEDIANS | {
    "russia.strength": 110,
    "russia.strength_target": 110,
    "russia.value_of_prevailing": 1.1,
    "russia.insecurity": 0.5,
    "russia.leader_turnover": 0,
    "russia.disposition_changes": ANEW,
    "ukraine.strength": 80,
    "ukraine.strength_target": 80,
    "europe.prior_resolute": 1.0,
    "europe.election_swing": 0,
    "united_states.prior_resolute": 1.0,
    "united_states.election_swing": 0,
    "war.ground_lost_to_probes": 0,
    "sampling.designs": 2,
    "sampling.replicates": 10_000,
}
"""No strength, ground, reputation, type or leader ever changes, and nothing is uncertain.

20,000 worlds that differ by chance alone.
"""
SETTINGS = {
    "eager Russia": {
        "russia.value_of_prevailing": 1.2,
        "europe.prior_resolute": 0.0,
        "russia.disposition_changes": 0.6,
    },
    "tense front": {
        "war.incidents_per_year": 3,
        "war.surprise": 0,
        "russia.probe_gain": 0.06,
        "ukraine.retaliation_value": 0.1,
    },
    "restless Ukraine": {
        "ukraine.value_of_recovery": 3,
        "regime.commitment.europe": 0.2,
        "war.incidents_per_year": 2,
        "war.surprise": 0,
        "war.contested_blame": 0.6,
        "russia.choice_noise": 0.1,
        "russia.disposition_changes": 0.2,
    },
    "treaty that does not deter": {
        "russia.value_of_prevailing": 2.5,
        "regime.commitment.europe": 0.3,
        "united_states.stake": -0.2,
        "regime.sanctions.snapback": 0.1,
        "russia.choice_noise": 0.3,
        "russia.disposition_changes": 2,
    },
}


class Decisions(NamedTuple):
    """What the players of this month's game would do, each an array (world,)."""

    offensive: np.ndarray  # Ukraine, at a review of its own
    attack: np.ndarray  # Russia, at a review of its own
    probe: np.ndarray
    retaliates: np.ndarray  # Ukraine, after a probe or an incident
    escalates: np.ndarray  # Russia, if Ukraine has retaliated


class Chances(NamedTuple):
    """Of each way to end within a step, and of a probe that ends nothing, by Russia's disposition,
    each an array (cell, world).
    """

    attack: np.ndarray
    incident: np.ndarray
    probe: np.ndarray
    offensive: np.ndarray
    survived: np.ndarray

    @property
    def ends(self) -> np.ndarray:
        """(cause, cell, world), in the order of `CAUSES`."""
        return np.stack(self[:4])

    def over(self, lengths: np.ndarray) -> "Chances":
        """For a disposition that nobody knows, each an array (world,)."""
        return Chances(*((lengths * chance).sum(axis=0) for chance in self))


def model_of(changes: dict, worlds: int | None = None) -> sim.CeasefireModel:
    scenario = sim.load(BASE, FROZEN | changes)
    return sim.CeasefireModel(scenario, scenario.sampling.worlds if worlds is None else worlds)


def history(model: sim.CeasefireModel) -> sim.CeasefireModel:
    while model.running:
        model.step()
    return model


def decisions(model: sim.CeasefireModel) -> Decisions:
    drawn, crisis = model.parameters, model.crisis(np.arange(len(model.worlds)))
    winning = drawn.war.offensive_succeeds(model.ukraine.strength, model.russia.strength)
    attack, _, probe = crisis.response
    return Decisions(
        drawn.ukraine.starts_offensive(winning, model.terms()),
        attack,
        probe,
        crisis.retaliates,
        crisis.escalates,
    )


def cells(do: Decisions) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Lengths of the intervals of dispositions that decide alike, and where one attacks, probes and
    escalates, (cell, world).
    """
    zero, one = np.zeros_like(do.attack), np.ones_like(do.attack)
    edges = np.sort(
        np.stack(
            [
                zero,
                do.attack,
                np.minimum(do.attack + do.probe, 1),
                np.broadcast_to(do.escalates, zero.shape),
                one,
            ]
        ),
        axis=0,
    )
    middle = (edges[1:] + edges[:-1]) / 2
    return (
        np.diff(edges, axis=0),
        middle < do.attack,
        (middle >= do.attack) & (middle < do.attack + do.probe),
        middle < do.escalates,
    )


def in_a_step(model: sim.CeasefireModel) -> tuple[np.ndarray, Chances]:
    """Lengths of the cells, and exact chances in the order of the month.

    Ukraine, Russia, incidents where nothing else happened.
    """
    do = decisions(model)
    lengths, attacks, probes, escalates = cells(do)
    offensive, reviews, war = (
        model.rates.ukraine_reviews * do.offensive,
        model.rates.russia_reviews,
        do.retaliates * escalates,
    )
    later = Chances(
        reviews * attacks,
        (1 - reviews * (attacks | probes)) * model.rates.incident_happens * war,
        reviews * probes * war,
        offensive * np.ones_like(war),
        reviews * probes * (1 - war),
    )
    return lengths, Chances(
        *((1 - offensive) * chance for chance in later[:3]),
        later.offensive,
        (1 - offensive) * later.survived,
    )


def hazards(model: sim.CeasefireModel) -> tuple[np.ndarray, Chances]:
    """What `in_a_step` comes to, per year, as steps get shorter."""
    do, drawn = decisions(model), model.parameters
    lengths, attacks, probes, escalates = cells(do)
    incidents, reviews, war = (
        drawn.war.incidents_per_year * model.terms().incidents,
        drawn.russia.reviews_per_year,
        do.retaliates * escalates,
    )
    return lengths, Chances(
        reviews * attacks,
        incidents * war,
        reviews * probes * war,
        drawn.ukraine.reviews_per_year * do.offensive * np.ones_like(war),
        reviews * probes * (1 - war),
    )


def unknown(both: tuple[np.ndarray, Chances]) -> Chances:
    """For a disposition drawn anew in every step."""
    lengths, chances = both
    return chances.over(lengths)


def ended_by(model: sim.CeasefireModel, steps: list[int]) -> np.ndarray:
    """Shares ended by each cause within so many steps, (step, cause).

    A chain of lasting dispositions that are drawn again by chance.
    """
    lengths, in_steps = in_a_step(model)
    lengths, chances = lengths[:, 0], in_steps.ends[..., 0]
    redrawn, peace, ends, law = (
        float(model.rates.disposition_changes[0]),
        np.array(lengths),
        np.zeros(len(chances)),
        [],
    )
    for _ in range(max(steps)):
        peace = (1 - redrawn) * peace + redrawn * peace.sum() * lengths
        ends, peace = ends + chances @ peace, peace * (1 - chances.sum(axis=0))
        law.append(ends)
    return np.array([law[step - 1] for step in steps])


def ended(model: sim.CeasefireModel, years: float, cause: Cause) -> np.ndarray:
    return (model.cause == CAUSES.index(cause)) & (model.years_held <= years)


def agree(indicators: list[np.ndarray], expected: list[float]) -> None:
    """Each share of independent worlds is within SE standard errors of its expectation.

    What is impossible never happens.
    """
    shares, chances = np.mean(indicators, axis=1), np.asarray(expected)
    error = np.sqrt(chances * (1 - chances) / np.shape(indicators)[1])
    assert np.all(np.abs(shares - chances) <= SE * error), f"{shares} instead of {chances}"


def falls_with_the_step(distance: Callable[[int], float]) -> None:
    """A distance is of first order in the step: inversely proportional to the number of steps a
    year, and small for a day.
    """
    steps = (45, 90, 180, 366)
    distances = np.array([distance(per_year) for per_year in steps])
    np.testing.assert_allclose(
        distances[:-1] / distances[-1], 366 / np.array(steps[:-1]), rtol=0.05
    )
    assert distances[-1] < 2e-3


@pytest.mark.parametrize("setting", SETTINGS)
class TestConstantGame:
    """Strengths, reputations and types are frozen.

    Russia's disposition lasts, or is drawn anew in every step.
    """

    def test_worlds_follow_the_exact_law(self, setting):
        """The chain of dispositions, by cause; 15 shares a setting, false alarm 4 x 15 x 6.3e-5 =
        0.4 %.
        """
        law = ended_by(model_of(SETTINGS[setting], 1), [12, 36, 120])
        model = history(model_of(SETTINGS[setting] | {"sampling.horizon_years": 10}))
        for years, ends in zip((1, 3, 10), law, strict=True):
            held = model.years_held > years if years < 10 else model.at_peace
            agree(
                [held, *(ended(model, years, cause) for cause in CAUSES[:4])],
                [1 - ends.sum(), *ends],
            )

    def test_defenders_answer_by_their_types(self, setting):
        """Europe fights in a share P_E(τ) of wars, the United States and each member as they would;
        8 shares, false alarm 0.2 %.
        """
        one, horizon = model_of(SETTINGS[setting], 1), 10
        crisis, members, type_ = (
            one.crisis(np.array([0])),
            one.parameters.europe.standing,
            int(one.europe.resolute[0]),
        )
        attack, incident, probe, _ = ended_by(one, [12 * horizon])[0]
        europe, backed = 0.0, 0.0
        for wars, subgame in (
            (attack, crisis.attack_at_once),
            (incident + probe, crisis.escalation),
        ):
            fights, (alone, together) = (
                float(np.ravel(subgame.intervenes_by_type[type_])[0]),
                (float(np.ravel(backs[RESOLUTE])[0]) for backs in subgame.backs_by_type),
            )
            europe, backed = (
                europe + wars * fights,
                backed + wars * (fights * together + (1 - fights) * alone),
            )
        model = history(model_of(SETTINGS[setting] | {"sampling.horizon_years": horizon}))
        agree(
            [
                model.wars.europe_intervenes,
                model.wars.us_backs,
                *(model.wars.fought[member.name] for member in members),
            ],
            [europe, backed, *(europe * member.reliability for member in members)],
        )

    def test_steps_come_to_the_textbook_curve(self, setting):
        """Where the disposition is a coin tossed anew, S(t) = exp(-Σh t) and (h_j / Σh)(1 - S(t))
        are the limit of shorter steps.
        """
        years, changes = np.arange(1, 11), SETTINGS[setting] | {"russia.disposition_changes": ANEW}

        def curves(ends: np.ndarray, survival: np.ndarray) -> np.ndarray:
            return np.vstack([survival, np.outer(ends / ends.sum(), 1 - survival)])

        def distance(per_year: int) -> float:
            model = model_of(changes | {"sampling.steps_per_year": per_year}, 1)
            chances, rates = (
                unknown(calculate(model)).ends[:, 0] for calculate in (in_a_step, hazards)
            )
            exact = curves(chances, (1 - chances.sum()) ** (per_year * years))
            return float(np.abs(exact - curves(rates, np.exp(-rates.sum() * years))).max())

        falls_with_the_step(distance)

    def test_lasting_dispositions_come_to_a_matrix_exponential(self, setting):
        """Shares ended by cause after ten years: the limit of shorter steps is exp(Qt) between
        dispositions and ends, at first order.
        """
        lengths, chances = hazards(model_of(SETTINGS[setting], 1))
        lengths, rates = lengths[:, 0], chances.ends[..., 0]
        changes = min(SETTINGS[setting].get("russia.disposition_changes", 0.5), 2.0)
        size = len(lengths)
        generator = np.zeros((size + len(rates),) * 2)
        generator[:size, :size] = changes * (lengths - np.eye(size)) - np.diag(rates.sum(axis=0))
        generator[:size, size:] = rates.T
        limit = (np.array([*lengths, *np.zeros(len(rates))]) @ expm(10 * generator))[size:]

        def distance(per_year: int) -> float:
            lasting = SETTINGS[setting] | {
                "russia.disposition_changes": changes,
                "sampling.steps_per_year": per_year,
            }
            return float(np.abs(ended_by(model_of(lasting, 1), [10 * per_year])[0] - limit).max())

        falls_with_the_step(distance)


class TestElections:
    """Only the type of the United States switches, at yearly elections, and its reputation with
    them; what it says and pays tells nothing.
    """

    SETTING = {
        "united_states.prior_resolute": 0.2,
        "united_states.next_election": date(2027, 12, 31),
        "united_states.election_interval": 1,
        "united_states.signal_accuracy": 0.5,
        "united_states.funds_if_irresolute": 0.97,
        "war.surprise": 0,
        "war.contested_blame": 0,
        "united_states.election_swing": 0.4,
        "united_states.follow_europe": 0.6,
        "regime.commitment.united_states": 0.8,
        "regime.commitment.europe": 0.2,
        "russia.value_of_prevailing": 2,
        "russia.choice_noise": 0.1,
        "sampling.horizon_years": 8,
    }
    PEACE, BACKED, ALONE = slice(0, 2), 2, 3

    def signed(self, worlds: int | None = None) -> sim.CeasefireModel:
        """At the signature everybody knows the United States to be resolute, so that its type
        starts away from where it tends to.
        """
        model = model_of(self.SETTING, worlds)
        model.united_states.resolute[:], model.united_states.reputation[:] = True, 1.0
        return model

    def generator(self, reputation: float) -> np.ndarray:
        """Rates per year between peace with an irresolute and a resolute United States, war with
        its backing and without.
        """
        model = self.signed(1)
        model.united_states.reputation[:] = reputation
        attack, chances = (
            model.crisis(np.array([0])).attack_at_once,
            unknown(in_a_step(model)).ends[:, 0],
        )
        total = -12 * np.log1p(
            -chances.sum()
        )  # the rate at which a constant hazard ends a month with that chance
        by_russia = chances[:3].sum() / chances.sum()
        europe = np.ravel(attack.intervenes_by_type[RESOLUTE])[0]
        rates = np.zeros((4, 4))
        for resolute in (IRRESOLUTE, RESOLUTE):
            alone, together = (np.ravel(backs[resolute])[0] for backs in attack.backs_by_type)
            backed = by_russia * (europe * together + (1 - europe) * alone)
            rates[resolute] = [0, 0, total * backed, total * (1 - backed)]
            rates[resolute, resolute] = -total
        return rates

    def law(self) -> np.ndarray:
        """Chances of the four states after each year (year, state)."""
        prior, swing = (
            self.SETTING["united_states.prior_resolute"],
            self.SETTING["united_states.election_swing"],
        )
        election = np.eye(4)
        election[self.PEACE, self.PEACE] = (1 - swing) * np.eye(2) + swing * np.array(
            [1 - prior, prior]
        )
        state, reputation, years = np.array([0.0, 1.0, 0.0, 0.0]), 1.0, []
        for _ in range(self.SETTING["sampling.horizon_years"]):
            state = (
                state @ expm(self.generator(reputation) * 11 / 12) @ election
            )  # an election comes first in its month
            reputation += (prior - reputation) * swing
            state = state @ expm(self.generator(reputation) / 12)
            years.append(state)
        return np.array(years)

    def test_worlds_follow_the_matrix_exponential(self):
        """Survival and wars with and without American backing, piecewise by expm.

        11 shares, false alarm 11 x 6.3e-5 = 0.07 %.
        """
        law, model = self.law(), history(self.signed())
        for years in (2, 5, 8):
            by_now = model.years_held <= years
            agree(
                [
                    model.at_peace | ~by_now,
                    by_now & model.wars.us_backs,
                    by_now & ~model.wars.us_backs & ~model.at_peace,
                ],
                [law[years - 1, self.PEACE].sum(), *law[years - 1, [self.BACKED, self.ALONE]]],
            )
        agree(
            [
                model.at_peace & model.united_states.resolute,
                model.at_peace & ~model.united_states.resolute,
            ],
            [law[-1, RESOLUTE], law[-1, IRRESOLUTE]],
        )

    def test_elections_matter(self):
        """The hazard rises fivefold as its reputation fades, so that one constant hazard would not
        pass the test above.
        """
        hopeful, doubtful = (
            -self.generator(reputation)[0, 0]
            for reputation in (1.0, self.SETTING["united_states.prior_resolute"])
        )
        assert doubtful > 5 * hopeful


class TestLearning:
    """Only the coalition's reputation changes, by Bayes' rule on its answers to probes.

    A hazard modulated by what Russia has seen.
    """

    SETTING = {
        "europe.prior_resolute": 0.5,
        "europe.promise_tells": 0,
        "europe.firmness": 0.15,
        "europe.resolve_gap": 0.3,
        "regime.commitment.europe": 0.15,
        "russia.value_of_prevailing": 1.3,
        "sampling.horizon_years": 3,
    }
    MOST = 8
    """Probes that the law follows; more than these in three years are rarer than 1e-4, which the
    test checks.
    """
    SEEN = tuple((firm, soft) for firm, soft in np.ndindex(9, 9) if firm + soft <= 8)
    """What Russia may have seen: numbers of firm and of soft answers."""
    LOST, ENDED = 2 * len(SEEN), 2 * len(SEEN) + 1

    def answers(self) -> tuple[float, float]:
        """P_F(τ)."""
        irresolute, resolute = (
            model_of(self.SETTING, 1).crisis(np.array([0])).answers_firmly_by_type
        )
        return float(np.ravel(irresolute)[0]), float(np.ravel(resolute)[0])

    def transitions(
        self,
        chances_of: Callable[[sim.CeasefireModel], tuple[np.ndarray, Chances]],
        per_year: int = 12,
    ) -> np.ndarray:
        """From what was seen, by type, to what is seen next, too many probes, or war.

        Without the diagonal.
        """
        model, (if_irresolute, if_resolute) = (
            model_of(self.SETTING | {"sampling.steps_per_year": per_year}, len(self.SEEN)),
            self.answers(),
        )
        firm, soft = np.array(self.SEEN).T
        odds = (if_resolute / if_irresolute) ** firm * (
            (1 - if_resolute) / (1 - if_irresolute)
        ) ** soft
        model.europe.reputation[:] = odds / (1 + odds)  # from an even prior
        chances, matrix = unknown(chances_of(model)), np.zeros((self.ENDED + 1,) * 2)
        for type_, firmly in ((IRRESOLUTE, if_irresolute), (RESOLUTE, if_resolute)):
            for seen, (firm, soft) in enumerate(self.SEEN):
                row = matrix[self.state(type_, firm, soft)]
                row[self.ENDED] = chances.ends[:, seen].sum()
                row[self.state(type_, firm + 1, soft)] = chances.survived[seen] * firmly
                row[self.state(type_, firm, soft + 1)] += chances.survived[seen] * (1 - firmly)
        return matrix

    def state(self, type_: int, firm: int, soft: int) -> int:
        return (
            type_ * len(self.SEEN) + self.SEEN.index((firm, soft))
            if firm + soft <= self.MOST
            else self.LOST
        )

    def start(self) -> np.ndarray:
        state = np.zeros(self.ENDED + 1)
        state[[self.state(type_, 0, 0) for type_ in (IRRESOLUTE, RESOLUTE)]] = 0.5
        return state

    def after_steps(self, years: int, per_year: int = 12) -> np.ndarray:
        step = self.transitions(in_a_step, per_year)
        return self.start() @ np.linalg.matrix_power(
            step + np.diag(1 - step.sum(axis=1)), years * per_year
        )

    def test_worlds_follow_the_chain(self):
        """Survival by type and by the answers seen, each year.

        30 shares, false alarm 30 x 6.3e-5 = 0.2 %.
        """
        model, law = model_of(self.SETTING), {}
        for years in (1, 2, 3):
            while model.steps < 12 * years:
                model.step()
            law = self.after_steps(years)
            assert law[self.LOST] < 1e-4
            cells = [
                (type_, *seen)
                for type_ in (IRRESOLUTE, RESOLUTE)
                for seen in ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1))
            ]
            agree(
                [
                    model.at_peace
                    & (model.europe.resolute == bool(type_))
                    & (model.histories.firm_answers == firm)
                    & (model.probes == firm + soft)
                    for type_, firm, soft in cells
                ],
                [law[self.state(*cell)] for cell in cells],
            )

    def test_steps_come_to_the_matrix_exponential(self):
        """The chain's limit for shorter steps is the Markov-modulated hazard exp(Q t), reached at
        first order.
        """
        rates = self.transitions(hazards)
        limit = self.start() @ expm(3 * (rates - np.diag(rates.sum(axis=1))))
        falls_with_the_step(
            lambda per_year: float(np.abs(self.after_steps(3, per_year) - limit).max())
        )


class TestMemberElections:
    """Only the coalition's type switches, as its members vote, and to Russia it makes no difference
    who fights beside Ukraine.
    """

    SETTING = {
        "europe.prior_resolute": 0.2,
        "europe.election_swing": 0.8,
        "russia.cost_of_fighting_europe": 0,
        "europe.members": [
            {
                "name": name,
                "brigades": 0,
                "reliability": 1,
                "weight": weight,
                "resolve_offset": 0.5,
                "next_election": day,
                "election_interval": chance,
            }
            for name, weight, day, chance in (
                ("Ruritania", 3, date(2027, 6, 30), 1),
                ("Freedonia", 1, date(2027, 12, 31), 2),
            )
        ],
        "united_states.follow_europe": 0,
        "united_states.enabling": 0,
        "united_states.brigades": 0,
        "russia.cost_of_fighting_us": 0,
        "war.incidents_per_year": 0,
        "russia.probe_cost": 5,
        "europe.firmness": 5,
        "sampling.horizon_years": 8,
    }
    VOTES = {6: 0.75, 18: 0.75, 12: 0.25}
    """Of each month of two years, the share of the weight that votes in it."""

    def signed(self, worlds: int | None = None) -> sim.CeasefireModel:
        """At the signature everybody knows the coalition to be resolute."""
        model = model_of(self.SETTING, worlds)
        model.europe.resolute[:], model.europe.reputation[:] = True, 1.0
        return model

    def test_worlds_follow_the_chain(self):
        """Votes and a war a month, to the eighth year.

        12 shares, false alarm 12 x 6.3e-5 = 0.08 %.
        """
        one, prior, swing = (
            self.signed(1),
            self.SETTING["europe.prior_resolute"],
            self.SETTING["europe.election_swing"],
        )
        chances, fights = (
            unknown(in_a_step(one)),
            one.crisis(np.array([0])).attack_at_once.intervenes_by_type,
        )
        assert chances.survived < 1e-12  # no probes, and so nothing to learn
        offensive, war = (
            float(chances.offensive[0] / chances.ends.sum()),
            np.eye(4),
        )  # irresolute, resolute, ended with Europe, without
        for type_ in (IRRESOLUTE, RESOLUTE):
            europe = (1 - offensive) * float(np.ravel(fights[type_])[0])
            total = float(chances.ends.sum())
            war[type_] = [0, 0, total * europe, total * (1 - europe)]
            war[type_, type_] = 1 - total
        law, model = np.array([0.0, 1.0, 0.0, 0.0]), self.signed()
        while model.running:
            model.step()
            vote, turned = np.eye(4), swing * self.VOTES.get(model.steps % 24, 0.0)
            vote[:2, :2] = (1 - turned) * np.eye(2) + turned * np.array([1 - prior, prior])
            law = law @ vote @ war
            if model.steps in (12, 36, 96):
                agree(
                    [
                        model.at_peace & ~model.europe.resolute,
                        model.at_peace & model.europe.resolute,
                        model.wars.europe_intervenes,
                        ~model.at_peace & ~model.wars.europe_intervenes,
                    ],
                    list(law),
                )


@pytest.mark.long
class TestLengthOfAStep:
    """A month is a convention."""

    SAMPLING = {"sampling.designs": 1000, "sampling.replicates": 10, "sampling.horizon_years": 10}

    def shares(self, regime: Path, per_year: int) -> np.ndarray:
        """Durability after 1, 2, 5 and 10 years by design, (year, design)."""
        scenario = sim.load(regime, self.SAMPLING | {"sampling.steps_per_year": per_year})
        model = history(sim.CeasefireModel(scenario, scenario.sampling.worlds))
        return np.stack(
            [
                (model.at_peace | (model.years_held > years)).reshape(-1, 10).mean(axis=1)
                for years in (1, 2, 5, 10)
            ]
        )

    @pytest.mark.parametrize("regime", ["none", "nato"])
    def test_durability_does_not_depend_on_it(self, regime, scenarios):
        """Months, fortnights and weeks agree on the same designs.

        8 paired differences a regime, false alarm 0.1 %.
        """
        path = scenarios / f"{regime}.toml"
        month = self.shares(path, 12)
        for per_year in (26, 52):
            difference = self.shares(path, per_year) - month
            error = difference.std(axis=1, ddof=1) / np.sqrt(difference.shape[1])
            np.testing.assert_array_less(np.abs(difference.mean(axis=1)), SE * error)

    @pytest.mark.parametrize("per_year", [1, 12, 49, 52, 75])
    def test_full_years_are_exact(self, per_year):
        """A world that ends in the month in which seven years pass has 7.0 years, or it would count
        as held for seven (examples.md, 14).
        """
        model = model_of(
            {
                "sampling.steps_per_year": per_year,
                "russia.reviews_per_year": 0,
                "war.incidents_per_year": 0,
            },
            1,
        )
        for year in range(1, 8):
            for _ in range(per_year):
                model.step()
            assert model.years == year
