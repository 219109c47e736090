"""The commitment problem of a shifting balance of power.

Powell (2006), War as a commitment problem, International Organization 60(1), after Fearon (1995), Rationalist explanations for war,
International Organization 49(3): a state that grows weaker goes to war now, though both would be better off in peace, exactly when
what it will lose by the shift is larger than the surplus that peace has over war now: the other, once stronger, cannot be bound to
leave it more than it could then get by fighting.

Here, without a third party and without noise, with A the value of attacking, Q̃ that of peace, δ the discount factor and one imagined
year H, Russia attacks now exactly when

    δ^H (Q̃(0) - max(A(H), Q̃(H)))  >  Q̃(0) - A(0)          what it loses by the shift > the surplus of peace over war now.

If peace will be pushed down to what fighting will then be worth, Q̃(H) ≤ A(H), as in Powell's bargain, this is a threshold on the
shift in power itself: δ^H (A(0) - A(H)) > (1 - δ^H) (Q̃(0) - A(0)). If peace keeps its worth, no shift in power can make the left
side positive: then Russia attacks only where there is no surplus, A(0) > Q̃(0). Peace loses worth by the regime only (provocation
under accession), never by the balance of power. That is where the model parts from the proposition.
"""


import numpy as np
from measuring import (
    ALONE,
    FROZEN,
    NO_PROBES,
    game,
    uniform,
)

DESIGNS = 3000
CLEAR = 1e-4
"""Games nearer to indifference than 100 times the noise are left out; there are few."""
DISCOUNT, STATUS_QUO, COST = 0.92, 0.30, 0.35
SETTING = {**FROZEN, **ALONE, **NO_PROBES, "ukraine.buildup_half_life": 2.0, "russia.discount_factor": DISCOUNT, "russia.status_quo_value": STATUS_QUO,
           "russia.cost_of_war": COST}
SHIFTS = {**SETTING, "russia.value_of_prevailing": uniform(0.6, 2.0), "russia.insecurity": uniform(0, 1), "ukraine.strength_target": uniform(80, 400)}
WORSENING = {"regime.provocation.value": uniform(0, 1.5), "regime.accession.start": 0.0, "regime.accession.mean_years": uniform(0.3, 6),
             "regime.accession.veto": uniform(0, 0.5), "regime.accession.interim": 0.0}
FORESIGHT = {"1 year": (1.0,), "3 years": (3.0,), "8 years": (8.0,), "six nodes": (1.0, 2.0, 3.0, 5.0, 8.0, 12.0)}


def by_hand(given, nodes):
    """A(h) and Q̃(h) at 0 and the imagined years, (node, world), from the drawn parameters alone: no third party, strengths as they are written."""
    drawn = {name: values for name, values in game(given).russia if name in ("value_of_prevailing", "insecurity")}
    years = np.array([0.0, *nodes])[:, None]
    crisis = game(given)
    target = crisis.ukraine_strength[0] * 0 + 1 if False else None      # strengths are written out below
    del target
    return drawn, years


def war_and_peace(value, target, insecurity, provocation, mean_years, veto, nodes):
    """A(h) and Q̃(h), (node, world), written out for this setting."""
    years = np.array([0.0, *nodes])[:, None]
    defence = 1.35 * (target + (80.0 - target) * 0.5 ** (years / 2.0))
    war = value / (1 + (defence / 130.0) ** 2) - COST
    in_force = np.where(years > 0, (1 - veto) * (1 - np.exp(-years / mean_years)), 0.0)
    return war, STATUS_QUO - provocation * insecurity * in_force + 0 * war
