"""The month's game against a second implementation.

Model.md, section 3, in plain Python, one world and one node at a time.
"""

import math
import operator
from datetime import date
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

        def number(value):
            is_by_world = isinstance(value, np.ndarray) and value.ndim == 1
            return float(value[world]) if is_by_world else value

        def numbers(block: Parameters) -> SimpleNamespace:
            return SimpleNamespace(**{name: number(value) for name, value in block})

        drawn = model.parameters
        self.russia, self.ukraine, self.war = (
            numbers(drawn.russia),
            numbers(drawn.ukraine),
            numbers(drawn.war),
        )
        self.europe, self.us = numbers(drawn.europe), numbers(drawn.united_states)
        self.members = [numbers(member) for member in drawn.europe.members]
        self.regime = SimpleNamespace(
            **{name: block and numbers(block) for name, block in drawn.regime}
        )
        self.signed, self.t, self.step = drawn.calendar.signed, model.years, model.step_years
        self.entered, self.renewed, self.voided = (
            bool(model.entry[world] <= model.years),
            bool(model.renewed[world]),
            bool(model.voided[world]),
        )
        (
            self.R,
            self.U,
            self.P,
            self.omega,
            self.Gamma,
            self.V,
            self.kappa,
            self.b_E0,
            self.b_A0,
            self.p_bar_0,
        ) = (
            float(state[world])
            for state in (
                model.russia.strength,
                model.ukraine.strength,
                model.ukraine.arms,
                model.europe.will,
                model.ground,
                model.russia.value_of_prevailing,
                model.russia.insecurity,
                model.europe.reputation,
                model.united_states.reputation,
                model.balance_at_signature,
            )
        )

    def N(self, voter, start, end):
        """Elections of a voter in (start, end], counted one by one."""
        when = (voter.next_election - self.signed).days / 365.25
        while when <= 0:
            when += voter.election_interval
        held = 0
        while when <= end:
            held += when > start
            when += voter.election_interval
        return held

    def b_A(self, h):
        return self.us.prior_resolute + (self.b_A0 - self.us.prior_resolute) * (
            1 - self.us.election_swing
        ) ** self.N(self.us, self.t, self.t + h)

    def b_E(self, h):
        kept, weights = 1.0, sum(member.weight for member in self.members)
        for member in self.members:
            kept *= (1 - self.europe.election_swing * member.weight / weights) ** self.N(
                member, self.t, self.t + h
            )
        return self.europe.prior_resolute + (self.b_E0 - self.europe.prior_resolute) * kept

    def x(self, h):
        accession = self.regime.accession
        if accession is None or self.entered:
            return 1.0
        if h == 0:
            return 0.0
        return (1 - accession.veto) * (
            1
            - math.exp(-max(0.0, self.t + h - max(accession.start, self.t)) / accession.mean_years)
        )

    def f(self, h):
        i = 0.0 if self.regime.accession is None else self.regime.accession.interim
        return i + (1 - i) * self.x(h)

    def n(self, h):
        """n_Y n_V."""
        commitment = self.regime.commitment
        if self.voided:
            return 0.0
        if commitment.term_years is None or self.t + h < commitment.term_years - 1e-9:
            return 1.0
        return float(self.renewed) if self.t >= commitment.term_years - 1e-9 else commitment.renewal

    def promised(self, h, full, interim):
        if self.regime.accession is None:
            return full * self.n(h)
        I = self.regime.accession.interim * full if interim is None else interim  # noqa: E741
        return (I + (full - I) * self.x(h)) * self.n(h)

    def l_E(self, h):
        return self.promised(
            h, self.regime.commitment.europe, getattr(self.regime.accession, "interim_europe", None)
        )

    def l_A(self, h):
        commitment = self.regime.commitment
        binds = (
            1.0
            if self.N(self.us, 0, self.t + h) == 0
            else commitment.ratified + (1 - commitment.ratified) * commitment.inherited
        )
        return (
            self.promised(
                h,
                commitment.united_states,
                getattr(self.regime.accession, "interim_united_states", None),
            )
            * binds
        )

    def uncontested(self):
        return 1 - self.war.contested_blame * (1 - self.regime.monitoring.attribution)

    def F(self, h):
        deployment = self.regime.deployment
        return (
            deployment.brigades
            * self.f(h)
            * (1 - 2 ** (-(self.t + h) / deployment.half_life))
            * self.omega
        )

    def F_X(self, h):
        return self.regime.deployment.exposure * self.F(h)

    def beta(self, days):
        return 2 ** (-days / self.war.opening_days)

    def R_(self, h):
        target = self.russia.strength_target
        return target + (self.R - target) * 2 ** (-h / self.russia.reconstitution_half_life)

    def R_chi(self, h):
        return self.R_(h) * (1 + self.war.surprise * (1 - self.regime.separation.warning))

    def U_(self, h):
        arms, us = self.regime.arms, self.us
        T_P, m = (
            max(arms.delivery_years, self.step),
            self.b_A0 * us.funds_if_resolute + (1 - self.b_A0) * us.funds_if_irresolute,
        )
        due = (
            arms.package_usd_bn
            * (min(self.t + h, T_P) - min(self.t, T_P))
            / T_P
            * (1 - arms.united_states_share * (1 - m))
        )
        target = self.ukraine.strength_target + (self.P + due) / self.ukraine.brigade_cost
        if self.regime.force_limit.brigades is not None:
            target = min(self.regime.force_limit.brigades, target)
        return target + (self.U - target) * 2 ** (-h / self.ukraine.buildup_half_life)

    def P_A_type(self, h, chi, tau, blame=1.0):
        us = self.us
        return sigma(
            (
                us.stake
                + us.audience_cost * self.l_A(h) * blame
                + us.follow_europe * (chi - 0.5)
                - us.resolve_gap * (1 - tau)
            )
            / us.choice_noise
        )

    def P_A(self, h, chi, blame=1.0):
        b = self.b_A(h)
        return b * self.P_A_type(h, chi, 1, blame) + (1 - b) * self.P_A_type(h, chi, 0, blame)

    def o(self):
        return sum(member.weight * member.resolve_offset for member in self.members) / sum(
            member.weight for member in self.members
        )

    def tripwire(self, h):
        return self.europe.tripwire * self.F_X(h) / (self.F_X(h) + self.europe.tripwire_half_force)

    def P_E_type(self, h, tau, blame=1.0):
        europe = self.europe
        return sigma(
            (
                europe.stake
                + self.o()
                + europe.audience_cost * self.l_E(h) * blame
                + self.tripwire(h)
                + europe.backing * self.P_A(h, 1, blame)
                - europe.resolve_gap * (1 - tau)
            )
            / europe.choice_noise
        )

    def P_E(self, h, blame=1.0):
        b = self.b_E(h)
        return b * self.P_E_type(h, 1, blame) + (1 - b) * self.P_E_type(h, 0, blame)

    def p(self, R, D):
        m = self.war.decisiveness
        return R**m / (R**m + D**m)

    def backed(self, D):
        return (
            D * (1 + self.us.enabling)
            + self.beta(self.regime.response.united_states_days) * self.us.brigades
        )

    def D(self, h, chi):
        B, beta_E = (
            sum(member.brigades * member.reliability for member in self.members),
            self.beta(self.regime.response.europe_days),
        )
        alpha = (
            self.war.defence_advantage
            * self.Gamma
            * (1 - self.regime.territory.fortifications_lost)
        )
        allies = self.F_X(h) + beta_E * (self.F(h) - self.F_X(h)) + beta_E * B if chi else 0.0
        return alpha * (self.U_(h) + self.regime.commitment.resupply * self.f(h) + allies)

    def odds(self, h, chi, R, blame=1.0):
        D, P_A = self.D(h, chi), self.P_A(h, chi, blame)
        return P_A * self.p(R, self.backed(D)) + (1 - P_A) * self.p(R, D)

    def p_bar(self, h):
        P_E = self.P_E(h)
        return P_E * self.odds(h, 1, self.R_chi(h)) + (1 - P_E) * self.odds(h, 0, self.R_chi(h))

    def A(self, h, R=None, blame=1.0):
        R = self.R_chi(h) if R is None else R
        P_E, russia, prize = (
            self.P_E(h, blame),
            self.russia,
            self.V * (1 - self.regime.territory.granted),
        )
        fought = (
            self.odds(h, 1, R, blame) * prize
            - self.P_A(h, 1, blame) * russia.cost_of_fighting_us
            - russia.cost_of_fighting_europe
        )
        alone = (
            self.odds(h, 0, R, blame) * prize - self.P_A(h, 0, blame) * russia.cost_of_fighting_us
        )
        return (
            P_E * fought
            + (1 - P_E) * alone
            - russia.cost_of_war
            - self.regime.sanctions.snapback * self.f(h)
        )

    def A_disputed(self):
        return self.A(0, self.R_(0), self.uncontested())

    def Q(self, h):
        russia, regime, U_b = self.russia, self.regime, self.ukraine.strength_target
        provoked = (
            regime.provocation.value * self.f(h)
            + russia.threat_of_force * self.F(h)
            + russia.threat_of_arms * max(0, self.U_(h) - U_b) / U_b
        )
        return (
            russia.status_quo_value
            + regime.sanctions.relief
            + (regime.reassurance.value - provoked) * self.kappa
            + russia.terms_follow_power * (self.p_bar(h) - self.p_bar_0)
        )

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
        return sigma((self.A_disputed() - self.hold()) / self.russia.choice_noise)

    def rho(self):
        ukraine, commitment = self.ukraine, self.regime.commitment
        war = self.e() * ukraine.cost_of_war * (1 - self.P_E(0, self.uncontested()) / 2)
        lost = (
            commitment.conditional
            * self.l_E(0)
            * commitment.voidable
            * (1 - self.regime.monitoring.attribution)
        )
        return sigma((ukraine.retaliation_value - war - lost) / ukraine.choice_noise)

    def P_F_type(self, tau):
        europe = self.europe
        promise = europe.firmness_by_commitment * self.l_E(0) * self.uncontested()
        return sigma(
            (
                europe.firmness
                + self.o()
                + promise
                + self.tripwire(0)
                - europe.resolve_gap * (1 - tau)
            )
            / europe.choice_noise
        )

    def P_F(self):
        return self.b_E0 * self.P_F_type(1) + (1 - self.b_E0) * self.P_F_type(0)

    def probe(self):
        gain = self.russia.probe_gain * (1 - self.P_F()) - self.russia.probe_cost * self.P_F()
        return self.hold() + gain + self.rho() * self.e() * (self.A_disputed() - self.hold())

    def response(self):
        values = (self.A(0), self.hold(), self.probe())
        weights = [
            math.exp((utility - max(values)) / self.russia.choice_noise) for utility in values
        ]
        return [weight / sum(weights) for weight in weights]

    def offensive(self):
        ukraine, m = self.ukraine, self.war.decisiveness
        p_U = self.U**m / (self.U**m + (self.war.defence_advantage * self.R) ** m)
        forfeited = self.regime.commitment.conditional * self.l_E(0)
        return sigma(
            (
                p_U * ukraine.value_of_recovery
                - ukraine.cost_of_war
                - forfeited
                - ukraine.status_quo_value
            )
            / ukraine.choice_noise
        )

    def everything(self):
        """All of it, in one row; nodes from now on."""
        nodes, blame = (0.0, *self.russia.foresight), self.uncontested()
        return [
            *(self.P_A_type(h, chi, tau) for chi in (0, 1) for tau in (0, 1) for h in nodes),
            *(self.P_E_type(h, tau) for tau in (0, 1) for h in nodes),
            *map(self.P_E, nodes),
            *map(self.p_bar, nodes),
            *map(self.A, nodes),
            *map(self.Q, nodes),
            self.P_E(0, blame),
            self.A_disputed(),
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
    crisis, drawn = model.crisis(everywhere), model.parameters
    winning = drawn.war.offensive_succeeds(model.ukraine.strength, model.russia.strength)
    offensive = drawn.ukraine.starts_offensive(winning, model.terms())
    attack = crisis.attack
    by_node = (
        *attack.backs_by_type[0],
        *attack.backs_by_type[1],
        *attack.intervenes_by_type,
        attack.intervenes,
        attack.balance,
        attack.value,
        crisis.value_of_peace,
    )
    now = (
        crisis.escalation.intervenes,
        crisis.value_of_escalating,
        crisis.value_of_holding,
        crisis.escalates,
        crisis.retaliates,
        *crisis.answers_firmly_by_type,
        crisis.value_of_probing,
        *crisis.response,
        offensive,
    )
    shape = (len(model.ahead), len(everywhere))
    return np.vstack(
        [
            *(np.broadcast_to(value, shape) for value in by_node),
            *(np.broadcast_to(value, shape[1:]) for value in now),
        ]
    ).T


def between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False)


