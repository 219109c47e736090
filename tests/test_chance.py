"""Chance: named streams.

What one decision draws moves what it decides, and nothing that another one draws or decides.
"""

from dataclasses import dataclass, field
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from elements import MEMBERS
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipys import frozen

import sim
from sim.agents.europe import EuropeanCoalition
from sim.agents.united_states import UnitedStates
from sim.ensemble.block import outcomes
from sim.model import ceasefire, reviews
from sim.model.chance import SLAB, Chance, Slabs, Stream, generator
from sim.model.wars import Wars

pytestmark = pytest.mark.long
always = settings(max_examples=40)
WORLDS, ROWS = 3 * SLAB, 40
some_worlds = st.lists(st.integers(0, WORLDS - 1), min_size=1, max_size=30).map(np.array)

REGIME = {
    "commitment": {
        "europe": 0.7,
        "united_states": 0.55,
        "resupply": 10,
        "term_years": 3,
        "voidable": 0.5,
    },
    "deployment": {"brigades": 5},
    "arms": {"package_usd_bn": 60, "delivery_years": 7},
    "accession": {"start": 0.5, "mean_years": 1.5, "veto": 0.2, "interim": 0.3},
    "provocation": {"value": 0.15},
}
"""A regime with everything that draws: a term, a deployment to renew, arms to vote, and an
accession to wait for.
"""
AMERICA = (
    "united_states.resolute",
    "united_states.says_committed",
    "united_states.reputation",
    "united_states.funds_passed",
    "ukraine.arms",
    "ukraine.strength",
)
LEADERS = ("russia.successions", "russia.value_of_prevailing", "russia.insecurity")
POLITICS = (
    "europe.resolute",
    *AMERICA,
    *LEADERS,
    "russia.disposition",
    "russia.strength",
    "entry",
    "renewed",
)
"""What happens to a world at peace whatever Russia and Ukraine do in it."""
WHILE_IT_HOLDS = (*LEADERS, "russia.disposition")
"""What stays as it is in a war, where leaders stay on."""
DECIDES = {
    "coalition type": ("europe.resolute",),
    "United States type": AMERICA,
    "elections": AMERICA,
    "election statements": ("united_states.says_committed", "united_states.reputation"),
    "funds": (
        "united_states.reputation",
        "united_states.funds_passed",
        "ukraine.arms",
        "ukraine.strength",
    ),
    "leader turnover": (*LEADERS, "russia.disposition"),
    "leader's value_of_prevailing": ("russia.value_of_prevailing",),
    "leader's insecurity": ("russia.insecurity",),
    "disposition": ("russia.disposition",),
    "disposition changes": ("russia.disposition",),
    "accession": ("entry",),
    "veto": ("entry",),
    "promise renewal": ("renewed",),
} | dict.fromkeys(
    (
        "renewals",
        "Russia reviews",
        "Ukraine reviews",
        "incidents",
        "answers to probes",
        "intervention",
        "backing",
    ),
    (),
)
DECIDES |= {f"pledge of {member}": () for member in MEMBERS} | {
    f"elections in {member}": ("europe.resolute",) for member in MEMBERS
}
"""Every stream of the model, and the politics that it decides."""


def scenario(regime=REGIME, **russia):
    """Worlds of short and eventful histories: leaders come and go, and incidents are many."""
    return sim.Scenario(
        name="eventful",
        regime=regime,
        russia={"leader_turnover": 0.3} | russia,
        war={"incidents_per_year": 6},
        sampling={"designs": 150, "replicates": 10, "horizon_years": 8, "seed": 11},
    )


@dataclass
class Story:
    """What every stream drew, row by row, and the politics of every month, (month, world)."""

    model: sim.CeasefireModel
    drawn: dict[str, list] = field(default_factory=dict)
    lived: dict[str, list] = field(
        default_factory=lambda: {name: [] for name in (*POLITICS, "at_peace")}
    )

    def live(self, months):
        """Step on, whether or not any world is left."""
        for _ in range(months):
            self.model.step()
            for name, states in self.lived.items():
                owner, _, attribute = name.rpartition(".")
                states.append(
                    np.copy(getattr(getattr(self.model, owner) if owner else self.model, attribute))
                )
        self.lived = {name: np.array(states) for name, states in self.lived.items()}
        outcomes(self.model)  # wars are settled once somebody looks
        return self


class Overheard(Chance):
    """Chance whose every row is written down, and in which one stream may have been taken out of
    the code.
    """

    def __init__(self, seed, worlds, drawn, without=None):
        super().__init__(seed, worlds)
        self._drawn, self._without = drawn, without

    def following(self, quantile, name):
        if name in self._streams:
            return self._streams[name]
        stream = super().following(quantile, name)
        if name == self._without:
            stream.next = partial(np.full, self._slabs.worlds, 0.999)
            return stream
        draw, rows = stream.next, self._drawn.setdefault(name, [])

        def overheard():
            rows.append(draw().copy())
            return rows[-1]

        stream.next = overheard
        return stream


