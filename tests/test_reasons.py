"""The main reason of each attack, and what it is measured against."""

from dataclasses import fields

import numpy as np
import pytest

import sim
from sim.game.war import Reason


def test_the_situation_at_the_signature_stays_what_it_was(scenarios):
    """Whatever changes later, reputations, ground and leaders included: it is what reasons are measured against."""
    model = sim.CeasefireModel(sim.load(scenarios / "coalition.toml"), range(500))
    signed = {each.name: np.array(getattr(model.signature, each.name)) for each in fields(model.signature)}
    for _ in range(60):
        model.step()
    for name, value in signed.items():
        np.testing.assert_array_equal(getattr(model.signature, name), value, err_msg=name)
    assert not np.array_equal(model.russia.value_of_prevailing, signed["value_of_prevailing"])


@pytest.fixture(scope="module")
def run(scenarios):
    return sim.run(sim.load(scenarios / "none.toml", {"sampling.designs": 200, "russia.leader_turnover": 0.3}), out=None)


def test_reasons_add_up_to_attacks(run):
    """In every parameter set, and so on average; histories that did not end by attack have none."""
    worlds = run.worlds
    assert (worlds["reason"].notna() == (worlds["cause"] == "attack")).all()
    table, attacks = sim.reasons(run), sim.causes(run).set_index("cause").loc["attack", "estimate"]
    assert list(table["reason"]) == [str(reason) for reason in Reason]
    assert table["estimate"].sum() == pytest.approx(attacks, abs=1e-12)
    assert ((table["low"] <= table["estimate"]) & (table["estimate"] <= table["high"])).all()


def test_a_new_leader_who_wants_more_is_a_reason(run):
    """With a leader every three years, and a prize that leaders want differently."""
    assert sim.reasons(run).set_index("reason").loc["new_leader", "estimate"] > 0.05