def table(**ranges: tuple[float, float]) -> st.SearchStrategy[dict[str, float]]:
    return st.fixed_dictionaries({name: between(*limits) for name, limits in ranges.items()})


NOISE, CHANCE, UTILITY, COST = (0.03, 0.5), (0.0, 1.0), (-1.0, 1.0), (0.0, 1.5)
YEARS_AHEAD = st.lists(between(0.1, 4), min_size=1, max_size=5).map(
    lambda waits: np.cumsum(waits).tolist()
)
VOTES = st.fixed_dictionaries(
    {
        "next_election": st.dates(date(2020, 1, 1), date(2045, 1, 1)),
        "election_interval": between(1, 7),
    }
)
REGIME = {
    "commitment": st.builds(
        operator.or_,
        table(
            europe=CHANCE,
            united_states=CHANCE,
            resupply=(0, 30),
            conditional=COST,
            renewal=CHANCE,
            ratified=CHANCE,
            inherited=CHANCE,
            voidable=CHANCE,
        ),
        st.fixed_dictionaries({}, optional={"term_years": between(0.5, 20)}),
    ),
    "response": table(europe_days=(0, 120), united_states_days=(0, 120)),
    "deployment": table(brigades=(0, 30), half_life=(0.2, 3), exposure=CHANCE),
    "arms": table(package_usd_bn=(0, 200), delivery_years=(0, 10), united_states_share=CHANCE),
    "monitoring": table(quality=CHANCE, attribution=CHANCE),
    "separation": table(warning=CHANCE, prevented=CHANCE),
    "sanctions": table(snapback=(0, 0.5), relief=(0, 0.5)),
    "reassurance": table(value=(0, 0.5)),
    "provocation": table(value=(0, 0.5)),
    "territory": table(granted=CHANCE, fortifications_lost=(0, 0.9)),
}
AT_TIMES = {
    "force_limit": table(brigades=(20, 120)),
    "accession": st.fixed_dictionaries(
        {
            "start": between(0, 10),
            "mean_years": between(0.2, 8),
            "veto": between(0, 1),
            "interim": between(0, 1),
        },
        optional={"interim_europe": between(0, 1), "interim_united_states": between(0, 1)},
    ),
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
            terms_follow_power=(0, 1.5),
            threat_of_force=(0, 0.1),
            threat_of_arms=(0, 0.5),
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
        lambda numbers, members: (
            numbers
            | {
                "members": [
                    member | votes | {"name": str(n)} for n, (member, votes) in enumerate(members)
                ]
            }
        ),
        table(
            stake=UTILITY,
            audience_cost=COST,
            tripwire=COST,
            tripwire_half_force=(0.5, 10),
            backing=COST,
            resolve_gap=COST,
            prior_resolute=CHANCE,
            election_swing=CHANCE,
            firmness=UTILITY,
            firmness_by_commitment=(0, 4),
            choice_noise=NOISE,
        ),
        st.lists(
            st.tuples(
                table(
                    brigades=(0, 20), reliability=CHANCE, weight=(0.05, 1), resolve_offset=UTILITY
                ),
                VOTES,
            ),
            min_size=1,
            max_size=3,
        ),
    ),
    "united_states": st.builds(
        operator.or_,
        table(
            stake=UTILITY,
            audience_cost=COST,
            follow_europe=UTILITY,
            resolve_gap=COST,
            prior_resolute=CHANCE,
            election_swing=CHANCE,
            funds_if_resolute=CHANCE,
            funds_if_irresolute=CHANCE,
            brigades=(0, 50),
            enabling=CHANCE,
            choice_noise=NOISE,
        ),
        VOTES,
    ),
    "war": table(
        defence_advantage=(0.5, 3),
        decisiveness=(0.5, 4),
        surprise=(0, 1),
        opening_days=(5, 120),
        contested_blame=CHANCE,
    ),
    "regime": st.fixed_dictionaries(REGIME, optional=AT_TIMES),
}
SCENARIOS = st.fixed_dictionaries(TABLES)
STATES = st.fixed_dictionaries(
    {
        "years": between(0, 15),
        "worlds": st.lists(
            st.fixed_dictionaries(
                {
                    "russia.strength": between(50, 250),
                    "russia.value_of_prevailing": between(0, 3),
                    "russia.insecurity": between(0, 1),
                    "ukraine.strength": between(30, 150),
                    "ukraine.arms": between(0, 200),
                    "europe.reputation": between(0, 1),
                    "europe.will": between(0.2, 1),
                    "united_states.reputation": between(0, 1),
                    "ground": between(0.3, 1),
                    "balance_at_signature": between(0, 1),
                    "entry": st.sampled_from([0.0, np.inf]),
                    "renewed": st.booleans(),
                    "voided": st.sampled_from([False, False, False, True]),
                }
            ),
            min_size=WORLDS,
            max_size=WORLDS,
        ),
    }
)