def lived_through(*, without=None, model=sim.CeasefireModel, regime=REGIME, months=72):
    """The story of a slab of worlds, in which one stream is not drawn from."""
    drawn = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ceasefire, "Chance", partial(Overheard, drawn=drawn, without=without))
        return Story(model(scenario(regime), SLAB), drawn).live(months)


@pytest.fixture(scope="module")
def whole():
    """The story with nothing taken out."""
    return lived_through()


def assert_same_politics(one, other, names=POLITICS):
    """Wherever both still have their ceasefire, or a war in one of them changes nothing.

    Only leaders and dispositions stay as they are.
    """
    for name in names:
        both = (
            one.lived["at_peace"] & other.lived["at_peace"]
            if name in WHILE_IT_HOLDS
            else np.ones_like(one.lived["at_peace"])
        )
        np.testing.assert_array_equal(one.lived[name][both], other.lived[name][both], err_msg=name)


def assert_same_draws(one, other):
    """Row by row, as far as both stories asked; neither asks for the numbers of an event that it
    did not have.
    """
    for name in one.drawn.keys() & other.drawn.keys():
        rows = min(len(one.drawn[name]), len(other.drawn[name]))
        np.testing.assert_array_equal(
            one.drawn[name][:rows], other.drawn[name][:rows], err_msg=name
        )


def test_every_stream_of_the_model_is_accounted_for(whole):
    """The tests below take out each stream in turn.

    A new one fails here until it is said what it decides.
    """
    assert set(whole.drawn) == set(DECIDES)


@pytest.mark.parametrize("name", DECIDES)
def test_a_draw_less_moves_only_what_it_decides(name, whole):
    """Without one stream all others draw the same numbers, and all politics are the same but those
    that it decides.

    And none is drawn in vain: without it some world ends differently.
    """
    less = lived_through(without=name)
    assert name not in less.drawn
    assert_same_draws(whole, less)
    assert_same_politics(whole, less, [kind for kind in POLITICS if kind not in DECIDES[name]])
    for decided in DECIDES[name]:
        assert not np.array_equal(whole.lived[decided], less.lived[decided]), (
            f"{name} decides nothing of {decided}"
        )
    assert not outcomes(less.model).equals(outcomes(whole.model))


@pytest.mark.parametrize(
    ("owner", "removed"),
    [
        (ceasefire, "review_in_ukraine"),
        (ceasefire, "review_in_russia"),
        (reviews, "answer_probes"),
        (Wars, "begin"),
    ],
)
def test_an_actors_code_less_moves_no_other_actors_draws(owner, removed, whole, monkeypatch):
    """Take a whole decision out of the model, with all that it draws.

    The rest draw what they drew, and live what they lived.
    """
    monkeypatch.setattr(owner, removed, lambda *_, **__: None)
    less = lived_through()
    assert_same_draws(whole, less)
    assert_same_politics(whole, less)


@pytest.mark.parametrize(
    "regime",
    [
        {},
        {"commitment": {"europe": 1}, "monitoring": {"quality": 0.9}},
        REGIME | {"accession": None},
        {
            "commitment": {"united_states": 0.2, "term_years": 1},
            "deployment": {"brigades": 1},
            "response": {"europe_days": 3},
        },
    ],
)
def test_regimes_share_their_histories(regime, whole):
    """Common random numbers: under another guarantee the same draws of every stream, the same
    leaders, dispositions and Russian strength.

    Types are drawn with the same numbers, but with the chance that the promise signals.
    """
    other = lived_through(regime=regime)
    assert 50 < other.lived["at_peace"][-1].sum() != whole.lived["at_peace"][-1].sum()
    assert_same_draws(whole, other)
    assert_same_politics(whole, other, (*WHILE_IT_HOLDS, "russia.strength"))


@pytest.mark.parametrize(
    ("actor", "yearly"), [(UnitedStates, "vote_funds"), (EuropeanCoalition, "face_renewal")]
)
def test_what_comes_once_a_year_has_a_number_for_each_year(actor, yearly, monkeypatch):
    """Whether or not it came in the years before.

    Where no promise holds until entry, funds are voted from then on.
    """
    at_once, later = (
        REGIME | {"accession": None},
        REGIME | {"arms": {}, "accession": {"start": 2, "mean_years": 2, "veto": 0.5}},
    )
    met = []
    for regime in (at_once, later):
        seen, original = {}, getattr(actor, yearly)

        def watched(self, due, uniform, falls, seen=seen, original=original):
            seen[round(self.model.years)] = (due, uniform)
            original(self, due, uniform, falls)

        with monkeypatch.context() as patch:
            patch.setattr(actor, yearly, watched)
            Story(sim.CeasefireModel(scenario(regime), 512)).live(72)
        met.append(seen)
    years = met[0].keys() & met[1].keys()
    assert len(years) >= 2
    for year in years:
        np.testing.assert_array_equal(met[0][year][1], met[1][year][1])
    assert yearly != "vote_funds" or any(due.any() and not due.all() for due, _ in met[1].values())


