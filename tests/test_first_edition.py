"""Where the second edition is the first: the first edition's formulas once more, and the limits in
which both must agree.
"""

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.game.endings import Cause

pytestmark = pytest.mark.long

BASE = Path(__file__).parents[1] / "scenarios" / "base.toml"
EXACT = {"rtol": 0, "atol": 1e-12}
NEVER = {"next_election": date(2900, 1, 1), "election_interval": 1000}
MEMBERS = [
    {
        "name": "Ruritania",
        "brigades": {"uniform": [0, 20]},
        "reliability": {"uniform": [0, 1]},
        "weight": 2,
        "resolve_offset": 0.3,
    }
    | NEVER,
    {
        "name": "Freedonia",
        "brigades": 5,
        "reliability": 0.7,
        "weight": {"uniform": [0.1, 3]},
        "resolve_offset": {"uniform": [-0.5, 0.5]},
    }
    | NEVER,
]
LIMITS = {
    "russia.terms_follow_power": 0,
    "russia.threat_of_force": 0,
    "russia.threat_of_arms": 0,
    "war.surprise": 0,
    "war.contested_blame": 0,
    "war.ground_lost_to_probes": 0,
    "europe.promise_tells": 0,
    "europe.firmness_by_commitment": 1,
    "europe.members": MEMBERS,
    "united_states.promise_tells": 0,
    "united_states.election_swing": 0,
    "regime.commitment.voidable": 0,
    "regime.response.europe_days": 0,
    "regime.response.united_states_days": 0,
    "regime.deployment.exposure": 1,
    "regime.arms.united_states_share": 0,
    "regime.arms.delivery_years": 0,
}
"""What the second edition adds, turned off: η, θ, χ, j, ε, ζ, e_A and ς are 0, h_F and exposure 1,
help comes at once, nobody votes.
"""
NOT_SIGNS = {
    "united_states.signal_accuracy": 0.5,
    "united_states.funds_if_resolute": 0.8,
    "united_states.funds_if_irresolute": 0.8,
}
"""Nothing that the United States says or pays tells of its type."""
UNCERTAIN = {
    "russia.cost_of_war": {"uniform": [0, 1]},
    "russia.choice_noise": {"uniform": [0.03, 0.5]},
    "russia.discount_factor": {"uniform": [0.5, 1]},
    "russia.probe_gain": {"uniform": [0, 0.3]},
    "europe.stake": {"uniform": [-1, 0.5]},
    "europe.firmness": {"uniform": [-0.6, 0.5]},
    "united_states.stake": {"uniform": [-1, 0.5]},
    "war.decisiveness": {"uniform": [0.5, 4]},
    "regime.commitment.europe": {"uniform": [0, 1]},
    "regime.commitment.united_states": {"uniform": [0, 1]},
    "regime.commitment.resupply": {"uniform": [0, 30]},
    "regime.deployment.brigades": {"uniform": [0, 30]},
    "regime.deployment.half_life": {"uniform": [0.2, 3]},
    "regime.arms.package_usd_bn": {"uniform": [0, 200]},
    "regime.reassurance.value": {"uniform": [0, 0.5]},
    "regime.provocation.value": {"uniform": [0, 0.5]},
    "regime.sanctions.snapback": {"uniform": [0, 0.5]},
}
"""What a scenario may say, far and wide, in beside what is uncertain by default."""
ACCESSION = {
    f"regime.accession.{name}": {"uniform": limits}
    for name, limits in (
        ("start", [0, 10]),
        ("mean_years", [0.2, 8]),
        ("veto", [0, 1]),
        ("interim", [0, 1]),
    )
}
FORCE_LIMIT = {"regime.force_limit.brigades": {"uniform": [20, 120]}}
REGIMES = {"at once": {}, "by accession": ACCESSION, "limited": FORCE_LIMIT}
SAMPLING = {"sampling.designs": 500, "sampling.replicates": 4}


def sigma(x):
    return 1 / (1 + np.exp(-x))


def logit(values, noise):
    """Choice probabilities over the first axis."""
    weights = np.exp((values - values.max(axis=0)) / noise)
    return weights / weights.sum(axis=0)


