"""Limits of the model that have a closed form, with the chances of one step taken from the game itself."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from scipy.linalg import expm

import sim
from sim.game.crisis import IRRESOLUTE, RESOLUTE
from sim.game.war import Cause
from sim.model.ceasefire import CAUSES

SE = 4
"""Bound of every statistical comparison, in standard errors; a right model with a fresh seed breaks it with a chance of 6.3e-5."""
BASE = Path(__file__).parents[1] / "scenarios" / "base.toml"
FROZEN = {
    "russia.strength": 110,
    "russia.strength_target": 110,
    "russia.reconstitution_half_life": 4,
    "russia.value_of_prevailing": 1.1,
    "russia.insecurity": 0.5,
    "russia.leader_turnover": 0,
    "ukraine.strength": 80,
    "ukraine.strength_target": 80,
    "europe.prior_resolute": 1.0,
    "europe.resolve_drift": 0,
    "united_states.prior_resolute": 1.0,
    "united_states.election_swing": 0,
    "sampling.designs": 2,
    "sampling.replicates": 10_000,
}
"""No strength, belief, type or leader ever changes, and nothing is uncertain: 20,000 worlds that differ by chance alone."""
SETTINGS = {
    "eager Russia": {"russia.value_of_prevailing": 1.2, "europe.prior_resolute": 0.0},
    "tense front": {"war.incidents_per_year": 3, "russia.probe_gain": 0.06, "ukraine.retaliation_value": 0.1},
    "restless Ukraine": {
        "ukraine.value_of_recovery": 3,
        "regime.commitment.europe": 0.2,
        "war.incidents_per_year": 2,
        "russia.choice_noise": 0.1,
    },
    "treaty that does not deter": {
        "russia.value_of_prevailing": 2.5,
        "regime.commitment.europe": 0.3,
        "united_states.stake": -0.2,
        "regime.sanctions.snapback": 0.1,
        "russia.choice_noise": 0.3,
    },
}


class Decisions(NamedTuple):
    """What the players of this month's game would do, each an array (world,)."""

    offensive: np.ndarray  # Ukraine, at a review of its own
    attack: np.ndarray  # Russia, at a review of its own
    probe: np.ndarray
    war: np.ndarray  # ρe, what becomes of a probe or an incident


class Chances(NamedTuple):
    """Of each way to end within a step, and of a probe that ends nothing, each an array (world,)."""

    attack: np.ndarray
    incident: np.ndarray
    probe: np.ndarray
    offensive: np.ndarray
    survived: np.ndarray

    @property
    def ends(self) -> np.ndarray:
        """(cause, world), in the order of `CAUSES`."""
        return np.stack(self[:4])


def model_of(changes: dict, worlds: int | None = None) -> sim.CeasefireModel:
    scenario = sim.load(BASE, FROZEN | changes)
    return sim.CeasefireModel(scenario, scenario.sampling.worlds if worlds is None else worlds)


def history(model: sim.CeasefireModel) -> sim.CeasefireModel:
    while model.running:
        model.step()
    return model


def decisions(model: sim.CeasefireModel) -> Decisions:
    drawn, everywhere = model.drawn, np.arange(len(model.worlds))
    crisis = model.crisis(everywhere)
    winning = drawn.war.offensive_succeeds(model.ukraine.strength, model.russia.strength)
    terms = drawn.regime.terms(model.years, 0.0, model.entered(everywhere))
    attack, _, probe = crisis.response
    return Decisions(drawn.ukraine.starts_offensive(winning, terms), attack, probe, crisis.retaliates * crisis.escalates)


def in_a_step(model: sim.CeasefireModel) -> Chances:
    """Exactly, in the order of the month: Ukraine, Russia, incidents where nothing else happened."""
    do = decisions(model)
    offensive, attack, probe = model.ukraine_reviews * do.offensive, model.russia_reviews * do.attack, model.russia_reviews * do.probe
    later = Chances(attack, (1 - attack - probe) * model.incident_happens * do.war, probe * do.war, offensive, probe * (1 - do.war))
    return Chances(*((1 - offensive) * chance for chance in later[:3]), offensive, (1 - offensive) * later.survived)