@pytest.fixture(scope="module")
def among():
    """The story of 1,500 worlds."""
    return Story(sim.CeasefireModel(scenario(), 1500)).live(96)


@pytest.mark.parametrize(
    "company", [[4], [700, 3], [255, 256, 511, 512, 513], range(256, 512), range(1001, 1200, 3)]
)
def test_a_world_lives_the_same_in_any_company(company, among):
    """Every month, every state of the actors of some worlds is, bit for bit, what it is among
    1,500.
    """
    alone = Story(sim.CeasefireModel(scenario(), company)).live(96)
    for name, states in alone.lived.items():
        np.testing.assert_array_equal(states, among.lived[name][:, list(company)], err_msg=name)
    np.testing.assert_array_equal(alone.model.years_held, among.model.years_held[list(company)])


@pytest.mark.long
@always
@given(worlds=some_worlds, name=st.text(max_size=20), seed=st.integers(0, 2**63 - 1))
def test_columns_of_any_worlds_are_those_of_the_whole(worlds, name, seed):
    """In any order, with repetitions, from any slabs; with numbers of any distribution."""
    for quantile in (None, np.log1p):
        chosen, whole = (
            Stream(seed, name, Slabs(selected), quantile)
            for selected in (worlds, np.arange(WORLDS))
        )
        for _ in range(ROWS):
            np.testing.assert_array_equal(chosen.next(), whole.next()[worlds])


@always
@given(
    worlds=some_worlds,
    wanted=st.lists(st.integers(0, ROWS - 1), min_size=1, max_size=6),
    data=st.data(),
)
def test_nth_is_the_sequence_of_next(worlds, wanted, data):
    """Whenever and wherever it is asked for, the n-th event of a world has the n-th row."""
    rows = Stream(3, "leaders", Slabs(worlds))
    table, nth = (
        np.array([rows.next().copy() for _ in range(ROWS)]),
        Stream(3, "leaders", Slabs(worlds)),
    )
    for most in wanted:
        where = np.array(
            data.draw(st.lists(st.integers(0, len(worlds) - 1), min_size=1, max_size=10))
        )
        ordinal = np.array([data.draw(st.integers(0, most)) for _ in where])
        np.testing.assert_array_equal(nth.nth(ordinal, where), table[ordinal, where])


def test_once_is_one_row():
    """A decision that is taken once has one number a world, the first of its stream, however often
    it is asked for.
    """
    worlds = np.arange(SLAB)
    chance = Chance(5, worlds)
    first = chance.once("backing").copy()
    np.testing.assert_array_equal(chance.once("backing"), first)
    np.testing.assert_array_equal(first, Stream(5, "backing", Slabs(worlds)).next())


def test_streams_are_uniform_and_know_nothing_of_each_other():
    """Kolmogorov-Smirnov, and the correlation between streams, slabs, seeds and successive rows.

    Of 12 sequences of 40,000 numbers each test has a false-alarm rate of 1e-6, so all 12 + 66 + 12
    of them together of 9e-5.
    """
    keys = [
        (seed, name, slab)
        for seed in (0, 1)
        for name in ("Russia reviews", "incidents", "incident")
        for slab in (0, 1)
    ]
    drawn = np.array([generator(*key).random(40_000) for key in keys])
    bound = stats.norm.isf(5e-7) / np.sqrt(40_000)
    assert min(stats.kstest(row, "uniform").pvalue for row in drawn) > 1e-6
    assert (
        max(
            abs(np.corrcoef(drawn[i], drawn[j])[0, 1]) for i, j in combinations(range(len(keys)), 2)
        )
        < bound
    )
    assert max(abs(np.corrcoef(row[1:], row[:-1])[0, 1]) for row in drawn) < bound


def test_the_numbers_are_those_of_every_machine():
    """A published world stays what it was: these digits may change on purpose only."""
    assert generator(2025, "Russia reviews", 0).random(3).tolist() == [
        0.6032543646890195,
        0.29690515471790646,
        0.2773800074836428,
    ]


def test_new_leaders_are_drawn_from_the_distribution_of_the_scenario(whole):
    """V and κ of successors follow the scenario (Kolmogorov-Smirnov, false-alarm rate 1e-6 each), V
    independent of κ within 5 errors.
    """
    drawn = {
        name: np.ravel(whole.drawn[f"leader's {name}"])
        for name in ("value_of_prevailing", "insecurity")
    }
    assert min(map(len, drawn.values())) >= 4 * SLAB
    for name, values in drawn.items():
        assert (
            stats.kstest(values, frozen(getattr(whole.model.specification.russia, name)).cdf).pvalue
            > 1e-6
        )
    size = min(map(len, drawn.values()))
    assert abs(
        stats.spearmanr(*(values[:size] for values in drawn.values())).statistic
    ) < 5 / np.sqrt(size)