class FirstEdition:
    """Section 7 of the model's description as it was published in version 0.2, on arrays (node,
    world).
    """

    def __init__(
        self, model: sim.CeasefireModel, b_E: np.ndarray, b_A: np.ndarray, omega: np.ndarray
    ) -> None:
        """Read off a model what the first edition knows.

        The beliefs and the will are the caller's.
        """
        drawn = self.parameters = model.parameters
        russia, ukraine, europe, us, war, regime = (
            drawn.russia,
            drawn.ukraine,
            drawn.europe,
            drawn.united_states,
            drawn.war,
            drawn.regime,
        )
        h, self.nodes = model.ahead, (0.0, *russia.foresight)
        V, self.kappa, m = (
            model.russia.value_of_prevailing,
            model.russia.insecurity,
            war.decisiveness,
        )
        f = in_force(regime.accession, model.years, h, model.entry <= model.years)
        F = (
            regime.deployment.brigades
            * f
            * (1 - 2 ** (-(model.years + h) / regime.deployment.half_life))
            * omega
        )
        R = russia.strength_target + (model.russia.strength - russia.strength_target) * 2 ** (
            -h / russia.reconstitution_half_life
        )
        cap = np.inf if regime.force_limit.brigades is None else regime.force_limit.brigades
        target = np.minimum(
            cap, ukraine.strength_target + regime.arms.package_usd_bn / ukraine.brigade_cost
        )
        U = target + (model.ukraine.strength - target) * 2 ** (-h / ukraine.buildup_half_life)
        B = sum(member.brigades * member.reliability for member in europe.members)
        o = sum(member.weight * member.resolve_offset for member in europe.members) / sum(
            member.weight for member in europe.members
        )
        tripwire, promise, backing = (
            europe.tripwire * F / (F + europe.tripwire_half_force),
            regime.commitment.europe * f,
            regime.commitment.united_states * f,
        )

        def mixed(belief, of_type):
            return belief * of_type(1) + (1 - belief) * of_type(0)

        def backs(chi):
            return mixed(
                b_A,
                lambda tau: sigma(
                    (
                        us.stake
                        + us.audience_cost * backing
                        + us.follow_europe * (chi - 0.5)
                        - us.resolve_gap * (1 - tau)
                    )
                    / us.choice_noise
                ),
            )

        def p(D):
            return R**m / (R**m + D**m)

        def war_is_worth(D, chi):
            return (
                backs(chi)
                * (p(D * (1 + us.enabling) + us.brigades) * V - russia.cost_of_fighting_us)
                + (1 - backs(chi)) * p(D) * V
            )

        def firmly(tau):
            return sigma(
                (europe.firmness + o + (promise + tripwire)[0] - europe.resolve_gap * (1 - tau))
                / europe.choice_noise
            )

        self.backs = (backs(0), backs(1))
        self.P_E = mixed(
            b_E,
            lambda tau: sigma(
                (
                    europe.stake
                    + o
                    + europe.audience_cost * promise
                    + tripwire
                    + europe.backing * backs(1)
                    - europe.resolve_gap * (1 - tau)
                )
                / europe.choice_noise
            ),
        )
        alone = war.defence_advantage * (U + regime.commitment.resupply * f)
        together = war.defence_advantage * (U + regime.commitment.resupply * f + F + B)
        self.A = (
            self.P_E * (war_is_worth(together, 1) - russia.cost_of_fighting_europe)
            + (1 - self.P_E) * war_is_worth(alone, 0)
            - russia.cost_of_war
            - regime.sanctions.snapback * f
        )
        self.Q = (
            russia.status_quo_value
            + (regime.reassurance.value - regime.provocation.value * f) * self.kappa
        )
        self.P_F_by_type = (firmly(0), firmly(1))
        self.P_F = mixed(b_E, firmly)
        self.hold = self.waits()
        self.e = sigma((self.A[0] - self.hold) / russia.choice_noise)
        self.rho = sigma(
            (ukraine.retaliation_value - self.e * ukraine.cost_of_war * (1 - self.P_E[0] / 2))
            / ukraine.choice_noise
        )
        self.probe = (
            self.hold
            + russia.probe_gain * (1 - self.P_F)
            - russia.probe_cost * self.P_F
            + self.rho * self.e * (self.A[0] - self.hold)
        )
        self.response = logit(np.stack([self.A[0], self.hold, self.probe]), russia.choice_noise)

    def waits(self):
        """Backwards over the foresight years."""
        russia, Q = self.parameters.russia, np.broadcast_to(self.Q, self.A.shape)
        X = Q[-1]
        for k, (earlier, later) in reversed(list(enumerate(pairwise(self.nodes)))):
            q = sigma((self.A[k + 1] - X) / russia.choice_noise)
            waited = russia.discount_factor ** (later - earlier)
            X = (1 - waited) * Q[k] + waited * (q * self.A[k + 1] + (1 - q) * X)
        return X


