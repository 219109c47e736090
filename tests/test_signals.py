"""Signals: whoever sees one learns by Bayes' rule, so that a reputation is a fair bet before and
after it.
"""

from datetime import date
from pathlib import Path

import mesa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.actors.europe import FrontLineDefender
from sim.actors.united_states import Backstop
from sim.agents.europe import EuropeanCoalition
from sim.agents.united_states import UnitedStates
from sim.calendar import Calendar
from sim.guarantee.provisions import Regime
from sim.guarantee.terms import Moment

EXACT = {"rtol": 0, "atol": 1e-12}
SE = 4
"""Bound in standard errors; a right model with a fresh seed breaks one comparison with a chance of
6.3e-5.
"""
BASE = Path(__file__).parents[1] / "scenarios" / "base.toml"
CHANCE, INSIDE = st.floats(0, 1), st.floats(0.001, 0.999)
UNIFORM = (np.arange(10_000) + 0.5) / 10_000
"""Uniform numbers without chance."""
LOW, HIGH = np.zeros(1), np.full(1, np.nextafter(1, 0))
"""The uniform numbers of something that happens if it can, and does not happen unless it must."""


def certain(block):
    """The block with the median of each number that is uncertain."""
    return block.drawn(
        {
            key: float(uncertain.quantile(np.array(0.5)))
            for key, uncertain in block.uncertain().items()
        }
    )


def america(reputation, *, resolute=True, **values):
    """One world with this reputation of the United States."""
    agent = UnitedStates(mesa.Model(), certain(Backstop(**values)), 0.0, UNIFORM[:1])
    agent.reputation, agent.resolute = np.full(1, reputation), np.full(1, resolute)
    return agent


def coalition(reputation, *, resolute=True, **values):
    """One world with this reputation of the coalition."""
    agent = EuropeanCoalition(
        mesa.Model(), certain(FrontLineDefender(**values)), 0.0, 0.0, UNIFORM[:1]
    )
    agent.reputation, agent.resolute = np.full(1, reputation), np.full(1, resolute)
    return agent


def both(if_resolute, if_irresolute):
    """What makes an event come, and what makes it stay out, where that is possible.

    A uniform number, and a type.
    """
    return (LOW, if_resolute >= if_irresolute), (HIGH, if_resolute <= if_irresolute)


def mean(reputation, if_resolute, if_irresolute, seen, unseen):
    """Over what may be seen, as those expect it who hold the reputation."""
    chance = reputation * if_resolute + (1 - reputation) * if_irresolute
    return (chance * seen if chance > 0 else 0) + ((1 - chance) * unseen if chance < 1 else 0)


