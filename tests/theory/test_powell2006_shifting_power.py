"""The commitment problem of a shifting balance of power.

Powell (2006), War as a commitment problem, International Organization 60(1), after Fearon (1995),
Rationalist explanations for war, International Organization 49(3): a state that grows weaker goes
to war now, though both would be better off in peace, exactly when what it will lose by the shift is
larger than the surplus that peace has over war now: the other, once stronger, cannot bind itself to
leave it more than it could then get by fighting.

Here, without a third party and without noise, with A the value of attacking, Q̃ that of peace, δ
the discount factor and one imagined year H, Russia attacks now exactly when

    δ^H (Q̃(0) - max(A(H), Q̃(H)))  >  Q̃(0) - A(0)          what it loses by the shift > the surplus of peace over war now.

If peace will be pushed down to what fighting will then be worth, Q̃(H) ≤ A(H), as in Powell's
bargain, this is a threshold on the shift in power itself: δ^H (A(0) - A(H)) > (1 - δ^H) (Q̃(0) -
A(0)). Peace loses worth by the regime (provocation under accession), and by the balance of power:
its terms follow power, Q̃(H) = Q + η (p̄(H) - p̄(0)). Where peace stays better than war, a shift in
arms alone is then a reason to attack exactly where

    δ^H η (p̄(0) - p̄(H))  >  Q - A(0).

With η = 0 the terms are those of the treaty whoever grows stronger, no shift in power can make the
left side positive, and Russia attacks only where there is no surplus, A(0) > Q.
"""

from functools import cache

import numpy as np
import pytest
from measuring import (
    ALONE,
    FIXED_TERMS,
    FROZEN,
    IN_TIME,
    NO_NOISE,
    NO_PROBES,
    Histories,
    Measured,
    difference_of_rates,
    game,
    histories,
    mean,
    medians,
    model_at,
    rate,
    scenario,
    uniform,
)

from sim.game.endings import Cause

CLEAR = 1e-4
"""Games nearer to indifference than 100 times the noise are left out; there are few."""
DISCOUNT, STATUS_QUO, COST = 0.92, 0.30, 0.35
SETTING = {
    **medians("none"),
    **FROZEN,
    **ALONE,
    **NO_PROBES,
    **IN_TIME,
    **FIXED_TERMS,
    "russia.discount_factor": DISCOUNT,
    "russia.status_quo_value": STATUS_QUO,
    "russia.cost_of_war": COST,
    "ukraine.buildup_half_life": 2.0,
}
SHIFTS = {
    "russia.value_of_prevailing": uniform(0.6, 2.0),
    "ukraine.strength_target": uniform(80, 400),
}
WORSENING = {
    "russia.insecurity": uniform(0, 1),
    "regime.provocation.value": uniform(0, 1.5),
    "regime.accession.start": 0.0,
    "regime.accession.mean_years": uniform(0.3, 6),
    "regime.accession.veto": uniform(0, 0.5),
    "regime.accession.interim": 0.0,
}
FOLLOWING = {"russia.terms_follow_power": uniform(0, 1.5)}
TERMS = {
    "fixed": {},
    "worsening": WORSENING,
    "following power": FOLLOWING,
    "both": {**WORSENING, **FOLLOWING},
}
TO_THE_LEAST = {
    "russia.insecurity": 1.0,
    "regime.provocation.value": 2.0,
    "regime.accession.mean_years": 0.001,
    "regime.accession.veto": 0.0,
    "regime.accession.interim": 0.0,
}
"""Once the regime has entered into force peace is worth less than fighting, and it surely enters.
"""
FORESIGHT = {
    "1 year": [1.0],
    "3 years": [3.0],
    "8 years": [8.0],
    "six nodes": [1.0, 2.0, 3.0, 5.0, 8.0, 12.0],
}
VALUES = (0.85, 0.90, 0.95, 1.00, 1.05)
"""Values of prevailing at which peace has a surplus over war at the balance of today."""


def balance(target, years):
    """p̄(h), written out: Russia stays at 130, Ukraine builds from 80 to its target with a
    half-life of two years, nobody helps.
    """
    defence = 1.35 * (target + (80.0 - target) * 0.5 ** (years / 2.0))
    return 1 / (1 + (defence / 130.0) ** 2)