def in_force(accession, t, h, entered):
    """f = i + (1 - i) x."""
    if accession is None:
        return np.ones_like(h)
    waiting = np.maximum(0, t + h - np.maximum(accession.start, t))
    x = np.where(entered, 1.0, (1 - accession.veto) * (1 - np.exp(-waiting / accession.mean_years)))
    return accession.interim + (1 - accession.interim) * x


def model_of(changes):
    scenario = sim.load(BASE, LIMITS | SAMPLING | changes)
    return sim.CeasefireModel(scenario, scenario.sampling.worlds)


@pytest.mark.parametrize("years", [0.5, 4.25, 15])
@pytest.mark.parametrize("regime", REGIMES)
def test_the_same_probabilities_in_every_crisis_at_the_same_state(regime, years):
    """In 2,000 states of random scenarios: who fights, what Russia does, whether an incident
    escalates, to 1e-12.
    """
    model, rng = (
        model_of(UNCERTAIN | REGIMES[regime]),
        np.random.default_rng([2025, int(100 * years)]),
    )
    size = len(model.worlds)
    model.years = years
    model.russia.strength, model.ukraine.strength = (
        rng.uniform(50, 250, size),
        rng.uniform(30, 150, size),
    )
    model.russia.value_of_prevailing, model.russia.insecurity = (
        rng.uniform(0, 3, size),
        rng.uniform(0, 1, size),
    )
    model.europe.reputation, model.united_states.reputation, model.europe.will = rng.uniform(
        0, 1, (3, size)
    )
    model.ukraine.arms[:] = (
        model.parameters.regime.arms.package_usd_bn
    )  # the whole package is there
    model.entry = np.where(rng.random(size) < 0.5, 0.0, np.inf)
    crisis = model.crisis(np.arange(size))
    first = FirstEdition(
        model, model.europe.reputation, model.united_states.reputation, model.europe.will
    )
    for second in (crisis.attack, crisis.escalation):
        now = slice(None) if second is crisis.attack else slice(0, 1)
        np.testing.assert_allclose(
            np.broadcast_to(second.intervenes, first.P_E[now].shape), first.P_E[now], **EXACT
        )
        for chi in (0, 1):
            np.testing.assert_allclose(
                *np.broadcast_arrays(second.backs[chi], first.backs[chi][now]), **EXACT
            )
    np.testing.assert_allclose(crisis.response, first.response, **EXACT)
    np.testing.assert_allclose(crisis.escalates, first.e, **EXACT)
    np.testing.assert_allclose(crisis.retaliates, first.rho, **EXACT)
    np.testing.assert_allclose(crisis.answers_firmly, first.P_F, **EXACT)
    np.testing.assert_allclose(crisis.value_of_holding, first.hold, **EXACT)
    assert np.std(first.response, axis=1).min() > 0.05


def learned(b, seen, if_resolute, if_irresolute):
    """Bayes' rule."""
    one, other = (
        np.where(seen, if_resolute, 1 - if_resolute),
        np.where(seen, if_irresolute, 1 - if_irresolute),
    )
    return b * one / (b * one + (1 - b) * other)


