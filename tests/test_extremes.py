"""Every number of a scenario at each end of its range, as a number and as a distribution: refused in
words, or simulated with results that are possible.
"""

import math
import warnings

import pytest
from elements import LIBRARY

import sim
from sim.scenario.load import replaced
from sim.uncertainty import LARGEST, Distribution, is_number

SMALL = {
    "sampling.designs": 4,
    "sampling.replicates": 4,
    "sampling.horizon_years": 3,
    "sampling.steps_per_year": 4,
}
BASES = ("nato", "coalition")
"""Scenarios in which most provisions act."""


def ends(field):
    """The least and the largest number that a field takes."""
    bounds = field.json_schema_extra
    low, high = bounds.get("minimum", -LARGEST), bounds.get("maximum", math.inf)
    return low, min(high, LARGEST)


def numbers():
    """Each base with each of its numeric keys, and the ends of its range."""
    for name in BASES:
        scenario = replaced(sim.load(LIBRARY[name]), SMALL)
        for key, value, field in scenario.fields():
            if is_number(value) or isinstance(value, Distribution):
                yield scenario, key, ends(field)


def values(scenario, key, low, high):
    """What stands for a key: the ends, and distributions that reach them."""
    numeric = dict(scenario.leaves())[key]
    whole = isinstance(numeric, int) and key.startswith("sampling.")
    if whole:
        return [low, min(high, 40)]
    spread = {"uniform": [low, high]}
    corner = {"choice": [low, high]}
    return [low, high, spread, corner]


def simulated(scenario):
    """Every column passes the gate, without a warning, and every share is one."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = sim.run(scenario, out=None)
    table = sim.survival(run)
    shares = table[["estimate", "low", "high"]].to_numpy()
    assert ((shares >= 0) & (shares <= 1)).all()


def tried(cases):
    """How many were simulated, and how many refused."""
    simulations, refusals = 0, 0
    for scenario, key, (low, high) in cases:
        for value in values(scenario, key, low, high):
            try:
                changed = replaced(scenario, {key: value})
            except sim.ScenarioError:
                refusals += 1
                continue
            simulated(changed)
            simulations += 1
    return simulations, refusals


@pytest.mark.parametrize(
    "group",
    [
        pytest.param(slice(0, None, 60), marks=pytest.mark.long),
        pytest.param(slice(None), marks=[pytest.mark.long, pytest.mark.exhaustive]),
    ],
    ids=["some", "all"],
)
def test_the_ends_of_every_range_are_simulated_or_refused(group):
    """Reputations of a coalition that is certainly resolute were beyond 1 by a rounding once."""
    cases = list(numbers())
    assert len(cases) > 200
    simulations, refusals = tried(cases[group])
    assert simulations > refusals


@pytest.mark.parametrize("key", ["europe.prior_resolute", "united_states.prior_resolute"])
def test_a_guarantor_that_is_certainly_resolute_is_simulated(key):
    simulated(replaced(replaced(sim.load(LIBRARY["nato"]), SMALL), {key: 1}))