class TestFairBets:
    """The mean of the reputation after a signal is the reputation before it, by formula, for any
    numbers.
    """

    @given(CHANCE, CHANCE, CHANCE, INSIDE)
    def test_what_an_administration_says(self, reputation, prior, swing, accuracy):
        """After the swing's shrinkage: π + (b - π)(1 - e)."""
        given_ = {"prior_resolute": prior, "election_swing": swing, "signal_accuracy": accuracy}
        shrunk = prior + (reputation - prior) * (1 - swing)
        after = []
        for says in (LOW, HIGH):
            agent = america(reputation, **given_)
            agent.hold_election(np.ones(1, dtype=bool), HIGH, says)
            after.append(agent.reputation[0])
        assert mean(shrunk, accuracy, 1 - accuracy, *after) == pytest.approx(shrunk, abs=1e-12)

    @given(CHANCE, CHANCE, CHANCE)
    def test_the_vote_of_funds(self, reputation, if_resolute, if_irresolute):
        """And where no funds are due, nobody learns anything, and none are short."""
        after = []
        for uniform, resolute in both(if_resolute, if_irresolute):
            agent = america(
                reputation,
                resolute=resolute,
                funds_if_resolute=if_resolute,
                funds_if_irresolute=if_irresolute,
            )
            agent.vote_funds(np.zeros(1, dtype=bool), uniform)
            assert (agent.reputation[0], agent.funds_passed[0]) == (reputation, True)
            agent.vote_funds(np.ones(1, dtype=bool), uniform)
            after.append(agent.reputation[0])
        assert mean(reputation, if_resolute, if_irresolute, *after) == pytest.approx(
            reputation, abs=1e-12
        )

    @given(CHANCE, CHANCE, CHANCE)
    def test_the_renewal_of_a_deployment(self, reputation, if_resolute, if_irresolute):
        """A failed one shrinks the will; without a deployment nothing happens."""
        after = []
        for uniform, resolute in both(if_resolute, if_irresolute):
            agent = coalition(
                reputation,
                resolute=resolute,
                renewal_if_resolute=if_resolute,
                renewal_if_irresolute=if_irresolute,
            )
            agent.face_renewal(np.zeros(1, dtype=bool), uniform)
            assert (agent.reputation[0], agent.will[0]) == (reputation, 1.0)
            agent.face_renewal(np.ones(1, dtype=bool), uniform)
            after.append(agent.reputation[0])
        assert mean(reputation, if_resolute, if_irresolute, *after) == pytest.approx(
            reputation, abs=1e-12
        )

    @given(CHANCE, CHANCE, CHANCE)
    def test_the_answer_to_a_probe(self, reputation, if_resolute, if_irresolute):
        """A firm one restores the will."""
        after = []
        for uniform, resolute in both(if_resolute, if_irresolute):
            agent = coalition(reputation, resolute=resolute)
            agent.will[:] = 0.5
            firm = agent.answer_probe(
                np.zeros(1, dtype=np.intp),
                np.full(1, if_resolute),
                np.full(1, if_irresolute),
                uniform,
            )
            assert agent.will[0] == (1.0 if firm[0] else 0.5)
            after.append(agent.reputation[0])
        assert mean(reputation, if_resolute, if_irresolute, *after) == pytest.approx(
            reputation, abs=1e-12
        )

    @given(INSIDE, st.floats(0, 2), CHANCE, CHANCE, st.floats(0, 30), st.floats(0.5, 4))
    def test_a_promise_and_a_force(self, prior, tells, europe, united_states, force, half):
        """The type is drawn with the chance σ(logit π + ζ(L + n/(n + F½))) that they signal, and
        that is the reputation.
        """
        model = mesa.Model()
        coalition = EuropeanCoalition(
            model,
            FrontLineDefender(prior_resolute=prior, promise_tells=tells, tripwire_half_force=half),
            europe,
            force,
            UNIFORM,
        )
        backstop = UnitedStates(
            model, Backstop(prior_resolute=prior, promise_tells=tells), united_states, UNIFORM
        )
        for agent, log_odds in (
            (coalition, europe + force / (force + half)),
            (backstop, united_states),
        ):
            signalled = 1 / (1 + np.exp(-(np.log(prior / (1 - prior)) + tells * log_odds)))
            np.testing.assert_allclose(agent.reputation, signalled, **EXACT)
            assert agent.resolute.mean() == pytest.approx(signalled, abs=1e-4)

    @given(CHANCE, CHANCE, CHANCE, CHANCE)
    def test_a_member_that_votes(self, reputation, prior, swing, share):
        """With chance e share the type is drawn again from π, and the reputation moves with it.

        As often resolute as believed.
        """
        agent, after = (
            coalition(reputation, prior_resolute=prior, election_swing=swing),
            prior + (reputation - prior) * (1 - swing * share),
        )
        agent.resolute = np.random.default_rng(1).permutation(UNIFORM) < reputation
        agent.turn(np.full(UNIFORM.shape, share), UNIFORM)
        np.testing.assert_allclose(agent.reputation, after, **EXACT)
        assert agent.resolute.mean() == pytest.approx(after, abs=0.03)


EVENTFUL = {
    "regime.commitment.europe": {"uniform": [0, 1]},
    "regime.commitment.united_states": {"uniform": [0, 1]},
    "regime.deployment.brigades": {"uniform": [0, 8]},
    "regime.arms.package_usd_bn": 60,
    "russia.probe_gain": 0.1,
    "russia.cost_of_war": 1.5,
    "sampling.designs": 1000,
    "sampling.replicates": 8,
    "sampling.horizon_years": 8,
}
"""Many probes and hardly an end, so that most worlds see most signals."""


