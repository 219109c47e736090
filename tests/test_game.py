"""The month's game against a second implementation: model.md, section 3, in plain Python, one world and one node at a time."""

import math
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from elements import MODELLED, PROVISIONS, assert_all_have_data
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.game.crisis import Crisis
from sim.game.war import War
from sim.quantity import Parameters

BASE = Path(__file__).parents[1] / "scenarios" / "base.toml"
EXACT = {"rtol": 0, "atol": 1e-12}
WORLDS = 3


def sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x))


class ByHand:
    """What model.md, section 3 says of one world of a model, symbol by symbol."""

    def __init__(self, model: sim.CeasefireModel, world: int) -> None:
        """Read the numbers of this world only."""

        def numbers(block: Parameters) -> SimpleNamespace:
            return SimpleNamespace(**{name: float(value[world]) if isinstance(value, np.ndarray) else value for name, value in block})

        drawn = model.drawn
        self.russia, self.ukraine, self.war = numbers(drawn.russia), numbers(drawn.ukraine), numbers(drawn.war)
        self.europe, self.us = numbers(drawn.europe), numbers(drawn.united_states)
        self.members = [numbers(member) for member in drawn.europe.members]
        self.regime = SimpleNamespace(**{name: block and numbers(block) for name, block in drawn.regime})
        self.t, self.entered = model.years, bool(model.entry[world] <= model.years)
        self.R, self.U, self.omega = (float(each[world]) for each in (model.russia.strength, model.ukraine.strength, model.europe.will))
        self.V, self.kappa = float(model.russia.value_of_prevailing[world]), float(model.russia.insecurity[world])
        self.b_E, self.b_A = float(model.europe.belief[world]), float(model.united_states.belief[world])

    def f(self, h):
        accession = self.regime.accession
        if accession is None:
            return 1.0
        if self.entered:
            x = 1.0
        elif h == 0:
            x = 0.0
        else:
            x = (1 - accession.veto) * (1 - math.exp(-max(0.0, self.t + h - max(accession.start, self.t)) / accession.mean_years))
        return accession.interim + (1 - accession.interim) * x

    def F(self, h):
        deployment = self.regime.deployment
        y = 1.0 if self.regime.accession is None else self.f(h)
        return deployment.brigades * y * (1 - 2 ** (-(self.t + h) / deployment.half_life)) * self.omega

    def R_(self, h):
        target = self.russia.strength_target
        return target + (self.R - target) * 2 ** (-h / self.russia.reconstitution_half_life)

    def U_(self, h):
        target = self.ukraine.strength_target + self.regime.arms.package_usd_bn / self.ukraine.brigade_cost
        if self.regime.force_limit.brigades is not None:
            target = min(self.regime.force_limit.brigades, target)
        return target + (self.U - target) * 2 ** (-h / self.ukraine.buildup_half_life)

    def P_A_type(self, h, chi, tau):
        us = self.us
        return sigma(
            (
                us.stake
                + us.audience_cost * self.regime.commitment.united_states * self.f(h)
                + us.follow_europe * (chi - 0.5)
                - us.resolve_gap * (1 - tau)
            )
            / us.choice_noise
        )

    def P_A(self, h, chi):
        return self.b_A * self.P_A_type(h, chi, 1) + (1 - self.b_A) * self.P_A_type(h, chi, 0)

    def o(self):
        return sum(each.weight * each.resolve_offset for each in self.members) / sum(each.weight for each in self.members)

    def tripwire(self, h):
        return self.europe.tripwire * self.F(h) / (self.F(h) + self.europe.tripwire_half_force)

    def P_E_type(self, h, tau):
        europe = self.europe
        return sigma(
            (
                europe.stake
                + self.o()
                + europe.audience_cost * self.regime.commitment.europe * self.f(h)
                + self.tripwire(h)
                + europe.backing * self.P_A(h, 1)
                - europe.resolve_gap * (1 - tau)
            )
            / europe.choice_noise
        )

    def P_E(self, h):
        return self.b_E * self.P_E_type(h, 1) + (1 - self.b_E) * self.P_E_type(h, 0)

    def p(self, h, D):
        m = self.war.decisiveness
        return self.R_(h) ** m / (self.R_(h) ** m + D**m)

    def backed(self, D):
        return D * (1 + self.us.enabling) + self.us.brigades

    def D(self, h, chi):
        B = sum(each.brigades * each.reliability for each in self.members)
        allies = self.F(h) + B if chi else 0.0
        return self.war.defence_advantage * (self.U_(h) + self.regime.commitment.resupply * self.f(h) + allies)

    def W(self, h, chi):
        D, P_A = self.D(h, chi), self.P_A(h, chi)
        return P_A * (self.p(h, self.backed(D)) * self.V - self.russia.cost_of_fighting_us) + (1 - P_A) * self.p(h, D) * self.V

    def A(self, h):
        P_E, russia = self.P_E(h), self.russia
        return (
            P_E * (self.W(h, 1) - russia.cost_of_fighting_europe)
            + (1 - P_E) * self.W(h, 0)
            - russia.cost_of_war
            - self.regime.sanctions.snapback * self.f(h)
        )

    def Q(self, h):
        return self.russia.status_quo_value + (self.regime.reassurance.value - self.regime.provocation.value * self.f(h)) * self.kappa

    def hold(self):
        H, delta = self.russia.foresight, self.russia.discount_factor

        def reconsider(h, X):
            q = sigma((self.A(h) - X) / self.russia.choice_noise)
            return q * self.A(h) + (1 - q) * X

        X = reconsider(H[-1], self.Q(H[-1]))
        for earlier, later in reversed(list(pairwise(H))):
            waited = delta ** (later - earlier)
            X = reconsider(earlier, (1 - waited) * self.Q(earlier) + waited * X)
        return (1 - delta ** H[0]) * self.Q(0) + delta ** H[0] * X

    def e(self):
        return sigma((self.A(0) - self.hold()) / self.russia.choice_noise)

    def rho(self):
        ukraine = self.ukraine
        return sigma((ukraine.retaliation_value - self.e() * ukraine.cost_of_war * (1 - self.P_E(0) / 2)) / ukraine.choice_noise)

    def P_F_type(self, tau):
        europe = self.europe
        return sigma(
            (europe.firmness + self.o() + self.regime.commitment.europe * self.f(0) + self.tripwire(0) - europe.resolve_gap * (1 - tau))
            / europe.choice_noise
        )

    def P_F(self):
        return self.b_E * self.P_F_type(1) + (1 - self.b_E) * self.P_F_type(0)

    def probe(self):
        gain = self.russia.probe_gain * (1 - self.P_F()) - self.russia.probe_cost * self.P_F()
        return self.hold() + gain + self.rho() * self.e() * (self.A(0) - self.hold())

    def response(self):
        weights = [math.exp((utility - self.hold()) / self.russia.choice_noise) for utility in (self.A(0), self.hold(), self.probe())]
        return [weight / sum(weights) for weight in weights]

    def offensive(self):
        ukraine, m = self.ukraine, self.war.decisiveness
        p_U = self.U**m / (self.U**m + (self.war.defence_advantage * self.R) ** m)
        forfeited = self.regime.commitment.conditional * self.regime.commitment.europe * self.f(0)
        return sigma((p_U * ukraine.value_of_recovery - ukraine.cost_of_war - forfeited - ukraine.status_quo_value) / ukraine.choice_noise)

    def everything(self):
        """All of it, in one row; nodes from now on."""
        nodes = (0.0, *self.russia.foresight)
        return [
            *(self.P_A_type(h, chi, tau) for chi in (0, 1) for tau in (0, 1) for h in nodes),
            *(self.P_E_type(h, tau) for tau in (0, 1) for h in nodes),
            *map(self.P_E, nodes),
            *map(self.A, nodes),
            self.hold(),
            self.e(),
            self.rho(),
            self.P_F_type(0),
            self.P_F_type(1),
            self.probe(),
            *self.response(),
            self.offensive(),
        ]


