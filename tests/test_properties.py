"""What holds in every state of every scenario.

Probabilities, learning, deterrence, building up, and provisions that commute.
"""

import operator
from datetime import date
from functools import cache, reduce
from typing import Any, ClassVar

import numpy as np
import pytest
from elements import uncertain
from hypothesis import assume, given
from hypothesis import strategies as st

import sim
from sim.actors.choice import (
    bayes,
    drawn_again,
    expected,
    logistic,
    logit_response,
    signalled,
    step_probability,
)
from sim.actors.members import Member
from sim.actors.russia import Challenger
from sim.actors.ukraine import Protege
from sim.calendar import FIRST, LAST
from sim.game.war import War
from sim.guarantee.provisions import Accession, Provision, Regime
from sim.guarantee.terms import NOT_ADDED, TERMS, Moment, Terms
from sim.quantity import SMALLEST, Parameters
from sim.uncertainty import LARGEST

ROUNDING = 1e-12
CHANCE = st.floats(0, 1)
INSIDE = st.floats(1e-6, 1 - 1e-6)
YEARS = st.floats(0, 100)
POSITIVE = st.floats(0.01, 1000)
UTILITIES = st.lists(st.floats(-10, 10), min_size=2, max_size=5).map(np.array)
GRID = (np.arange(10_000) + 0.5) / 10_000
"""Uniform numbers without chance: a share of them is a probability to 1e-4."""


@cache
def legal(block: type[Parameters]) -> st.SearchStrategy[dict]:
    """Any numbers that the schema allows for a block, as a file gives them.

    Extremes included, some left at their defaults.
    """
    numbers, inner = {}, {}
    for name, field in block.model_fields.items():
        if isinstance(field.default, Parameters):
            inner[name] = legal(type(field.default))
        elif name in uncertain(block) and isinstance(extra := field.json_schema_extra, dict):
            numbers[name] = st.floats(
                extra.get("minimum", -LARGEST), extra.get("maximum", LARGEST), allow_subnormal=False
            )
        elif field.annotation is date:
            numbers[name] = st.dates(FIRST, LAST)
    required = {
        name: value for name, value in numbers.items() if block.model_fields[name].is_required()
    }
    return st.fixed_dictionaries(
        required,
        optional={name: value for name, value in (numbers | inner).items() if name not in required},
    )


REGIMES = st.builds(
    operator.or_, legal(Regime), st.fixed_dictionaries({}, optional={"accession": legal(Accession)})
)
MEMBERS = st.lists(legal(Member), min_size=1, max_size=3).map(
    lambda members: [
        member | {"name": str(n), "weight": max(member["weight"], 0.01), "gdp_usd_tn": 1.0 + n}
        for n, member in enumerate(members)
    ]
)
SCENARIOS = st.builds(
    lambda whole, regime, members: (
        whole | {"regime": regime, "europe": whole.get("europe", {}) | {"members": members}}
    ),
    legal(sim.Scenario),
    REGIMES,
    MEMBERS,
)


def chances(model: sim.CeasefireModel) -> dict[str, np.ndarray]:
    """Every probability of this month's game."""
    crisis = model.crisis(np.arange(len(model.worlds)))
    drawn, attack, disputed = model.parameters, crisis.attack, crisis.escalation
    winning = drawn.war.offensive_succeeds(model.ukraine.strength, model.russia.strength)
    by_type = {
        f"{name} of a type {type_}": chance
        for name, types in (
            ("backs alone", attack.backs_by_type[0]),
            ("backs together", attack.backs_by_type[1]),
            ("backs together after an incident", disputed.backs_by_type[1]),
            ("intervenes", attack.intervenes_by_type),
            ("intervenes after an incident", disputed.intervenes_by_type),
            ("answers firmly", crisis.answers_firmly_by_type),
        )
        for type_, chance in enumerate(types)
    }
    return by_type | {
        "backs": np.stack(np.broadcast_arrays(*attack.backs)),
        "intervenes": attack.intervenes,
        "balance": attack.balance,
        "escalates": crisis.escalates,
        "retaliates": crisis.retaliates,
        "response": crisis.response,
        "offensive wins": winning,
        "offensive": drawn.ukraine.starts_offensive(winning, model.terms()),
        "attack wins": crisis.attack_at_once.prevails(0.0, False, 0.0),
    }