def model_in(scenario: dict, state: dict) -> sim.CeasefireModel:
    """A model whose worlds have come to a given state."""
    model = sim.CeasefireModel(sim.Scenario.model_validate(scenario), WORLDS)
    model.years = state["years"]
    for name in state["worlds"][0]:
        owner, _, attribute = name.rpartition(".")
        setattr(
            getattr(model, owner) if owner else model,
            attribute,
            np.array([world[name] for world in state["worlds"]]),
        )
    return model


def test_every_actor_and_provision_is_in_the_game():
    """What plays no part in one crisis is named here."""
    assert_all_have_data(
        MODELLED,
        TABLES
        | {
            "calendar": "drawn with the dates of elections",
            "costs": "count what came of it",
            "fighting": "decides who signs, before the first crisis",
        },
        "TABLES",
    )
    assert_all_have_data(PROVISIONS, REGIME | AT_TIMES, "REGIME")


@pytest.mark.long
@settings(max_examples=60)
@given(SCENARIOS, STATES)
def test_any_state_of_any_scenario(scenario, state):
    """Every chance and value of the game is that of the plain implementation, before and after
    entry into force.
    """
    assert_plain(scenario, state)


@pytest.mark.exhaustive
@settings(max_examples=400)
@given(SCENARIOS, STATES)
def test_any_of_many_states_of_any_scenario(scenario, state):
    """The same for more of them."""
    assert_plain(scenario, state)