class TestInARun:
    """Along the histories of a scenario."""

    def test_types_are_as_often_resolute_as_believed(self):
        """After every month, of both, in each fifth of reputations.

        8 x 12 x 2 x 5 comparisons at 5 errors, false alarm 6e-4.
        """
        scenario = sim.load(BASE, EVENTFUL)
        model = sim.CeasefireModel(scenario, scenario.sampling.worlds)
        while model.running:
            for actor in (model.europe, model.united_states):
                for group in np.array_split(np.argsort(actor.reputation, kind="stable"), 5):
                    believed = actor.reputation[group]
                    error = np.sqrt(np.sum(believed * (1 - believed)))
                    assert abs(np.sum(actor.resolute[group] - believed)) <= 5 * error + 1e-9
            model.step()
        assert model.at_peace.mean() > 0.5

    @pytest.mark.parametrize(
        ("owner", "signal", "shrinks"),
        [
            ("united_states", "hold_election", True),
            ("united_states", "vote_funds", False),
            ("europe", "face_renewal", False),
            ("europe", "answer_probe", False),
        ],
    )
    def test_a_signal_moves_no_reputation_on_average(self, owner, signal, shrinks, monkeypatch):
        """Summed over every such signal of 8,000 histories, within 4 standard errors of independent
        increments (a martingale).
        """
        scenario = sim.load(BASE, EVENTFUL)
        model = sim.CeasefireModel(scenario, scenario.sampling.worlds)
        actor, moves = getattr(model, owner), []
        original = getattr(actor, signal)

        def watched(held, *arguments):
            before = actor.reputation.copy()
            if shrinks:
                parameters = actor.parameters
                before += np.where(
                    held, (parameters.prior_resolute - before) * parameters.election_swing, 0
                )
            answer = original(held, *arguments)
            moves.append((actor.reputation - before)[np.asarray(held)])
            return answer

        monkeypatch.setattr(actor, signal, watched)
        while model.running:
            model.step()
        moved = np.concatenate(moves)
        assert np.mean(moved != 0) > 0.9
        assert abs(moved.sum()) < SE * np.sqrt(np.sum(moved**2))

    def test_only_elections_move_a_reputation_that_nothing_tells_of(self):
        """With ψ = ½, equal chances of funds and renewals and no probes, it tends to π by the swing
        alone.
        """
        silent = {
            "united_states.signal_accuracy": 0.5,
            "united_states.funds_if_irresolute": 0.97,
            "europe.renewal_if_irresolute": 0.98,
            "russia.reviews_per_year": 0,
            "united_states.next_election": date(2027, 11, 15),
            "united_states.election_interval": 1,
        }
        model = sim.CeasefireModel(sim.load(BASE, EVENTFUL | silent), 500)
        us, votes = model.parameters.united_states, 0
        first = model.united_states.reputation.copy()
        while model.running:
            model.step()
            votes += model.steps % 12 == 11
            kept = (1 - us.election_swing) ** votes
            np.testing.assert_allclose(
                model.united_states.reputation,
                us.prior_resolute + (first - us.prior_resolute) * kept,
                **EXACT,
            )


def outcome(changes, **attributes):
    """Of 1,000 histories: how and when they ended, and how often Russia probed."""
    scenario = sim.load(
        BASE,
        {"sampling.designs": 250, "sampling.replicates": 4, "sampling.horizon_years": 12} | changes,
    )
    model = sim.CeasefireModel(scenario, scenario.sampling.worlds)
    for name, value in attributes.items():
        setattr(model, name, value)
    while model.running:
        model.step()
    return np.stack([model.cause, model.years_held, model.probes, model.histories.firm_answers])


PROMISE = {
    "regime.commitment.europe": 0.9,
    "regime.commitment.united_states": 0.8,
    "regime.commitment.conditional": 0.5,
}
TELLS_NOTHING = {
    "europe.promise_tells": 0,
    "united_states.promise_tells": 0,
    "russia.terms_follow_power": 0,
}
"""A promise is no signal, and no terms were struck on the balance that it made."""