@pytest.mark.long
class TestEveryScenario:
    """Whatever numbers a file may give."""

    @given(SCENARIOS, st.integers(0, 30))
    def test_probabilities_are_probabilities(self, scenario, months):
        """Every chance and reputation is within [0, 1] in any legal scenario, after any months,
        without a warning of NumPy.
        """
        model = sim.CeasefireModel(sim.Scenario.model_validate(scenario), 8)
        for _ in range(months):
            model.step()
        shares = {
            "reputation of Europe": model.europe.reputation,
            "reputation of the United States": model.united_states.reputation,
            "will": model.europe.will,
            "ground": model.ground,
            "disposition": model.russia.disposition,
        }
        for name, chance in (chances(model) | shares).items():
            assert np.all((np.asarray(chance) >= 0) & (np.asarray(chance) <= 1)), name
        np.testing.assert_allclose(chances(model)["response"].sum(axis=0), 1, rtol=0, atol=ROUNDING)

    @pytest.mark.parametrize(
        "key", ["commitment.europe", "commitment.united_states", "deployment.brigades"]
    )
    @given(SCENARIOS, st.data(), st.floats(0, 20))
    def test_more_of_a_guarantee_never_defends_less(self, key, scenario, data, years):
        """In a given state P_E(τ), P_A(χ, τ) and P_F(τ) do not fall in a commitment or a deployed
        force.
        """
        provision, name = key.split(".")
        low, high = sorted(
            data.draw(
                st.tuples(*[CHANCE if provision == "commitment" else st.floats(0, LARGEST)] * 2)
            )
        )
        by_amount, first = [], None
        for amount in (low, high):
            regime = scenario["regime"] | {
                provision: scenario["regime"].get(provision, {}) | {name: amount}
            }
            model = sim.CeasefireModel(
                sim.Scenario.model_validate(scenario | {"regime": regime}), 8
            )
            model.years, first = years, first or model
            for actor in ("europe", "united_states"):  # a promise may cost it its reputation
                getattr(model, actor).reputation = getattr(first, actor).reputation
            by_amount.append(
                {chance: value for chance, value in chances(model).items() if "of a type" in chance}
            )
        less, more = by_amount
        for chance in less:
            assert np.all(np.asarray(more[chance]) >= np.asarray(less[chance]) - ROUNDING), chance


class TestChoice:
    """Logit response."""

    @given(UTILITIES, st.floats(1e-6, 10), st.floats(-10, 10))
    def test_it_is_a_distribution_that_a_constant_does_not_change(self, utilities, noise, constant):
        """Probabilities are positive or 0, sum to 1, depend on differences of utility only, and
        rank as utilities do.
        """
        response = logit_response(utilities, noise)
        assert np.all(response >= 0)
        assert response.sum() == pytest.approx(1, abs=ROUNDING)
        moved = logit_response(utilities + constant, noise)
        np.testing.assert_allclose(moved, response, rtol=0, atol=1e-14 / noise + ROUNDING)
        assert np.all(np.diff(response[np.argsort(utilities)]) >= 0)

    @given(UTILITIES)
    def test_without_noise_it_is_the_best_reply(self, utilities):
        """As noise tends to 0 the chance of the best option tends to 1, shared among equals."""
        best = utilities == utilities.max()
        gap = utilities.max() - utilities[~best].max() if not best.all() else 1.0
        assume(gap > 1e-300)  # or a fiftieth of it is no number above 0
        np.testing.assert_allclose(
            logit_response(utilities, gap / 50), best / best.sum(), rtol=0, atol=ROUNDING
        )

    @given(st.floats(-500, 500))
    def test_of_two_options_it_is_logistic(self, gain):
        """σ(x) is the response to a gain x over 0 at noise 1, and σ(x) + σ(-x) = 1."""
        assert logistic(gain) == pytest.approx(
            logit_response(np.array([gain, 0.0]), 1.0)[0], abs=ROUNDING
        )
        assert logistic(gain) + logistic(-gain) == pytest.approx(1, abs=ROUNDING)


