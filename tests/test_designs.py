"""Parameter designs: Sobol' points, of which a design is the same in any company and a number more
or less moves no other.
"""

import numpy as np
import pytest
import scipy
from elements import LIBRARY
from hypothesis import given, settings
from hypothesis import strategies as st
from scipys import frozen

import sim
from sim.model.designs import FIRST, _points, designs, dimensions, probabilities
from sim.scenario.schema import ONLY_SIGNATURES
from sim.uncertainty import Draws

SEEDS = st.integers(0, 2**63 - 1)
ASIDE = "fighting.support"
"""A number on which no history depends."""
OWN = "europe.members.Spain.brigades"
"""A number that the schema does not know before a scenario brings it in."""
KNOWN = "russia.insecurity"


def dealt(seed, count, which):
    """The rows that these designs have of so many that are drawn jointly."""
    return designs(seed, {"a.b": Draws(tuple(map(float, range(count))))}, which)["a.b"].astype(int)


def test_every_uncertain_number_has_a_dimension_of_its_own():
    """All that the scenarios of the library draw, those that decide much first.

    And no two share one. Numbers on which no history depends take up none.
    """
    places = dimensions()
    assert sorted(places.values()) == list(range(len(places)))
    assert [places[name] for name in FIRST] == list(range(len(FIRST)))
    for path in LIBRARY.values():
        names = sim.load(path).uncertain().keys()
        assert {name for name in names if not name.startswith(ONLY_SIGNATURES)} <= places.keys()
    assert not [name for name in places if name.startswith(ONLY_SIGNATURES)]


def test_points_are_drawn_once_for_all_numbers(monkeypatch):
    """However many parameter sets there are, in one row or with gaps."""
    made, sobol = [], scipy.stats.qmc.Sobol

    def counted(*words, **options):
        made.append(words)
        return sobol(*words, **options)

    monkeypatch.setattr(scipy.stats.qmc, "Sobol", counted)
    uncertain = sim.Scenario().uncertain()
    _points.cache_clear()
    for times, which in enumerate((np.arange(20_000), np.array([3, 9_000, 50_000])), start=1):
        designs(20261127, uncertain, which)
        assert len(made) == times


@settings(max_examples=30)
@given(
    name=st.sampled_from([KNOWN, OWN, ASIDE, *dimensions()]),
    number=st.integers(0, 5000),
    seed=SEEDS,
)
def test_each_256_designs_have_one_in_each_stratum(name, number, seed):
    """In every dimension and beyond, strictly within (0, 1).

    Points fill sixteen strata with each sixteen.
    """
    column = probabilities(seed, name, np.arange(256 * number, 256 * (number + 1)))
    assert ((column > 0) & (column < 1)).all()
    np.testing.assert_array_equal(np.sort(np.floor(column * 256)), np.arange(256))
    if name not in (OWN, ASIDE):
        np.testing.assert_array_equal(
            np.sort(np.floor(column * 16).reshape(16, 16)), np.tile(np.arange(16), (16, 1))
        )