def everything(model: sim.CeasefireModel) -> np.ndarray:
    """The same rows from the project, (world, quantity)."""
    everywhere = np.arange(len(model.worlds))
    crisis, drawn = model.crisis(everywhere), model.drawn
    winning = drawn.war.offensive_succeeds(model.ukraine.strength, model.russia.strength)
    offensive = drawn.ukraine.starts_offensive(winning, drawn.regime.terms(model.years, 0.0, model.entered(everywhere)))
    by_node = (*crisis.backs_by_type[0], *crisis.backs_by_type[1], *crisis.intervenes_by_type, crisis.intervenes, crisis.value_of_attacking)
    now = (
        crisis.value_of_holding,
        crisis.escalates,
        crisis.retaliates,
        *crisis.answers_firmly_by_type,
        crisis.value_of_probing,
        *crisis.response,
        offensive,
    )
    shape = (len(model.ahead), len(everywhere))
    return np.vstack([*(np.broadcast_to(each, shape) for each in by_node), *(np.broadcast_to(each, shape[1:]) for each in now)]).T


def between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False)


def table(**ranges: tuple[float, float]) -> st.SearchStrategy[dict[str, float]]:
    return st.fixed_dictionaries({name: between(*limits) for name, limits in ranges.items()})


NOISE, CHANCE, UTILITY, COST = (0.03, 0.5), (0.0, 1.0), (-1.0, 1.0), (0.0, 1.5)
YEARS_AHEAD = st.lists(between(0.1, 4), min_size=1, max_size=5).map(lambda waits: np.cumsum(waits).tolist())
REGIME = {
    "commitment": table(europe=CHANCE, united_states=CHANCE, resupply=(0, 30), conditional=COST),
    "arms": table(package_usd_bn=(0, 200)),
    "deployment": table(brigades=(0, 30), half_life=(0.2, 3)),
    "sanctions": table(snapback=(0, 0.5)),
    "reassurance": table(value=(0, 0.5)),
    "provocation": table(value=(0, 0.5)),
}
AT_TIMES = {
    "force_limit": table(brigades=(20, 120)),
    "accession": table(start=(0, 10), mean_years=(0.2, 8), veto=CHANCE, interim=CHANCE),
}
"""Provisions that some regimes have."""
TABLES = {
    "russia": st.builds(
        lambda numbers, years: numbers | {"foresight": years},
        table(
            strength_target=(60, 250),
            reconstitution_half_life=(0.5, 8),
            status_quo_value=UTILITY,
            cost_of_war=COST,
            cost_of_fighting_europe=COST,
            cost_of_fighting_us=COST,
            choice_noise=NOISE,
            discount_factor=(0.5, 1),
            probe_gain=UTILITY,
            probe_cost=UTILITY,
        ),
        YEARS_AHEAD,
    ),
    "ukraine": table(
        strength_target=(30, 150),
        buildup_half_life=(0.5, 8),
        brigade_cost=(0.5, 5),
        value_of_recovery=(0, 3),
        cost_of_war=COST,
        status_quo_value=UTILITY,
        retaliation_value=UTILITY,
        choice_noise=NOISE,
    ),
    "europe": st.builds(
        lambda numbers, members: numbers | {"members": [each | {"name": str(n)} for n, each in enumerate(members)]},
        table(
            stake=UTILITY,
            audience_cost=COST,
            tripwire=COST,
            tripwire_half_force=(0.5, 10),
            backing=COST,
            resolve_gap=COST,
            firmness=UTILITY,
            choice_noise=NOISE,
        ),
        st.lists(table(brigades=(0, 20), reliability=CHANCE, weight=(0.05, 1), resolve_offset=UTILITY), min_size=1, max_size=3),
    ),
    "united_states": table(
        stake=UTILITY,
        audience_cost=COST,
        follow_europe=UTILITY,
        resolve_gap=COST,
        brigades=(0, 50),
        enabling=CHANCE,
        choice_noise=NOISE,
    ),
    "war": table(defence_advantage=(0.5, 3), decisiveness=(0.5, 4)),
    "regime": st.fixed_dictionaries(REGIME, optional=AT_TIMES),
}
SCENARIOS = st.fixed_dictionaries(TABLES)
STATES = st.fixed_dictionaries(
    {
        "years": between(0, 15),
        "worlds": st.lists(
            st.tuples(
                between(50, 250),
                between(0, 3),
                between(0, 1),
                between(30, 150),
                between(0, 1),
                between(0.2, 1),
                between(0, 1),
                st.booleans(),
            ),
            min_size=WORLDS,
            max_size=WORLDS,
        ),
    }
)