def value_of_war(value, target, years):
    """A(h)."""
    return value * balance(target, years) - COST


def loss_and_surplus(draws, nodes):
    """What Russia loses by the shift, and the surplus of peace over war now, from the drawn
    parameters alone; the best of all plans to wait.
    """
    years = np.array([0.0, *nodes])[:, None]
    war = value_of_war(draws["russia.value_of_prevailing"], draws["ukraine.strength_target"], years)
    peace = np.full_like(war, STATUS_QUO)
    if "regime.provocation.value" in draws:
        enters = (1 - draws["regime.accession.veto"]) * (
            1 - np.exp(-years / draws["regime.accession.mean_years"])
        )
        peace -= draws["regime.provocation.value"] * draws["russia.insecurity"] * enters
    if "russia.terms_follow_power" in draws:
        target = draws["ukraine.strength_target"]
        peace += draws["russia.terms_follow_power"] * (
            balance(target, years) - balance(target, 0.0)
        )
    discount, plans = DISCOUNT ** years[:, 0], []
    for stop in range(1, len(years) + 1):
        kept = discount[:stop] - np.append(
            discount[1:stop], discount[stop] if stop < len(years) else 0
        )
        plans.append(kept @ peace[:stop] + (discount[stop] * war[stop] if stop < len(years) else 0))
    return peace[0] - np.max(plans, axis=0), peace[0] - war[0], war, peace


def attacks(stated):
    """Russia's chance of attacking at a review now, one entry a design."""
    return game(stated).response[0]


def critical_target(value, years):
    """The strength that Ukraine must build towards for the shift in power within `years` to equal
    the surplus, if peace then is worth less than war.
    """
    waiting, now = DISCOUNT**years, value_of_war(value, 80.0, 0.0)
    then = now - (1 - waiting) / waiting * (STATUS_QUO - now)
    return target_of((then + COST) / value, years)


def target_of(prevailing, years):
    """The strength that Ukraine must build towards for Russia's chance of prevailing to be this
    within `years`.
    """
    strength = 130.0 / 1.35 * np.sqrt(1 / prevailing - 1)
    return 80.0 + (strength - 80.0) / (1 - 0.5 ** (years / 2.0))


def critical_target_of_arms(value, years, following):
    """The same where peace is bent towards the balance of power and stays better than war.

    The shift alone decides.
    """
    surplus = STATUS_QUO - value_of_war(value, 80.0, 0.0)
    return target_of(balance(80.0, 0.0) - surplus / (DISCOUNT**years * following), years)


def facing(value, years, target, *changes, **more):
    """A Russia of this value and foresight that faces a Ukraine on its way to `target`, and a peace
    that will be worth less than war.
    """
    point = {
        "russia.value_of_prevailing": value,
        "russia.foresight": [years],
        "ukraine.strength_target": float(target),
    }
    return scenario(
        "none",
        SETTING,
        {"regime.accession.start": 0.0},
        TO_THE_LEAST,
        point,
        *changes,
        **{"designs": 2, **more},
    )


def arming(value, years, target, following, *changes, **more):
    """A Russia of this value and foresight that faces a Ukraine on its way to `target`, in a peace
    whose terms follow power.
    """
    point = {
        "russia.value_of_prevailing": value,
        "russia.foresight": [years],
        "ukraine.strength_target": float(target),
        "russia.terms_follow_power": following,
    }
    return scenario("none", SETTING, point, *changes, **{"designs": 2, **more})


