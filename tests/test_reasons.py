"""Reasons: why Russia attacked, by what would have made it least likely."""

from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis import measures
from sim.game.endings import REASONS, Cause, Reason

pytestmark = pytest.mark.long

BASE = Path(__file__).parents[1] / "scenarios" / "base.toml"
MEDIANS = {
    key: float(uncertain.quantile(np.array(0.5)))
    for key, uncertain in sim.load(BASE).uncertain().items()
}
ALONE = [
    {
        "name": "Ruritania",
        "brigades": 0,
        "reliability": 1,
        "weight": 1,
        "resolve_offset": 0,
        "next_election": date(2900, 1, 1),
        "election_interval": 1000,
    }
]
STILL = MEDIANS | {
    "russia.strength": 100,
    "russia.strength_target": 100,
    "ukraine.strength": 80,
    "ukraine.strength_target": 80,
    "russia.leader_turnover": 0,
    "russia.value_of_prevailing": 1,
    "russia.insecurity": 0.5,
    "russia.choice_noise": 0.05,
    "russia.disposition_changes": 2,
    "russia.terms_follow_power": 0,
    "russia.threat_of_arms": 0,
    "russia.threat_of_force": 0,
    "russia.probe_gain": -1,
    "russia.probe_cost": 1,
    "russia.foresight": [1],
    "russia.reviews_per_year": 6,
    "war.incidents_per_year": 0,
    "war.surprise": 0,
    "ukraine.reviews_per_year": 0,
    "europe.members": ALONE,
    "europe.election_swing": 0,
    "united_states.next_election": date(2900, 1, 1),
    "united_states.election_interval": 1000,
    "europe.promise_tells": 0,
    "united_states.promise_tells": 0,
    "united_states.funds_if_irresolute": 0.97,
    "europe.stake": -100,
    "united_states.stake": -100,
    "europe.choice_noise": 0.05,
    "united_states.choice_noise": 0.05,
    "regime.response.europe_days": 0,
    "regime.response.united_states_days": 0,
    "sampling.designs": 2,
    "sampling.replicates": 400,
    "sampling.horizon_years": 12,
}
"""Nothing changes, nobody fights beside Ukraine, and Russia sees one year ahead.

Each case below lets one thing change.
"""
SETTLED = {"russia.cost_of_war": 0.45}
"""Russia has little to gain from war: the chance of attack at the signature is small."""
FIGHTS = {
    "europe.stake": -1,
    "europe.audience_cost": 2,
    "europe.resolve_gap": 0,
    "europe.backing": 0,
    "russia.cost_of_fighting_europe": 0.6,
}
"""The coalition fights for a full promise, and only for one."""
LEADERS = {"russia.leader_turnover": 20, "russia.cost_of_war": 0.1}
"""The leader who signed is soon gone; all want the same, and would attack."""
CASES = {
    Reason.NEVER_MEANT: {"russia.cost_of_war": 0.1},
    Reason.REARMED: SETTLED | {"russia.strength_target": 300, "russia.reconstitution_half_life": 3},
    Reason.CLOSING_WINDOW: {
        "russia.terms_follow_power": 2,
        "russia.status_quo_value": -0.5,
        "russia.cost_of_war": 0.4,
        "europe.stake": -1,
        "europe.audience_cost": 3,
        "europe.members": [ALONE[0] | {"brigades": 200}],
        "europe.resolve_gap": 0,
        "regime.commitment.europe": 1,
        "regime.accession.start": 4,
        "regime.accession.mean_years": 0.001,
        "regime.accession.veto": 0,
        "regime.commitment.conditional": 0,
    },
    Reason.REPUTATION_LOST: FIGHTS
    | {
        "europe.stake": -0.5,
        "europe.resolve_gap": 2,
        "regime.commitment.europe": 0.5,
        "europe.prior_resolute": 0.05,
        "europe.promise_tells": 20,
        "europe.election_swing": 1,
        "europe.members": [ALONE[0] | {"next_election": date(2029, 6, 1)}],
        "russia.cost_of_war": 0.1,
    },
    Reason.PROMISE_LAPSED: FIGHTS
    | {
        "regime.commitment.europe": 1,
        "regime.commitment.term_years": 3,
        "regime.commitment.renewal": 0.5,
        "russia.cost_of_war": 0.1,
    },
    Reason.FORCE_NOT_RENEWED: LEADERS
    | {
        "europe.stake": -1,
        "europe.tripwire": 2,
        "europe.tripwire_half_force": 4,
        "europe.resolve_gap": 0,
        "europe.backing": 0,
        "regime.deployment.brigades": 10,
        "regime.deployment.half_life": 0.001,
        "regime.deployment.exposure": 1,
        "europe.renewal_if_resolute": 0.7,
        "europe.renewal_if_irresolute": 0.7,
        "europe.will_after_failure": 0.1,
    },
    Reason.PROVOKED: SETTLED
    | {
        "russia.threat_of_force": 0.3,
        "russia.insecurity": 1,
        "russia.foresight": [0.05],
        "regime.deployment.brigades": 10,
        "regime.deployment.half_life": 3,
    },
    Reason.NEW_LEADER: SETTLED
    | {
        "russia.value_of_prevailing": {"lognormal": {"median": 0.5, "sigma": 2}},
        "russia.leader_turnover": 0.5,
        "sampling.designs": 400,
        "sampling.replicates": 2,
    },
    Reason.DISPOSITION: LEADERS,
}
"""For each reason, what makes it the main one of nearly all attacks."""


def outcomes(changes):
    return sim.run(sim.load(BASE, changes), out=None).outcomes