def model_in(scenario: dict, state: dict) -> sim.CeasefireModel:
    """A model whose worlds have come to a given state."""
    model = sim.CeasefireModel(sim.Scenario.model_validate(scenario), WORLDS)
    (
        model.russia.strength,
        model.russia.value_of_prevailing,
        model.russia.insecurity,
        model.ukraine.strength,
        model.europe.belief,
        model.europe.will,
        model.united_states.belief,
    ) = np.array([world[:-1] for world in state["worlds"]]).T
    model.years, model.entry = state["years"], np.array([0.0 if entered else np.inf for *_, entered in state["worlds"]])
    return model


def test_every_actor_and_provision_is_in_the_game():
    """What plays no part in one crisis is named here."""
    assert_all_have_data(MODELLED, TABLES | {"costs": "count what came of it"}, "TABLES")
    assert_all_have_data(PROVISIONS, REGIME | AT_TIMES | {"monitoring": "acts between crises"}, "REGIME")


@settings(max_examples=150)
@given(SCENARIOS, STATES)
def test_any_state_of_any_scenario(scenario, state):
    """Every chance and value of the game is that of the plain implementation, before and after entry into force."""
    model = model_in(scenario, state)
    np.testing.assert_allclose(everything(model), [ByHand(model, world).everything() for world in range(WORLDS)], **EXACT)