@pytest.mark.parametrize("regime", ["at once", "by accession"])
def test_the_same_beliefs_along_a_run(regime):
    """Where nothing that America says or pays is a sign, reputations are the first edition's
    beliefs, month by month, to 1e-12.
    """
    lively = {
        "russia.probe_gain": 0.1,
        "russia.reviews_per_year": 3,
        "regime.deployment.brigades": 8,
        "russia.value_of_prevailing": 0.6,
    }
    model = model_of(NOT_SIGNS | lively | REGIMES[regime])
    europe, size = model.parameters.europe, len(model.worlds)
    b_E, b_A, omega = (
        np.full(size, belief)
        for belief in (europe.prior_resolute, model.parameters.united_states.prior_resolute, 1.0)
    )
    everywhere, probes, firm_answers = np.arange(size), np.zeros(size), np.zeros(size)
    resolute = model.europe.resolute.copy()
    np.testing.assert_allclose(model.europe.reputation, b_E, **EXACT)
    for month in range(1, 10 * 12 + 1):
        model.step()
        if month % 12 == 0:
            uniform = model.chance["renewals"].nth(np.full(size, month // 12 - 1), everywhere)
            n_1, n_0 = europe.renewal_if_resolute, europe.renewal_if_irresolute
            passed = uniform < np.where(resolute, n_1, n_0)
            b_E, omega = (
                learned(b_E, passed, n_1, n_0),
                np.where(passed, omega, omega * europe.will_after_failure),
            )
        soft_chance, firm_chance = FirstEdition(model, b_E, b_A, omega).P_F_by_type
        probed, firm = model.probes > probes, model.histories.firm_answers > firm_answers
        b_E = np.where(probed, learned(b_E, firm, firm_chance, soft_chance), b_E)
        omega = np.where(firm, 1.0, omega)
        probes, firm_answers = model.probes.copy(), model.histories.firm_answers.copy()
        np.testing.assert_allclose(model.europe.reputation, b_E, **EXACT)
        np.testing.assert_array_equal(model.europe.will, omega)
        np.testing.assert_allclose(model.united_states.reputation, b_A, **EXACT)
    np.testing.assert_array_equal(model.europe.resolute, resolute)
    assert firm_answers.sum() > 500
    assert (probes - firm_answers).sum() > 500


def test_coins_tossed_anew_are_the_law_of_attacks_at_reviews():
    """As ξ → ∞ the chance of an attack at a review is that of logit response, in formula.

    As many attack within 4 standard errors.
    """
    model = model_of({"russia.disposition_changes": 1e6, "sampling.designs": 1500})
    expected = variance = reviewed = 0.0
    while model.running:
        before, at_peace = (
            np.copy(model.histories.hazard[Cause.ATTACK]),
            np.flatnonzero(model.at_peace),
        )
        model.step()
        chance = (model.histories.hazard[Cause.ATTACK] - before)[at_peace]
        np.testing.assert_array_equal(model.russia.redraw, 1.0)
        expected, variance, reviewed = (
            expected + chance.sum(),
            variance + (chance * (1 - chance)).sum(),
            reviewed + (chance > 0).sum(),
        )
    attack = np.linspace(0, 1, model.worlds.size)
    np.testing.assert_allclose(
        model.russia.chances_of_disposition(np.arange(model.worlds.size))(0.0, attack),
        attack,
        **EXACT,
    )
    assert reviewed > 10_000
    assert abs((model.cause == 0).sum() - expected) < 4 * np.sqrt(variance)


def test_the_second_edition_is_more_than_the_first():
    """Each limit matters: by default the second edition's chances differ, so that the tests above
    compare something.
    """
    model = sim.CeasefireModel(
        sim.load(BASE, UNCERTAIN | SAMPLING | {"europe.members": MEMBERS}), 2000
    )
    model.years = 4.0
    crisis = model.crisis(np.arange(2000))
    first = FirstEdition(
        model, model.europe.reputation, model.united_states.reputation, model.europe.will
    )
    assert np.abs(crisis.response - first.response).max() > 0.1