@given(first=st.integers(0, 30))
def test_the_numbers_that_decide_most_fill_the_square_together(first):
    """V and κ, the first two dimensions, are a net.

    Each 256 designs have one in each of the rectangles of any shape of that size.
    """
    which = np.arange(256 * first, 256 * (first + 1))
    values = [probabilities(9, name, which) for name in FIRST[:2]]
    for wide in (1, 2, 4, 8, 16, 32, 64, 128, 256):
        cells = np.floor(values[0] * wide) * (256 // wide) + np.floor(values[1] * (256 // wide))
        np.testing.assert_array_equal(np.sort(cells), np.arange(256))


@settings(max_examples=10)
@given(
    chosen=st.lists(st.integers(0, 9000), min_size=1, max_size=30).map(np.array),
    count=st.integers(2, 400),
)
def test_a_design_is_the_same_in_any_company(chosen, count):
    """Whatever other designs are asked for, in whatever order, and however many a run has."""
    for name in (KNOWN, OWN):
        np.testing.assert_array_equal(
            probabilities(3, name, chosen), probabilities(3, name, np.arange(9001))[chosen]
        )
    np.testing.assert_array_equal(dealt(3, count, chosen), dealt(3, count, np.arange(9001))[chosen])


@given(count=st.integers(2, 400), seed=SEEDS)
def test_rows_that_are_drawn_jointly_come_once_in_each_round(count, seed):
    """As many designs as there are rows have each of them once, in an order that differs from round
    to round.
    """
    rounds = dealt(seed, count, np.arange(3 * count)).reshape(3, count)
    np.testing.assert_array_equal(np.sort(rounds), np.tile(np.arange(count), (3, 1)))
    assert (
        count < 10 or len(np.unique(rounds, axis=0)) == 3
    )  # two of three orders of ten are alike in 1 of 10^6


def test_other_seeds_are_other_scramblings():
    """The mean of a product over 64 designs varies from seed to seed about what it is.

    Within 5 standard errors over 100 seeds.
    """
    pairs = (FIRST[:2], (KNOWN, OWN), list(dimensions())[-2:])
    products = np.array(
        [
            [
                np.prod([probabilities(seed, name, np.arange(64)) for name in names], axis=0).mean()
                for names in pairs
            ]
            for seed in range(100)
        ]
    )
    assert (products.std(axis=0) > 0).all()
    assert (abs(products.mean(axis=0) - 0.25) < 5 * products.std(axis=0) / np.sqrt(100)).all()


def test_no_two_numbers_go_together():
    """Over 4,096 designs no two of the numbers that are uncertain in the library are correlated by
    more than a tenth.
    """
    drawn = np.array(
        [probabilities(5, name, np.arange(4096)) for name in sim.Scenario(name="any").uncertain()]
    )
    assert abs(np.corrcoef(drawn) - np.eye(len(drawn))).max() < 0.1


def test_points_integrate_better_than_chance():
    """A smooth function of the ten numbers that decide most.

    Over 60 seeds of 256 designs, a tenth of the variance of random ones.

    Each variance is known to a fifth, and the ratio is some hundredth: false alarm far below 1e-6.
    """

    def mean(columns):
        return np.prod(1 + 0.3 * (np.array(columns) - 0.5), axis=0).mean()

    points = [
        mean([probabilities(seed, name, np.arange(256)) for name in FIRST[:10]])
        for seed in range(60)
    ]
    random = [mean(np.random.default_rng(seed).random((10, 256))) for seed in range(60)]
    assert np.var(points) < np.var(random) / 10


@pytest.mark.parametrize("designs_of_run", [2, 12, 60, 100, 257, 1000])
def test_any_number_of_designs_is_even(designs_of_run):
    """The first so many, a power of two or not, miss no stratum of a known number by more than two
    designs in any of sixteen.
    """
    for name in (*FIRST, *list(dimensions())[-5:]):
        held = np.bincount(
            (probabilities(7, name, np.arange(designs_of_run)) * 16).astype(int), minlength=16
        )
        assert held.max() - held.min() <= 2


def test_the_numbers_are_those_of_every_machine():
    """A published world stays what it was: these digits may change on purpose only."""
    assert probabilities(2025, KNOWN, np.arange(3)).tolist() == DIGITS[KNOWN]
    assert probabilities(2025, OWN, np.arange(3)).tolist() == DIGITS[OWN]
    assert dealt(2025, 10, np.arange(10)).tolist() == DIGITS["dealt"]


DIGITS = {
    KNOWN: [0.8154965607682243, 0.015173986903391778, 0.5042987839551643],
    OWN: [0.042318207354212184, 0.9130822228680426, 0.7524700928564853],
    "dealt": [2, 7, 1, 3, 9, 8, 6, 4, 0, 5],
}


@pytest.mark.parametrize("replicates", [1, 10])
def test_parameters_are_drawn_by_design_from_their_distributions(replicates):
    """Replicates share their draws, which are quantiles of the distribution whatever else is
    uncertain.
    """
    sampling = {"designs": 144, "replicates": replicates}
    plain = {"insecurity": {"uniform": [0.0, 1.0]}, "cost_of_war": 0.35}
    fewer, more = (
        sim.CeasefireModel(
            sim.Scenario(name="drawn", russia=russia, sampling=sampling), 144 * replicates
        )
        for russia in (plain, plain | {"cost_of_war": {"uniform": [0.3, 0.4]}})
    )
    assert more.draws.keys() - fewer.draws.keys() == {"russia.cost_of_war"}
    for name, values in fewer.draws.items():
        np.testing.assert_array_equal(values, more.draws[name])
        np.testing.assert_array_equal(values, np.repeat(values[::replicates], replicates))
        if name.startswith(ONLY_SIGNATURES):  # of hypercubes of 256, which 144 designs do not fill
            continue
        strata = (
            np.floor(16 * frozen(fewer.specification.uncertain()[name]).cdf(values[::replicates]))
            .astype(int)
            .reshape(9, 16)
        )
        np.testing.assert_array_equal(np.sort(strata), np.tile(np.arange(16), (9, 1)))