def hazards(model: sim.CeasefireModel) -> Chances:
    """What `in_a_step` comes to, per year, as steps get shorter."""
    do, drawn = decisions(model), model.drawn
    incidents = drawn.war.incidents_per_year * drawn.regime.terms(0.0, 0.0, True).incidents
    reviews = drawn.russia.reviews_per_year
    return Chances(
        reviews * do.attack,
        incidents * do.war,
        reviews * do.probe * do.war,
        drawn.ukraine.reviews_per_year * do.offensive,
        reviews * do.probe * (1 - do.war),
    )


def ended(model: sim.CeasefireModel, years: float, cause: Cause) -> np.ndarray:
    return (model.cause == CAUSES.index(cause)) & (model.years_held <= years)


def agree(indicators: list[np.ndarray], expected: list[float]) -> None:
    """Each share of independent worlds is within SE standard errors of its expectation."""
    shares, chances = np.mean(indicators, axis=1), np.asarray(expected)
    error = np.sqrt(chances * (1 - chances) / np.shape(indicators)[1])
    np.testing.assert_array_less(np.abs(shares - chances), SE * error, err_msg=f"{shares} instead of {chances}")


def falls_with_the_step(distance: Callable[[int], float]) -> None:
    """A distance is of first order in the step: inversely proportional to the number of steps a year, and small for a day."""
    steps = (45, 90, 180, 366)
    distances = np.array([distance(per_year) for per_year in steps])
    np.testing.assert_allclose(distances[:-1] / distances[-1], 366 / np.array(steps[:-1]), rtol=0.05)
    assert distances[-1] < 2e-3


@pytest.mark.parametrize("setting", SETTINGS)
class TestConstantHazards:
    """Strengths, beliefs and types are frozen."""

    def test_worlds_follow_the_exact_law(self, setting):
        """S = (1 - Σq)^n and cumulative incidence (q_j / Σq)(1 - S); 15 shares a setting, false alarm 4 x 15 x 6.3e-5 = 0.4 %."""
        chances = in_a_step(model_of(SETTINGS[setting], 1)).ends[:, 0]
        model, total = history(model_of(SETTINGS[setting] | {"sampling.horizon_years": 10})), chances.sum()
        for years in (1, 3, 10):
            survival = (1 - total) ** (12 * years)
            agree(
                [model.years_held > years if years < 10 else model.at_peace, *(ended(model, years, cause) for cause in CAUSES[:4])],
                [survival, *chances / total * (1 - survival)],
            )

    def test_defenders_answer_by_their_types(self, setting):
        """Europe fights in a share P_E(τ) of wars, the United States and each member as they would; 8 shares, false alarm 0.2 %."""
        one, horizon = model_of(SETTINGS[setting], 1), 10
        crisis, members = one.crisis(np.array([0])), one.drawn.europe.standing
        chances = in_a_step(one).ends[:, 0]
        wars = chances[:3].sum() / chances.sum() * (1 - (1 - chances.sum()) ** (12 * horizon))
        europe = crisis.intervenes_by_type[int(one.europe.resolute[0])][0, 0]
        alone, together = (np.ravel(backs[RESOLUTE])[0] for backs in crisis.backs_by_type)
        model = history(model_of(SETTINGS[setting] | {"sampling.horizon_years": horizon}))
        agree(
            [model.europe_intervenes, model.us_backs, *(model.fought[member.name] for member in members)],
            [wars * europe, wars * (europe * together + (1 - europe) * alone), *(wars * europe * member.reliability for member in members)],
        )

    def test_steps_come_to_the_textbook_curve(self, setting):
        """S(t) = exp(-Σh t) and cumulative incidence (h_j / Σh)(1 - S(t)) are the limit of shorter steps, reached at first order."""
        years = np.arange(1, 11)

        def curves(ends: np.ndarray, survival: np.ndarray) -> np.ndarray:
            return np.vstack([survival, np.outer(ends / ends.sum(), 1 - survival)])

        def distance(per_year: int) -> float:
            model = model_of(SETTINGS[setting] | {"sampling.steps_per_year": per_year}, 1)
            chances, rates = in_a_step(model).ends[:, 0], hazards(model).ends[:, 0]
            exact = curves(chances, (1 - chances.sum()) ** (per_year * years))
            return float(np.abs(exact - curves(rates, np.exp(-rates.sum() * years))).max())

        falls_with_the_step(distance)