@pytest.mark.parametrize("terms", TERMS)
@pytest.mark.parametrize("foresight", FORESIGHT)
def test_attacks_exactly_when_the_loss_by_the_shift_exceeds_the_surplus(foresight, terms):
    """3,000 random shifts in power, and in the terms of peace, on both sides of the threshold, with
    one imagined year and with six.
    """
    nodes = FORESIGHT[foresight]
    stated = scenario(
        "none", SETTING, SHIFTS, TERMS[terms], NO_NOISE, {"russia.foresight": nodes}, designs=3000
    )
    loss, surplus, war, peace = loss_and_surplus(model_at(stated).draws, nodes)
    if len(nodes) == 1:
        assert np.allclose(
            loss,
            DISCOUNT ** nodes[0] * (peace[0] - np.maximum(war[1], peace[1])),
            rtol=0,
            atol=1e-12,
        )
    attacked, clear = attacks(stated), abs(loss - surplus) > CLEAR
    assert clear.mean() > 0.99
    assert np.allclose(attacked[clear], (loss > surplus)[clear], rtol=0, atol=1e-12)
    assert min(np.sum(loss[clear] > surplus[clear]), np.sum(loss[clear] < surplus[clear])) > 100
    preventive = clear & (attacked > 0.5) & (surplus > 0)
    assert preventive.sum() > 100 if terms != "fixed" else not preventive.any()


@pytest.mark.parametrize("years", [1.0, 3.0, 8.0])
@pytest.mark.parametrize("value", VALUES)
def test_if_peace_is_pushed_to_its_least_the_shift_in_power_alone_decides(value, years):
    """The threshold on Ukraine's build-up, solved by hand.

    A thousandth above it Russia attacks, a thousandth below it does not.
    """
    target = critical_target(value, years)
    assert target > 80
    assert attacks(facing(value, years, target * 1.001, NO_NOISE)) == pytest.approx(1, abs=1e-12)
    assert attacks(facing(value, years, target * 0.999, NO_NOISE)) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("years", [1.0, 3.0, 8.0])
@pytest.mark.parametrize("value", VALUES)
def test_an_army_that_grows_is_a_reason_to_attack_where_the_terms_follow_power(value, years):
    """Peace stays better than war, and nothing else moves.

    A thousandth above the hand-solved build-up Russia attacks, a thousandth below not.

    Where the whole shift that is possible is too small to make up for the surplus, no build-up of
    25 times is a reason.
    """
    following = 1.2
    surplus = STATUS_QUO - value_of_war(value, 80.0, 0.0)
    if surplus > DISCOUNT**years * following * (balance(80.0, 0.0) - balance(2000.0, years)):
        assert attacks(arming(value, years, 2000, following, NO_NOISE)) == pytest.approx(
            0, abs=1e-12
        )
        return
    target = critical_target_of_arms(value, years, following)
    assert target > 80
    assert attacks(arming(value, years, target * 1.001, following, NO_NOISE)) == pytest.approx(
        1, abs=1e-12
    )
    assert attacks(arming(value, years, target * 0.999, following, NO_NOISE)) == pytest.approx(
        0, abs=1e-12
    )


AT_EVERY_MONTH = {
    "russia.reviews_per_year": 366,
    "war.incidents_per_year": 0,
    "ukraine.reviews_per_year": 0,
    "russia.leader_turnover": 0,
    "sampling.horizon_years": 3,
}


@pytest.mark.parametrize(("size", "share"), [(1.2, 1.0), (0.8, 0.0)])
def test_histories_end_before_the_shift_on_one_side_of_the_threshold_only(size, share):
    """Whole histories without noise, a review every month, entry into force at two years.

    All end before it, or none does.
    """
    stated = facing(
        1.0,
        3.0,
        80 + size * (critical_target(1.0, 3.0) - 80),
        NO_NOISE,
        AT_EVERY_MONTH,
        {"regime.accession.start": 2.0},
        designs=100,
        replicates=2,
    )
    ended = histories(stated)
    assert np.all(ended.entry >= 2)
    assert np.mean(ended.ended_by(Cause.ATTACK) * (ended.years < 2)) == share
    assert np.mean(ended.ended_by(Cause.ATTACK)) == 1


@pytest.mark.parametrize(("size", "share"), [(1.2, 1.0), (0.8, 0.0)])
def test_histories_of_a_build_up_end_at_once_or_never(size, share):
    """A shift in arms and nothing else, terms that follow power, no noise.

    A fifth beyond the threshold all end in three months, short of it none.
    """
    target = 80 + size * (critical_target_of_arms(1.0, 3.0, 1.2) - 80)
    ended = histories(
        arming(1.0, 3.0, target, 1.2, NO_NOISE, AT_EVERY_MONTH, designs=100, replicates=2)
    )
    assert np.mean(ended.ended_by(Cause.ATTACK) * (ended.years <= 0.25)) == share
    assert np.mean(ended.ended_by(Cause.ATTACK)) == share