class TestPromises:
    """What becomes of a promise."""

    @pytest.mark.long
    def test_certain_to_lapse_tomorrow_it_deters_like_none(self):
        """The same histories to the bit, where giving it told nothing.

        A promise that is renewed for certain is one without a term.
        """
        tomorrow = PROMISE | TELLS_NOTHING | {"regime.commitment.term_years": 1 / 365.25}
        none = outcome(TELLS_NOTHING)
        np.testing.assert_array_equal(outcome(tomorrow | {"regime.commitment.renewal": 0}), none)
        for_good = outcome(PROMISE | TELLS_NOTHING)
        np.testing.assert_array_equal(
            outcome(tomorrow | {"regime.commitment.renewal": 1}), for_good
        )
        assert (for_good[1] > none[1]).mean() > 0.2

    def test_of_a_certain_lapse_ahead_no_later_node_has_any_promise(self):
        """Today it stands in full; at every year of foresight after its end the game is that of no
        promise, to the bit.
        """
        lapsing, none = (
            sim.CeasefireModel(sim.load(BASE, TELLS_NOTHING | changes), 200).crisis(np.arange(200))
            for changes in (
                PROMISE | {"regime.commitment.term_years": 0.5, "regime.commitment.renewal": 0},
                {},
            )
        )
        np.testing.assert_array_equal(lapsing.attack.value[1:], none.attack.value[1:])
        assert np.all(lapsing.attack.value[0] < none.attack.value[0])

    @pytest.mark.parametrize(
        ("years", "ahead", "share"),
        [(0, 9.99, 1), (0, 10, 0.3), (9, 1, 0.3), (10, 0, None), (9.99, 0, 1), (15, 5, None)],
    )
    def test_a_term(self, years, ahead, share):
        """Before its end it holds; for a moment after it, it holds with y until the end has come,
        and then as it turned out.
        """
        commitment = certain(
            Regime.model_validate({"commitment": {"europe": 1, "term_years": 10, "renewal": 0.3}})
        )
        renewed = np.array([True, False])
        terms = commitment.terms(
            Moment(years, ahead, entered=True, successor=False, renewed=renewed)
        )
        np.testing.assert_allclose(
            terms.europe_promised * np.ones(2), renewed if share is None else share, **EXACT
        )

    def test_as_many_are_renewed_as_were_expected(self):
        """Share y of 8,000 worlds within 4 errors, one number a world for all terms."""
        model = sim.CeasefireModel(
            sim.load(BASE, PROMISE | {"regime.commitment.renewal": 0.3}), 8000
        )
        assert abs(model.renewed.mean() - 0.3) < SE * np.sqrt(0.21 / 8000)

    @pytest.mark.long
    def test_ratified_it_is_untouched_by_elections(self):
        """What is law binds every successor; of what is not, each feels bound by ι, from the first
        election on.
        """
        for ratified, share in ((1, 1), (0, 0.4), (0.5, 0.7)):
            law = {
                "regime.commitment.united_states": 0.8,
                "regime.commitment.ratified": ratified,
                "regime.commitment.inherited": 0.4,
            }
            model = sim.CeasefireModel(sim.load(BASE, law), 3)
            election = Calendar().years_until(date(2028, 11, 7))
            for years in np.arange(0, 9, 0.25):
                model.years = float(years)
                np.testing.assert_allclose(
                    model.terms().united_states_promised,
                    0.8 * (share if years >= election else 1),
                    **EXACT,
                )
        bound = PROMISE | {"regime.commitment.ratified": 1}
        np.testing.assert_array_equal(
            *(
                outcome(bound | {"regime.commitment.inherited": inherited})
                for inherited in (0.0, 1.0)
            )
        )

    def test_voidable_only_if_its_text_says_so(self):
        """With ς = 0, or where blame is always settled, no promise is voided.

        Else some are, for good, and nothing is left of it.
        """
        lively = PROMISE | {
            "war.incidents_per_year": 4,
            "ukraine.retaliation_value": 0.2,
            "sampling.designs": 100,
            "sampling.replicates": 10,
        }
        for clause, attribution, voids in ((0.5, 0.3, True), (0, 0.3, False), (0.5, 1, False)):
            given_ = lively | {
                "regime.commitment.voidable": clause,
                "regime.monitoring.attribution": attribution,
            }
            model = sim.CeasefireModel(sim.load(BASE, given_), 1000)
            voided = np.zeros(1000, dtype=bool)
            for _ in range(48):
                model.step()
                assert np.all(model.voided >= voided)
                voided = model.voided.copy()
            assert voided.any() == voids
            promised = np.broadcast_to(model.terms().europe_promised, voided.shape)
            assert not promised[voided].any()
            assert promised[~voided].all()

    @pytest.mark.long
    def test_a_promise_that_holds_until_entry_is_independent_of_it(self):
        """With the whole promise as the interim one, it does not matter when the regime enters into
        force, if it only promises.
        """
        waiting = PROMISE | {
            "regime.accession.start": 2,
            "regime.accession.mean_years": 3,
            "regime.accession.veto": 0.3,
        }
        whole = {
            "regime.accession.interim_europe": 0.9,
            "regime.accession.interim_united_states": 0.8,
        }
        np.testing.assert_array_equal(outcome(waiting | whole), outcome(PROMISE))
        assert not np.array_equal(outcome(waiting), outcome(PROMISE))