class TestElections:
    """Only the type of the United States switches, at yearly elections, and Russia's belief in it with them."""

    SETTING = {
        "united_states.prior_resolute": 0.2,
        "united_states.first_election": 1,
        "united_states.election_interval": 1,
        "united_states.election_swing": 0.4,
        "united_states.follow_europe": 0.6,
        "regime.commitment.united_states": 0.8,
        "regime.commitment.europe": 0.2,
        "russia.value_of_prevailing": 2,
        "russia.choice_noise": 0.2,
        "sampling.horizon_years": 8,
    }
    PEACE, BACKED, ALONE = slice(0, 2), 2, 3

    def signed(self, worlds: int | None = None) -> sim.CeasefireModel:
        """At the ceasefire everybody knows the United States to be resolute, so that its type starts away from where it tends to."""
        model = model_of(self.SETTING, worlds)
        model.united_states.resolute[:], model.united_states.belief[:] = True, 1.0
        return model

    def generator(self, belief: float) -> np.ndarray:
        """Rates per year between peace with an irresolute and a resolute United States, war with its backing and without."""
        model = self.signed(1)
        model.united_states.belief[:] = belief
        crisis, chances = model.crisis(np.array([0])), in_a_step(model).ends[:, 0]
        total = -12 * np.log1p(-chances.sum())  # the rate at which a constant hazard ends a month with that chance
        by_russia = chances[:3].sum() / chances.sum()
        europe = crisis.intervenes_by_type[RESOLUTE][0, 0]
        rates = np.zeros((4, 4))
        for resolute in (IRRESOLUTE, RESOLUTE):
            alone, together = (np.ravel(backs[resolute])[0] for backs in crisis.backs_by_type)
            backed = by_russia * (europe * together + (1 - europe) * alone)
            rates[resolute] = [0, 0, total * backed, total * (1 - backed)]
            rates[resolute, resolute] = -total
        return rates

    def law(self) -> np.ndarray:
        """Chances of the four states after each year (year, state)."""
        prior, swing = self.SETTING["united_states.prior_resolute"], self.SETTING["united_states.election_swing"]
        election = np.eye(4)
        election[self.PEACE, self.PEACE] = (1 - swing) * np.eye(2) + swing * np.array([1 - prior, prior])
        state, belief, years = np.array([0.0, 1.0, 0.0, 0.0]), 1.0, []
        for _ in range(self.SETTING["sampling.horizon_years"]):
            state = state @ expm(self.generator(belief) * 11 / 12) @ election  # an election comes first in its month
            belief += (prior - belief) * swing
            state = state @ expm(self.generator(belief) / 12)
            years.append(state)
        return np.array(years)

    def test_worlds_follow_the_matrix_exponential(self):
        """Survival and wars with and without American backing, piecewise by expm; 11 shares, false alarm 11 x 6.3e-5 = 0.07 %."""
        law, model = self.law(), history(self.signed())
        for years in (2, 5, 8):
            by_now = model.years_held <= years
            agree(
                [model.at_peace | ~by_now, by_now & model.us_backs, by_now & ~model.us_backs & ~model.at_peace],
                [law[years - 1, self.PEACE].sum(), *law[years - 1, [self.BACKED, self.ALONE]]],
            )
        agree(
            [model.at_peace & model.united_states.resolute, model.at_peace & ~model.united_states.resolute],
            [law[-1, RESOLUTE], law[-1, IRRESOLUTE]],
        )

    def test_elections_matter(self):
        """The hazard rises fivefold as belief in the backing fades, so that one constant hazard would not pass the test above."""
        hopeful, doubtful = (-self.generator(belief)[0, 0] for belief in (1.0, self.SETTING["united_states.prior_resolute"]))
        assert doubtful > 5 * hopeful