@pytest.mark.parametrize("regime", ["none", "neutrality", "article5_like", "nato"])
def test_states_that_histories_come_to(regime, scenarios):
    """The same in worlds with drawn parameters, after one, four and nine years of politics, learning and building up."""
    model = sim.CeasefireModel(sim.load(scenarios / f"{regime}.toml"), range(0, 400, 10))
    for _ in range(9 * 12):
        model.step()
        if model.steps in (12, 48, 108):
            rows = [ByHand(model, world).everything() for world in range(len(model.worlds))]
            np.testing.assert_allclose(everything(model), rows, **EXACT)


def crisis_of(changes: dict, years: float = 0.0) -> Crisis:
    """The game of one world, some years after the ceasefire."""
    model = sim.CeasefireModel(sim.load(BASE, DUEL | changes))
    model.years = years
    return model.crisis(np.array([0]))


SURE, NEVER = 100, -100
DUEL = {
    "russia.strength": 100,
    "russia.strength_target": 100,
    "russia.value_of_prevailing": 1,
    "russia.reconstitution_half_life": 1,
    "russia.cost_of_war": 0.3,
    "russia.status_quo_value": 0.1,
    "russia.insecurity": 0.5,
    "russia.discount_factor": 0.5,
    "russia.foresight": [1],
    "russia.choice_noise": 0.001,
    "ukraine.strength": 100,
    "ukraine.strength_target": 100,
    "war.defence_advantage": 1,
    "europe.stake": NEVER,
    "europe.firmness": NEVER,
    "united_states.stake": NEVER,
}
"""Two equals and nobody else: each wins with a chance of one half."""
ALLIED = {
    "russia.strength": 240,
    "russia.strength_target": 240,
    "ukraine.strength": 50,
    "ukraine.strength_target": 50,
    "europe.stake": SURE,
    "united_states.stake": SURE,
    "united_states.enabling": 0.5,
    "united_states.brigades": 15,
    "europe.members": [{"name": "Ruritania", "brigades": 10, "reliability": 0.5, "weight": 1, "resolve_offset": 0}],
    "regime.commitment.resupply": 10,
    "regime.deployment.brigades": 10,
    "regime.deployment.half_life": 2,
    "regime.sanctions.snapback": 0.05,
    "russia.cost_of_fighting_us": 0.3,
    "russia.cost_of_fighting_europe": 0.2,
    "russia.cost_of_war": 0.1,
}
"""Everybody fights: (50 + 10 of resupply + 5 deployed + 5 pledged) x 1.5 + 15 = 120 brigades, half as many as Russia has."""