def assert_plain(scenario, state):
    model = model_in(scenario, state)
    np.testing.assert_allclose(
        everything(model), [ByHand(model, world).everything() for world in range(WORLDS)], **EXACT
    )


@pytest.mark.parametrize("regime", ["none", "neutrality", "fifteen_years", "article5_until_nato"])
def test_states_that_histories_come_to(regime, scenarios):
    """The same in worlds with drawn parameters, after one, four and nine years of politics,
    learning and building up.
    """
    model = sim.CeasefireModel(sim.load(scenarios / f"{regime}.toml"), range(0, 400, 40))
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
    "russia.terms_follow_power": 0,
    "russia.threat_of_force": 0,
    "russia.threat_of_arms": 0,
    "russia.probe_gain": 0.02,
    "russia.probe_cost": 0.05,
    "ukraine.cost_of_war": 0.55,
    "ukraine.retaliation_value": 0.05,
    "war.surprise": 0,
    "war.opening_days": 30,
    "war.contested_blame": 0,
    "europe.stake": NEVER,
    "europe.firmness": NEVER,
    "europe.firmness_by_commitment": 1,
    "united_states.stake": NEVER,
}
"""Two equals and nobody else: each wins with a chance of one half.

Nobody is surprised, and terms do not follow power.
"""
ALLIED = {
    "russia.strength": 240,
    "russia.strength_target": 240,
    "ukraine.strength": 50,
    "ukraine.strength_target": 50,
    "europe.stake": SURE,
    "united_states.stake": SURE,
    "united_states.enabling": 0.5,
    "united_states.brigades": 15,
    "europe.members": [
        {
            "name": "Ruritania",
            "brigades": 10,
            "reliability": 0.5,
            "weight": 1,
            "resolve_offset": 0,
            "next_election": date(2100, 1, 1),
            "election_interval": 5,
        }
    ],
    "regime.commitment.resupply": 10,
    "regime.response.europe_days": 0,
    "regime.response.united_states_days": 0,
    "regime.deployment.brigades": 10,
    "regime.deployment.half_life": 2,
    "regime.sanctions.snapback": 0.05,
    "russia.cost_of_fighting_us": 0.3,
    "russia.cost_of_fighting_europe": 0.2,
    "russia.cost_of_war": 0.1,
}
"""Everybody fights: (50 + 10 of resupply + 5 deployed + 5 pledged) x 1.5 + 15 = 120 brigades, half
as many as Russia has.
"""