def test_while_the_terms_are_fixed_no_shift_in_power_is_a_reason_to_attack():
    """What the first edition had for all peaces, η = 0.

    With a surplus today Russia attacks at no build-up, and without one at every one.
    """
    for value in (*VALUES, 1.15, 1.3):
        surplus = STATUS_QUO - value_of_war(value, 80.0, 0.0)
        changes = {
            "russia.value_of_prevailing": value,
            "ukraine.strength_target": uniform(80, 2000),
        }
        stated = scenario("none", SETTING, NO_NOISE, changes, designs=500)
        assert np.allclose(attacks(stated), surplus < 0, rtol=0, atol=1e-12)


EARLY, LATE = (0.0, 0.5), (3.0, 20.0)


@cache
def ended(name: str, *, follow: bool = True) -> Histories:
    """16,000 histories without a guarantee (`none`) or with arms for 45 more Ukrainian brigades and
    no promise (`arms_only`).
    """
    return histories(scenario(name, {} if follow else FIXED_TERMS, designs=2000, replicates=8))


def more_with_arms(ages: tuple[float, float], *, follow: bool = True) -> Measured:
    """What the arms add to attacks per year at peace, in paired worlds."""
    none, arms = (ended(name, follow=follow) for name in ("none", "arms_only"))
    return difference_of_rates(
        none.design, arms.between(*ages, Cause.ATTACK), none.between(*ages, Cause.ATTACK)
    )


def saved_by_arms(*, follow: bool = True) -> np.ndarray:
    """Of each pair of histories, what the arms add to its holding twenty years: 1, 0 or -1."""
    return ended("none", follow=follow).ended_by() - ended("arms_only", follow=follow).ended_by()


def drift(name: str) -> Measured:
    """The mean shift of the balance of power since the signature, over the years of peace."""
    return rate(ended(name).design, ended(name).terms_drift * ended(name).years, ended(name).years)


@cache
def results() -> dict[str, Measured]:
    """Attacks per year at peace without and with the arms, and the paired differences, early and
    late.
    """
    quotes = {}
    for name, ages in (("first half-year", EARLY), ("years 4 to 20", LATE)):
        for regime in ("none", "arms_only"):
            quotes[f"{name}, {regime}"] = rate(
                ended(regime).design, *ended(regime).between(*ages, Cause.ATTACK)
            )
        quotes[f"{name}, difference"] = more_with_arms(ages)
        quotes[f"{name}, difference with fixed terms"] = more_with_arms(ages, follow=False)
    quotes |= {f"drift, {regime}": drift(regime) for regime in ("none", "arms_only")}
    design, following, fixed = ended("none").design, saved_by_arms(), saved_by_arms(follow=False)
    return quotes | {
        "holds 20 years, arms add": mean(following, design),
        "holds 20 years, arms add, fixed terms": mean(fixed, design),
        "holds 20 years, arms add, by terms that follow": mean(following - fixed, design),
    }


def test_arms_for_ukraine_bring_attacks_forward_and_then_prevent_them():
    """The full model at its default noise: a build-up of Ukraine leaves a rebuilding Russia no
    reason to wait. Two bounds of 4 SE (6e-5).
    """
    assert results()["first half-year, difference"].low > 0
    assert results()["years 4 to 20, difference"].high < 0


def test_terms_that_follow_power_make_an_armed_peace_worth_less_to_russia():
    """Without arms the terms follow Russia's recovery and hold it back.

    Arms take that away, and shorten the peace. Three bounds of 4 SE (1e-4).
    """
    assert results()["holds 20 years, arms add, by terms that follow"].high < 0
    assert results()["holds 20 years, arms add"].high < 0
    assert results()["drift, none"].low > results()["drift, arms_only"].high


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