class TestByMentalArithmetic:
    """Cases in which a reader can check every number."""

    def test_twice_as_strong_wins_four_times_in_five(self):
        """p = R^m / (R^m + D^m) with m = 2: 4 / (4 + 1); equals win half of the time, whatever m."""
        assert War().prevails(200.0, 100.0) == pytest.approx(0.8, abs=1e-15)
        assert War(decisiveness=3.7).prevails(70.0, 70.0) == 0.5

    def test_duel(self):
        """A = ½ - 0.3; next year attacking beats the peace, so that hold = ½ 0.1 + ½ 0.2; Russia attacks."""
        crisis = crisis_of({})
        assert crisis.attack_now == pytest.approx(0.2, abs=1e-9)
        assert crisis.value_of_holding == pytest.approx(0.15, abs=1e-9)
        assert crisis.response[0] == pytest.approx(1, abs=1e-9)
        assert crisis.retaliates == pytest.approx(sigma((0.05 - 0.55) / 0.1), abs=1e-9)

    def test_good_peace(self):
        """A peace worth 0.4 is better than the war, now and later: hold = 0.4, and Ukraine may answer an incident safely."""
        crisis = crisis_of({"russia.status_quo_value": 0.4})
        assert crisis.value_of_holding == pytest.approx(0.4, abs=1e-9)
        assert crisis.escalates == pytest.approx(0, abs=1e-9)
        assert crisis.retaliates == pytest.approx(sigma(0.05 / 0.1), abs=1e-9)

    def test_indifference(self):
        """At A = hold every choice of two is even: e = ½, and an incident that Ukraine minds as it likes is answered half of the time."""
        crisis = crisis_of(
            {
                "russia.status_quo_value": 0.2,
                "ukraine.retaliation_value": 0.275,
                "europe.firmness": 0,
                "europe.resolve_gap": 0,
                "europe.members": ALLIED["europe.members"],
                "russia.probe_gain": 0.03,
                "russia.probe_cost": 0.05,
            }
        )
        assert crisis.escalates == pytest.approx(0.5, abs=1e-9)
        assert crisis.retaliates == pytest.approx(0.5, abs=1e-9)
        assert crisis.value_of_probing == pytest.approx(0.2 + (0.03 - 0.05) / 2, abs=1e-9)

    def test_everybody_fights(self):
        """A = 0.8 - 0.3 - 0.2 - 0.1 - 0.05 when Russia is twice as strong as all of them together, a half-life after deployment began."""
        assert crisis_of(ALLIED, years=2.0).attack_now == pytest.approx(0.15, abs=1e-9)

    def test_who_came_and_who_did_not(self):
        """In the war: alone against 60 Russia wins 16 times in 17, against all (here 8 of 10 pledged) 240² / (240² + 124.5²)."""
        crisis = crisis_of(ALLIED, years=2.0)
        alone, together = (
            crisis.prevails_now(np.array([force]), np.array([backed])) for force, backed in ((0.0, False), (5.0 + 8.0, True))
        )
        assert alone == pytest.approx(16 / 17, abs=1e-12)
        assert together == pytest.approx(240**2 / (240**2 + 124.5**2), abs=1e-12)

    def test_weak_today_strong_tomorrow(self):
        """Russia would win half of the wars today and 4 / 5 at full strength; it waits a year: ½ 0.1 + ½ (p(150) - 0.3)."""
        crisis = crisis_of({"russia.strength_target": 200})
        assert crisis.attack_now == pytest.approx(0.2, abs=1e-9)
        assert crisis.value_of_holding == pytest.approx(0.05 + (150**2 / (150**2 + 100**2) - 0.3) / 2, abs=1e-9)
        assert crisis.response[0] == pytest.approx(0, abs=1e-9)

    def test_halfway_into_force(self):
        """A mean wait of 2 years after year 1 has passed for half of the regimes at 1 + 2 ln 2, for 0.8 x ½ with a veto of 0.2."""
        changes = {
            "regime.accession.start": 1,
            "regime.accession.mean_years": 2,
            "regime.accession.veto": 0.2,
            "regime.accession.interim": 0.3,
            "regime.provocation.value": 1,
            "russia.foresight": [1 + 2 * math.log(2)],
            "russia.strength": 1,
            "russia.strength_target": 1,
        }
        crisis = crisis_of(changes)
        np.testing.assert_allclose(np.ravel(crisis.terms.provocation), [0.3, 0.3 + 0.7 * 0.4], **EXACT)
        waited = 0.5 ** (1 + 2 * math.log(2))
        assert crisis.value_of_holding == pytest.approx((1 - waited) * (0.1 - 0.3 / 2) + waited * (0.1 - 0.58 / 2), abs=1e-9)