class TestByMentalArithmetic:
    """Cases in which a reader can check every number."""

    def test_twice_as_strong_wins_four_times_in_five(self):
        """p = R^m / (R^m + D^m) with m = 2: 4 / (4 + 1).

        Equals win half of the time, whatever m.
        """
        assert War().prevails(200.0, 100.0) == pytest.approx(0.8, abs=1e-15)
        assert War(decisiveness=3.7).prevails(70.0, 70.0) == 0.5

    def test_duel(self):
        """A = ½ - 0.3; next year attacking beats the peace, so that hold = ½ 0.1 + ½ 0.2.

        Russia attacks.
        """
        crisis = crisis_of({})
        assert crisis.attack_now == pytest.approx(0.2, abs=1e-9)
        assert crisis.value_of_holding == pytest.approx(0.15, abs=1e-9)
        assert crisis.response[0] == pytest.approx(1, abs=1e-9)
        assert crisis.retaliates == pytest.approx(sigma((0.05 - 0.55) / 0.1), abs=1e-9)

    def test_good_peace(self):
        """A peace worth 0.4 is better than the war, now and later.

        Hold = 0.4, and Ukraine may answer an incident safely.
        """
        crisis = crisis_of({"russia.status_quo_value": 0.4})
        assert crisis.value_of_holding == pytest.approx(0.4, abs=1e-9)
        assert crisis.escalates == pytest.approx(0, abs=1e-9)
        assert crisis.retaliates == pytest.approx(sigma(0.05 / 0.1), abs=1e-9)

    def test_indifference(self):
        """At A = hold every choice of two is even: e = ½, and an incident that Ukraine minds as it
        likes is answered half of the time.
        """
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
        """A = 0.8 - 0.3 - 0.2 - 0.1 - 0.05 when Russia is twice as strong as all of them together,
        a half-life after deployment began.
        """
        assert crisis_of(ALLIED, years=2.0).attack_now == pytest.approx(0.15, abs=1e-9)

    def test_who_came_and_who_did_not(self):
        """In the war: alone against 60 Russia wins 16 times in 17, against all (here 8 of 10
        pledged) 240² / (240² + 124.5²).
        """
        attack = crisis_of(ALLIED, years=2.0).attack_at_once
        alone, together = (
            attack.prevails(*came) for came in ((False, False, 0.0), (True, True, 8.0))
        )
        assert alone == pytest.approx(16 / 17, abs=1e-12)
        assert together == pytest.approx(240**2 / (240**2 + 124.5**2), abs=1e-12)

    def test_what_comes_late_finds_the_ground_taken(self):
        """A half-life of 30 days on the way: half of the pledged 5 and of the 2.5 behind the line
        count, and an eighth of America's 15.

        (50 + 10 + 2.5 + 1.25 + 2.5) x 1.5 + 15 / 8 = 101.25 against 240.
        """
        late = {
            "regime.response.europe_days": 30,
            "regime.response.united_states_days": 90,
            "regime.deployment.exposure": 0.5,
        }
        balance = crisis_of(ALLIED | late, years=2.0).attack_at_once.balance
        assert balance == pytest.approx(240**2 / (240**2 + 101.25**2), abs=1e-12)

    def test_surprise_and_a_zone_that_takes_three_quarters_of_it(self):
        """Out of the blue 100 count as 180, with a warning as 120.

        After a public clash, which has warned everybody, as 100.
        """
        surprised = {"war.surprise": 0.8, "regime.separation.warning": 0.75}
        for changes, attacker in (({"war.surprise": 0.8}, 180), (surprised, 120)):
            crisis = crisis_of(changes)
            assert crisis.attack_now == pytest.approx(
                attacker**2 / (attacker**2 + 100**2) - 0.3, abs=1e-9
            )
            assert crisis.value_of_escalating == pytest.approx(0.2, abs=1e-9)

    def test_disputed_blame_takes_its_share_of_a_promise(self):
        """Of a full treaty 0.6 is left where half of it lapses in the four of five cases that
        nobody settles; σ(0) and σ(2) with h_E = 1.
        """
        promise = {
            "regime.commitment.europe": 1,
            "war.contested_blame": 0.5,
            "regime.monitoring.attribution": 0.2,
            "europe.stake": -0.6,
            "europe.audience_cost": 1,
            "europe.backing": 0,
            "europe.resolve_gap": 0,
            "europe.choice_noise": 0.2,
            "europe.members": ALLIED["europe.members"],
        }
        crisis = crisis_of(promise)
        assert crisis.escalation.intervenes == pytest.approx(0.5, abs=1e-12)
        assert crisis.attack_at_once.intervenes == pytest.approx(sigma(2), abs=1e-12)

    def test_terms_bend_as_power_shifts(self):
        """Struck when each side would win half of the wars.

        Once Russia would win 4 in 5, its peace is worth 0.1 + ½ 0.3.
        """
        model = sim.CeasefireModel(sim.load(BASE, DUEL | {"russia.terms_follow_power": 0.5}))
        model.russia.strength[:] = 200
        crisis = model.crisis(np.array([0]))
        assert crisis.terms_drift[0] == pytest.approx(0.3, abs=1e-12)
        assert crisis.value_of_peace[0] == pytest.approx(0.25, abs=1e-12)

    def test_provoked_by_troops_and_by_an_army_that_has_outgrown_itself(self):
        """At κ = ½: half of 0.02 x 5 brigades in place and of 0.4 x a quarter more than Ukraine
        would build alone.
        """
        changes = {
            "russia.threat_of_force": 0.02,
            "russia.threat_of_arms": 0.4,
            "regime.deployment.brigades": 10,
            "regime.deployment.half_life": 2,
        }
        model = sim.CeasefireModel(sim.load(BASE, DUEL | changes))
        model.years, model.ukraine.strength[:] = 2.0, 125
        assert model.crisis(np.array([0])).value_of_peace[0] == pytest.approx(
            0.1 - 0.1 / 2 - 0.1 / 2, abs=1e-12
        )

    def test_weak_today_strong_tomorrow(self):
        """Russia would win half of the wars today and 4 / 5 at full strength; it waits a year.

        ½ 0.1 + ½ (p(150) - 0.3).
        """
        crisis = crisis_of({"russia.strength_target": 200})
        assert crisis.attack_now == pytest.approx(0.2, abs=1e-9)
        assert crisis.value_of_holding == pytest.approx(
            0.05 + (150**2 / (150**2 + 100**2) - 0.3) / 2, abs=1e-9
        )
        assert crisis.response[0] == pytest.approx(0, abs=1e-9)

    def test_halfway_into_force(self):
        """A mean wait of 2 years after year 1 has passed for half of the regimes at 1 + 2 ln 2, for
        0.8 x ½ with a veto of 0.2.
        """
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
        np.testing.assert_allclose(
            np.ravel(crisis.terms.provocation), [0.3, 0.3 + 0.7 * 0.4], **EXACT
        )
        waited = 0.5 ** (1 + 2 * math.log(2))
        assert crisis.value_of_holding == pytest.approx(
            (1 - waited) * (0.1 - 0.3 / 2) + waited * (0.1 - 0.58 / 2), abs=1e-9
        )