def test_every_reason_has_a_case():
    """A reason more needs a history that shows it."""
    assert set(CASES) == set(REASONS) == set(Reason)


@pytest.mark.parametrize("reason", CASES)
def test_what_makes_russia_attack_is_the_reason(reason):
    """Of at least 100 attacks in 800 histories made for it, nine in ten have it as their main
    reason.
    """
    worlds = outcomes(STILL | CASES[reason])
    attacks = worlds["cause"] == Cause.ATTACK
    assert attacks.sum() >= 100
    after_all = worlds.loc[attacks, "reason"]
    if reason is Reason.NEW_LEADER:
        after_all = after_all[
            after_all != Reason.NEVER_MEANT
        ]  # some first leaders wanted it as much
        assert len(after_all) >= 100
    assert (after_all == reason).mean() > 0.9, after_all.value_counts()[:4]


def test_nothing_that_changed_is_a_reason_before_it_changed():
    """Of the promise that ends after three years none lapsed earlier, and those of the others,
    renewed, lapsed never.
    """
    worlds = outcomes(STILL | CASES[Reason.PROMISE_LAPSED] | {"regime.commitment.renewal": 1})
    assert not (worlds["reason"] == Reason.PROMISE_LAPSED).any()
    worlds = outcomes(STILL | CASES[Reason.PROMISE_LAPSED])
    assert worlds.loc[worlds["reason"] == Reason.PROMISE_LAPSED, "years"].min() >= 2


def test_a_promise_that_was_voided_has_lapsed():
    """Without a term: Ukraine answers incidents whose cause stays disputed, and loses the promise
    that kept Russia away.
    """
    voidable = {
        "regime.commitment.europe": 1,
        "regime.commitment.voidable": 1,
        "regime.commitment.conditional": 0,
        "regime.monitoring.attribution": 0,
        "war.incidents_per_year": 1,
        "war.contested_blame": 0,
        "russia.cost_of_war": 0.1,
        "ukraine.retaliation_value": 2,
    }
    worlds = outcomes(STILL | FIGHTS | voidable)
    reasons = worlds.loc[worlds["cause"] == Cause.ATTACK, "reason"]
    assert len(reasons) >= 100
    assert (reasons == Reason.PROMISE_LAPSED).mean() > 0.9, reasons.value_counts()[:4]


def test_the_situation_at_the_signature_stays_what_it_was(scenarios):
    """Whatever changes later, reputations, ground and leaders included.

    It is what reasons are measured against.
    """
    model = sim.CeasefireModel(sim.load(scenarios / "coalition.toml"), range(500))
    signed = {
        field.name: np.array(getattr(model.signature, field.name))
        for field in fields(model.signature)
    }
    for _ in range(60):
        model.step()
    for name, value in signed.items():
        np.testing.assert_array_equal(getattr(model.signature, name), value, err_msg=name)
    assert not np.array_equal(model.russia.value_of_prevailing, signed["value_of_prevailing"])


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("none", {}),
        ("nato", {}),
        ("fifteen_years", {}),
        ("coalition", {"war.incidents_per_year": 3, "ukraine.value_of_recovery": 1.5}),
    ],
)
def test_a_reason_for_every_attack_and_for_nothing_else(name, changes, scenarios):
    """And the shares by reason add up to that of attacks."""
    worlds = sim.run(
        sim.load(scenarios / f"{name}.toml", changes | {"sampling.designs": 300}), out=None
    ).outcomes
    attacks = worlds["cause"] == Cause.ATTACK
    np.testing.assert_array_equal(worlds["reason"].notna(), attacks)
    shares = worlds["reason"].value_counts() / len(worlds)
    assert shares.sum() == pytest.approx(
        measures.cause(Cause.ATTACK).numbers(worlds).mean(), abs=1e-12
    )
    assert (~attacks).any()


def test_they_never_meant_it_exactly_where_the_first_leader_would_have_attacked_at_the_signature(
    scenarios,
):
    """By its own definition, from the model: the disposition at the attack is below the chance of
    attacking at the signature.
    """
    model = sim.CeasefireModel(sim.load(scenarios / "none.toml"), 2000)
    at_signature, dispositions, first = (
        model.crisis(np.arange(2000)).response[0],
        np.full(2000, np.nan),
        np.ones(2000, dtype=bool),
    )
    while model.running:
        peace = model.at_peace.copy()
        model.step()
        ended = peace & ~model.at_peace
        dispositions[ended], first[ended] = (
            model.russia.disposition[ended],
            model.russia.successions[ended] == 0,
        )
    attacks = model.cause == 0
    never_meant = attacks & first & (dispositions < at_signature)
    assert never_meant.sum() > 50
    np.testing.assert_array_equal(
        model.wars.reasons == REASONS.index(Reason.NEVER_MEANT), never_meant
    )


def test_the_table_of_reasons_adds_up_to_attacks(scenarios):
    """With limits that hold the estimate; with a leader every three years, and a prize that leaders
    want differently, that is one of them.
    """
    run = sim.run(
        sim.load(scenarios / "none.toml", {"sampling.designs": 200, "russia.leader_turnover": 0.3}),
        out=None,
    )
    table, attacks = sim.reasons(run), sim.causes(run).set_index("cause").loc["attack", "estimate"]
    assert list(table["reason"]) == [str(reason) for reason in Reason]
    assert table["estimate"].sum() == pytest.approx(attacks, abs=1e-12)
    assert ((table["low"] <= table["estimate"]) & (table["estimate"] <= table["high"])).all()
    assert table.set_index("reason").loc["new_leader", "estimate"] > 0.05