class TestLearning:
    """Bayes' rule and the drawing of types."""

    @given(CHANCE, CHANCE, CHANCE)
    def test_belief_is_a_martingale(self, belief, if_resolute, if_irresolute):
        """The posterior's mean over what may be seen is the prior, and a resolute actor expects to
        be believed more (Doob).
        """
        seen, unseen = (
            bayes(belief, if_resolute, if_irresolute),
            bayes(belief, 1 - if_resolute, 1 - if_irresolute),
        )
        assert expected(
            expected(belief, if_resolute, if_irresolute), seen, unseen
        ) == pytest.approx(belief, abs=ROUNDING)
        assert expected(if_resolute, seen, unseen) >= belief - ROUNDING
        assert np.all((np.array([seen, unseen]) >= 0) & (np.array([seen, unseen]) <= 1))

    @pytest.mark.parametrize(
        ("reputation", "if_resolute", "if_irresolute", "after"),
        [(1, 1.6e-16, 1, 1), (1, 1e-17, 1, 1), (0, 1, 1e-17, 0), (1, 0, 1, 1)],
    )
    def test_what_a_type_would_hardly_do_leaves_a_certainty(
        self, reputation, if_resolute, if_irresolute, after
    ):
        """Exactly, however small the chance under the type that others are sure of.

        A reputation above 1 is none.
        """
        assert (
            bayes(np.float64(reputation), np.float64(if_resolute), np.float64(if_irresolute))
            == after
        )

    def test_a_certainty_may_be_a_whole_number(self):
        """Alone or in an array."""
        assert bayes(1, 0.5, 0.2) == 1
        assert bayes(np.array([0, 1]), 0.5, 0.2).tolist() == [0, 1]

    @given(CHANCE, CHANCE)
    def test_types_drawn_again(self, chance, prior):
        """One uniform number keeps the type with 1 - chance and draws it from the prior with
        chance, whatever it was before.
        """
        was_resolute, was_not = (
            drawn_again(np.full(GRID.shape, was), GRID, chance, prior).mean()
            for was in (True, False)
        )
        assert was_resolute == pytest.approx(1 - chance + chance * prior, abs=2e-4)
        assert was_not == pytest.approx(chance * prior, abs=2e-4)
        assert prior * was_resolute + (1 - prior) * was_not == pytest.approx(prior, abs=2e-4)

    @pytest.mark.long
    @pytest.mark.parametrize("regime", ["none", "article5_like", "nato"])
    def test_reputations_are_calibrated(self, regime, scenarios):
        """Where others believe b, a share b is resolute, at 1, 5 and 15 years.

        4 SE in each fifth of reputations, 30 comparisons.

        A type is a fair bet given all that the others have seen, a ceasefire that holds included.
        False alarm 30 x 6.3e-5 = 0.2 %.
        """
        model = sim.CeasefireModel(sim.load(scenarios / f"{regime}.toml"), 10_000)
        while model.steps < 15 * 12:
            model.step()
            if model.steps not in (12, 60, 180):
                continue
            for actor in (model.europe, model.united_states):
                belief, resolute = actor.reputation[model.at_peace], actor.resolute[model.at_peace]
                for group in np.array_split(np.argsort(belief, kind="stable"), 5):
                    error = np.sqrt(np.sum(belief[group] * (1 - belief[group])))
                    assert abs(np.sum(resolute[group] - belief[group])) < 4 * error

    @given(CHANCE, st.floats(-100, 100))
    def test_a_signal_moves_no_certainty(self, prior, log_odds):
        """A reputation after a signal is within [0, 1]; what was certain stays so, however much
        the signal tells against it, without a warning of NumPy.
        """
        assert signalled(np.array([0.0, 1.0]), log_odds).tolist() == [0, 1]
        assert 0 <= signalled(np.float64(prior), log_odds) <= 1


class TestContest:
    """Who would win."""

    @given(st.floats(SMALLEST, 1e15), st.floats(SMALLEST, 1e30), st.floats(0.1, 10))
    def test_somebody_wins(self, one, other, decisiveness):
        """Chances of both sides add up to 1 whatever strengths a file may lead to (arms for 1e12
        brigades, an advantage of 1e9 ...).
        """
        war = War(decisiveness=decisiveness)
        wins, loses = (
            war.prevails(np.float64(one), np.float64(other)),
            war.prevails(np.float64(other), np.float64(one)),
        )
        assert 0 <= wins <= 1
        assert wins + loses == pytest.approx(1, abs=ROUNDING)
        assert (wins >= loses) == (one >= other) or wins == pytest.approx(loses, abs=ROUNDING)