class TestLearning:
    """Only the belief in the coalition changes, by Bayes' rule on its answers to probes: a hazard modulated by what Russia has seen."""

    SETTING = {
        "europe.prior_resolute": 0.5,
        "europe.firmness": 0.15,
        "europe.resolve_gap": 0.3,
        "regime.commitment.europe": 0.15,
        "russia.value_of_prevailing": 1.3,
        "sampling.horizon_years": 3,
    }
    MOST = 8
    """Probes that the law follows; more than these in three years are rarer than 1e-4, which the test checks."""
    SEEN = tuple((firm, soft) for firm, soft in np.ndindex(9, 9) if firm + soft <= 8)
    """What Russia may have seen: numbers of firm and of soft answers."""
    LOST, ENDED = 2 * len(SEEN), 2 * len(SEEN) + 1

    def answers(self) -> tuple[float, float]:
        """P_F(τ)."""
        irresolute, resolute = model_of(self.SETTING, 1).crisis(np.array([0])).answers_firmly_by_type
        return float(np.ravel(irresolute)[0]), float(np.ravel(resolute)[0])

    def transitions(self, chances_of: Callable[[sim.CeasefireModel], Chances], per_year: int = 12) -> np.ndarray:
        """From what was seen, by type, to what is seen next, too many probes, or war; without the diagonal."""
        model, (if_irresolute, if_resolute) = model_of(self.SETTING | {"sampling.steps_per_year": per_year}, len(self.SEEN)), self.answers()
        firm, soft = np.array(self.SEEN).T
        odds = (if_resolute / if_irresolute) ** firm * ((1 - if_resolute) / (1 - if_irresolute)) ** soft
        model.europe.belief[:] = odds / (1 + odds)  # from an even prior
        chances, matrix = chances_of(model), np.zeros((self.ENDED + 1,) * 2)
        for type_, firmly in ((IRRESOLUTE, if_irresolute), (RESOLUTE, if_resolute)):
            for seen, (firm, soft) in enumerate(self.SEEN):
                row = matrix[self.state(type_, firm, soft)]
                row[self.ENDED] = chances.ends[:, seen].sum()
                row[self.state(type_, firm + 1, soft)] = chances.survived[seen] * firmly
                row[self.state(type_, firm, soft + 1)] += chances.survived[seen] * (1 - firmly)
        return matrix

    def state(self, type_: int, firm: int, soft: int) -> int:
        return type_ * len(self.SEEN) + self.SEEN.index((firm, soft)) if firm + soft <= self.MOST else self.LOST

    def start(self) -> np.ndarray:
        state = np.zeros(self.ENDED + 1)
        state[[self.state(type_, 0, 0) for type_ in (IRRESOLUTE, RESOLUTE)]] = 0.5
        return state

    def after_steps(self, years: int, per_year: int = 12) -> np.ndarray:
        step = self.transitions(in_a_step, per_year)
        return self.start() @ np.linalg.matrix_power(step + np.diag(1 - step.sum(axis=1)), years * per_year)

    def test_worlds_follow_the_chain(self):
        """Survival by type and by the answers seen, each year; 30 shares, false alarm 30 x 6.3e-5 = 0.2 %."""
        model, law = model_of(self.SETTING), {}
        for years in (1, 2, 3):
            while model.steps < 12 * years:
                model.step()
            law = self.after_steps(years)
            assert law[self.LOST] < 1e-4
            cells = [(type_, *seen) for type_ in (IRRESOLUTE, RESOLUTE) for seen in ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1))]
            agree(
                [
                    model.at_peace & (model.europe.resolute == bool(type_)) & (model.firm_answers == firm) & (model.probes == firm + soft)
                    for type_, firm, soft in cells
                ],
                [law[self.state(*cell)] for cell in cells],
            )

    def test_steps_come_to_the_matrix_exponential(self):
        """The chain's limit for shorter steps is the Markov-modulated hazard exp(Q t), reached at first order."""
        rates = self.transitions(hazards)
        limit = self.start() @ expm(3 * (rates - np.diag(rates.sum(axis=1))))
        falls_with_the_step(lambda per_year: float(np.abs(self.after_steps(3, per_year) - limit).max()))