class TestNeutralNumbers:
    """At the end of its range a number takes away what it is there for."""

    def test_attribution_of_everything_makes_blame_uncontested(self):
        """ℓ⁻ = ℓ with a = 1, and with j = 0; with neither, less."""
        for changes, same in (
            ({"regime.monitoring.attribution": 1}, True),
            ({"war.contested_blame": 0}, True),
            ({}, False),
        ):
            crisis = sim.CeasefireModel(sim.load(BASE, PROMISE | changes), 50).crisis(np.arange(50))
            for promised in ("europe_promised", "united_states_promised"):
                disputed, undisputed = (
                    getattr(situation, promised) * np.ones(50)
                    for situation in (crisis.escalation, crisis.attack_at_once)
                )
                assert np.array_equal(disputed, undisputed) == same
                assert np.all(disputed <= undisputed)

    def test_a_response_at_once_loses_nothing(self):
        """β = 1 for 0 days, ½ for D½, and smaller from then on."""
        at_once, late = (
            sim.CeasefireModel(
                sim.load(
                    BASE,
                    {
                        "regime.response.europe_days": days,
                        "regime.response.united_states_days": days,
                        "war.opening_days": 30,
                    },
                ),
                2,
            ).crisis(np.arange(2))
            for days in (0, 30)
        )
        assert (at_once.attack.europe_in_time, at_once.attack.united_states_in_time) == (1.0, 1.0)
        assert (late.attack.europe_in_time, late.attack.united_states_in_time) == (0.5, 0.5)

    def test_a_zone_that_warns_of_everything_leaves_no_surprise(self):
        """R_χ = R with ŵ = 1."""
        crisis = sim.CeasefireModel(sim.load(BASE, {"regime.separation.warning": 1}), 50).crisis(
            np.arange(50)
        )
        np.testing.assert_array_equal(crisis.attack.attacker, crisis.russia_strength)
        np.testing.assert_array_equal(
            outcome({"regime.separation.warning": 1, "war.surprise": 0.4}),
            outcome({"regime.separation.warning": 0, "war.surprise": 0.0}),
        )

    def test_ground_is_lost_with_soft_answers_only(self):
        """Γ = (1 - ε)^(soft answers so far)."""
        model = sim.CeasefireModel(sim.load(BASE, EVENTFUL), 1000)
        for _ in range(60):
            model.step()
        soft = model.probes - model.histories.firm_answers
        assert soft.max() > 2
        np.testing.assert_allclose(
            model.ground, (1 - model.parameters.war.ground_lost_to_probes) ** soft, rtol=1e-12
        )