class TestTime:
    """What happens at rates, and what approaches a target."""

    @given(st.floats(0, 50), st.floats(0, 5), st.floats(0, 5))
    def test_steps_compose(self, rate, one, other):
        """Nothing happens in two steps together if it happens in neither.

        A small chance is the rate times the time.
        """
        together = 1 - (1 - step_probability(rate, one)) * (1 - step_probability(rate, other))
        assert step_probability(rate, one + other) == pytest.approx(together, abs=ROUNDING)
        assert (
            0
            <= rate * one - step_probability(rate, one) + ROUNDING
            <= (rate * one) ** 2 / 2 + 2 * ROUNDING
        )

    @given(POSITIVE, POSITIVE, POSITIVE, YEARS, YEARS)
    def test_strength_approaches_its_target(self, strength, target, half_life, one, other):
        """Of both armies: monotone, never past the target, half of the gap in a half-life, and two
        steps are one.
        """
        russia, ukraine = (
            Challenger(strength_target=target, reconstitution_half_life=half_life),
            Protege(buildup_half_life=half_life),
        )
        for after in (
            lambda strength, years: russia.strength_after(strength, russia.gap_left(years)),
            lambda strength, years: ukraine.strength_after(
                strength, target, ukraine.gap_left(years)
            ),
        ):
            now, soon, later = strength, after(strength, one), after(strength, one + other)
            assert min(now, target) * (1 - ROUNDING) <= soon <= max(now, target) * (1 + ROUNDING)
            assert abs(later - target) <= abs(soon - target) + ROUNDING * max(strength, target)
            assert after(soon, other) == pytest.approx(later, rel=ROUNDING)
            assert after(strength, half_life) == pytest.approx(
                (strength + target) / 2, rel=ROUNDING
            )


PROVISIONS = {
    name: type(field.default)
    for name, field in Regime.model_fields.items()
    if isinstance(field.default, Provision)
}
NEUTRAL = {
    "monitoring": {"quality": 0, "attribution": 0},
    "response": {"europe_days": 0, "united_states_days": 0},
}
"""Some monitoring is the default, since the line of contact was never without observers.

And help takes its time.
"""
WHEN = Moment(
    now=2.0,
    ahead=np.array([0.0, 1.0, 5.0])[:, None],
    entered=np.array([True, False, True, False]),
    successor=np.array([True, True, False, False]),
    renewed=np.array([False, True, True, False]),
    voided=np.array([False] * 3 + [True]),
    step=1 / 12,
)
"""Two years after the signature, three nodes, four worlds."""


class _Ordered:
    """What the terms of a regime are made of, for provisions in any order and number."""

    standing = Regime.standing
    joined: ClassVar = {}
    takes_part = Regime.takes_part
    _contributions = Regime._contributions
    accession = Accession(start=1, mean_years=2, veto=0.2, interim=0.3)


def certain(provision: Provision) -> Provision:
    """The provision with the median of what is uncertain by default."""
    return provision.drawn(
        {
            name: float(uncertain.quantile(np.array(0.5)))
            for name, uncertain in provision.uncertain().items()
        }
    )


def of_the_game(terms: Terms) -> dict[str, Any]:
    """All terms but those that provisions bring with them."""
    return {name: value for name, value in vars(terms).items() if name != "own"}


def terms_of(provisions: list[Provision], wanted: frozenset[str] = TERMS) -> Terms:
    """The terms of a regime with these provisions in this order, the same kind as often as it
    comes, before an accession.
    """
    fields = {f"provision_{n}": provision for n, provision in enumerate(provisions)}
    regime = type("Ordered", (_Ordered,), {"model_fields": fields, **fields})
    return Regime.terms(regime(), WHEN, wanted)


@st.composite
def of_every_kind(draw: st.DrawFn, times: int) -> list[Provision]:
    """Any provisions, of every kind that there is so many times."""
    kinds = list(PROVISIONS.values()) * times
    return [certain(kind.model_validate(draw(legal(kind)))) for kind in kinds]


def test_provisions_are_found():
    """The tests below are of every provision that a regime may have."""
    others = {
        name for name in Regime.model_fields if name not in PROVISIONS and name != "accession"
    }
    assert PROVISIONS
    assert not others, f"what kind of provision is {', '.join(others)}?"