class TestDrift:
    """Only the coalition's type drifts, at a rate, and to Russia it makes no difference who fights beside Ukraine."""

    SETTING = {
        "europe.prior_resolute": 0.2,
        "europe.resolve_drift": 0.4,
        "russia.cost_of_fighting_europe": 0,
        "europe.members": [{"name": "Ruritania", "brigades": 0, "reliability": 1, "weight": 1, "resolve_offset": 0.5}],
        "united_states.follow_europe": 0,
        "united_states.enabling": 0,
        "united_states.brigades": 0,
        "russia.cost_of_fighting_us": 0,
        "war.incidents_per_year": 0,
        "russia.probe_cost": 5,
        "europe.firmness": 5,
        "sampling.horizon_years": 8,
    }

    def signed(self, worlds: int | None = None) -> sim.CeasefireModel:
        """At the ceasefire everybody knows the coalition to be resolute."""
        model = model_of(self.SETTING, worlds)
        model.europe.resolute[:], model.europe.belief[:] = True, 1.0
        return model

    def test_worlds_follow_the_matrix_exponential(self):
        """A drift and a war a month, to the eighth year, as products of expm; 12 shares, false alarm 12 x 6.3e-5 = 0.08 %."""
        one, prior, rate = self.signed(1), self.SETTING["europe.prior_resolute"], self.SETTING["europe.resolve_drift"]
        chances, fights = in_a_step(one), one.crisis(np.array([0])).intervenes_by_type
        assert chances.survived < 1e-12  # no probes, and so nothing to learn
        drift, war = np.zeros((2, 4, 4))  # irresolute, resolute, ended with Europe, without
        drift[:2, :2] = rate * (np.array([1 - prior, prior]) - np.eye(2))
        total, offensive = -12 * np.log1p(-chances.ends.sum()), float(chances.offensive[0] / chances.ends.sum())
        for type_ in (IRRESOLUTE, RESOLUTE):
            europe = (1 - offensive) * float(fights[type_][0, 0])
            war[type_] = [0, 0, total * europe, total * (1 - europe)]
            war[type_, type_] = -total
        step, model = expm(drift / 12) @ expm(war / 12), self.signed()
        for years in (1, 3, 8):
            while model.steps < 12 * years:
                model.step()
            law = np.array([0, 1, 0, 0]) @ np.linalg.matrix_power(step, 12 * years)
            agree(
                [
                    model.at_peace & ~model.europe.resolute,
                    model.at_peace & model.europe.resolute,
                    model.europe_intervenes,
                    ~model.at_peace & ~model.europe_intervenes,
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
        return np.stack([(model.at_peace | (model.years_held > years)).reshape(-1, 10).mean(axis=1) for years in (1, 2, 5, 10)])

    @pytest.mark.parametrize("regime", ["none", "nato"])
    def test_durability_does_not_depend_on_it(self, regime, scenarios):
        """Months, fortnights and weeks agree on the same designs; 8 paired differences a regime, false alarm 0.1 %."""
        path = scenarios / f"{regime}.toml"
        month = self.shares(path, 12)
        for per_year in (26, 52):
            difference = self.shares(path, per_year) - month
            error = difference.std(axis=1, ddof=1) / np.sqrt(difference.shape[1])
            np.testing.assert_array_less(np.abs(difference.mean(axis=1)), SE * error)

    @pytest.mark.parametrize("per_year", [1, 12, 49, 52, 75])
    def test_full_years_are_exact(self, per_year):
        """A world that ends in the month in which seven years pass has 7.0 years, or it would count as held for seven (examples.md, 14)."""
        model = model_of({"sampling.steps_per_year": per_year, "russia.reviews_per_year": 0, "war.incidents_per_year": 0}, 1)
        for year in range(1, 8):
            for _ in range(per_year):
                model.step()
            assert model.years == year