class TestEveryProvision:
    """What holds for every provision, present and future."""

    @pytest.mark.parametrize("name", PROVISIONS)
    def test_neutral_unless_a_scenario_says_so(self, name):
        """A provision that is left out changes no term."""
        terms = terms_of([PROVISIONS[name].model_validate(NEUTRAL.get(name, {}))])
        assert all(
            np.all(getattr(terms, term) == neutral) for term, neutral in vars(Terms()).items()
        )

    @given(of_every_kind(2), st.data())
    def test_composes_in_any_order(self, provisions, data):
        """Two of every kind give the same terms in any order."""
        one, other = terms_of(provisions), terms_of(data.draw(st.permutations(provisions)))
        for term in TERMS:
            np.testing.assert_allclose(
                getattr(other, term), getattr(one, term), rtol=ROUNDING, err_msg=term
            )
        assert one.own.keys() == other.own.keys()
        for term, value in one.own.items():
            np.testing.assert_allclose(other.own[term], value, rtol=ROUNDING, err_msg=term.changes)

    @given(of_every_kind(2))
    def test_joins_what_is_there(self, provisions):
        """Each term of a regime is what its provisions contribute, joined by the operation that the
        term is declared with.
        """
        alone = [of_the_game(terms_of([provision])) for provision in provisions]
        for term, value in of_the_game(terms_of(provisions)).items():
            joined = reduce(NOT_ADDED.get(term, operator.add), (terms[term] for terms in alone))
            np.testing.assert_allclose(value, joined, rtol=ROUNDING, err_msg=term)

    @given(of_every_kind(1))
    def test_a_term_alone_is_what_it_is_among_all(self, provisions):
        """A provision that is left out where other terms are wanted contributes nothing to this."""
        for term, value in of_the_game(terms_of(provisions)).items():
            alone = terms_of(provisions, frozenset({term}))
            np.testing.assert_array_equal(getattr(alone, term), value, err_msg=term)


class TestAccession:
    """A regime that enters into force later, or never."""

    @given(st.floats(0, 20), st.floats(0.1, 20), CHANCE, CHANCE, st.floats(0, 30))
    def test_in_force_grows_from_interim(self, start, mean, veto, interim, now):
        """f is between interim and 1 and grows with foresight up to the chance of no veto.

        It is 1 from entry on.
        """
        accession = Accession(start=start, mean_years=mean, veto=veto, interim=interim)
        at = Moment(
            now, np.linspace(0, 200, 50)[:, None], entered=np.array([False, True]), successor=False
        )
        before, after = accession.standing(at).in_force.T
        assert np.all(after == 1)
        assert before[0] == pytest.approx(interim, abs=ROUNDING)
        assert np.all(np.diff(before) >= 0)
        assert before[-1] <= interim + (1 - interim) * (1 - veto) + ROUNDING

    @given(CHANCE, CHANCE, CHANCE, CHANCE)
    def test_a_promise_goes_from_the_interim_to_the_full_one(self, interim, full, share, promised):
        """I + (L - I) x, with I = i L where no interim promise is stated.

        The full one once in force.
        """
        accession = Accession(start=0, mean_years=1, veto=0, interim=share, interim_europe=interim)
        for years in (0.0, 0.7, 3.0, 100.0):
            at = accession.standing(
                Moment(0.0, years, entered=np.array([False, True]), successor=False)
            )
            x = 1 - np.exp(-years)
            np.testing.assert_allclose(
                at.promised(full, at.interim_europe),
                [interim + (full - interim) * x, full],
                rtol=0,
                atol=ROUNDING,
            )
            np.testing.assert_allclose(
                at.promised(promised, at.interim_united_states),
                [promised * (share + (1 - share) * x), promised],
                rtol=0,
                atol=ROUNDING,
            )

    @given(st.floats(0, 5), st.floats(0.1, 10), INSIDE, st.floats(0, 20))
    def test_what_is_expected_is_what_happens(self, start, mean, veto, years):
        """At the signature, the share in force expected in some years is the share of regimes that
        enter by then.
        """
        accession = Accession(start=start, mean_years=mean, veto=veto)
        enters = np.mean(accession.entry(GRID, np.ones_like(GRID)) <= years)
        never = np.mean(np.isinf(accession.entry(np.zeros_like(GRID), GRID)))
        expected_by_then = accession.entered_by(Moment(0.0, years, entered=False, successor=False))
        assert expected_by_then == pytest.approx((1 - never) * enters * (years > 0), abs=3e-4)
