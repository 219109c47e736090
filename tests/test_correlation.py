"""Dependence between uncertain numbers: rank correlations imposed on the sample (Iman & Conover
1982), which move no value and no other number.
"""

import json
import math
import pickle

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import sim
from sim.ensemble.counted import parameter_sets
from sim.ensemble.variants import simulate_variants
from sim.model.designs import designs
from sim.model.sample import Sample
from sim.scenario.correlation import Correlation, Group, groups
from sim.scenario.load import replaced
from sim.scenario.schema import json_schema
from sim.scenario.show import resolved
from sim.study.assumptions import at_odds
from sim.study.clauses import clauses
from sim.study.players import between, game_of
from sim.uncertainty import Choice, LogNormal, Uniform

ONE, OTHER, THIRD = "russia.insecurity", "war.surprise", "europe.stake"
PAIR = {"keys": [ONE, OTHER], "rank": 0.6}
SECOND = {"keys": [OTHER, THIRD], "rank": -0.3}
SMALL = {"sampling.designs": 512, "sampling.replicates": 2, "sampling.horizon_years": 2}


@pytest.fixture(scope="module")
def independent():
    return sim.load("nato", SMALL)


@pytest.fixture(scope="module")
def dependent():
    return sim.load("nato", SMALL | {"correlation": [PAIR, SECOND]})


def drawn(scenario, count=512):
    """Every uncertain number in the first parameter sets."""
    return designs(
        scenario.sampling.seed, scenario.uncertain(), np.arange(count), scenario.correlation
    )


@pytest.mark.parametrize("rank", [-0.95, -0.4, 0.1, 0.6, 0.9])
@pytest.mark.parametrize("keys", [(ONE, OTHER), ("europe.members.Spain.brigades", "fighting.x")])
def test_the_rank_correlation_is_the_stated_one(rank, keys):
    """Of numbers with a dimension of their own, and of those with hypercubes.

    Within 4 standard errors of a random sample of as many sets: a false
    alarm is less likely than 1 in 10,000, and as sets are spread evenly it is rarer still.
    """
    uncertain = {keys[0]: Uniform(0, 1), keys[1]: LogNormal(2.0, 1.0)}
    pair = Correlation(keys=keys, rank=rank)
    for seed in (1, 2025):
        values = designs(seed, uncertain, np.arange(4096), [pair])
        measured = stats.spearmanr(*values.values()).statistic
        error = math.sqrt((1 + rank**2 / 2) / (4096 - 3)) * (1 - rank**2)
        assert abs(measured - rank) < 4 * error + 0.002


def test_three_numbers_have_all_their_ranks():
    """Those that no pair names are independent."""
    three = [ONE, OTHER, THIRD]
    pairs = [Correlation(**PAIR), Correlation(**SECOND)]
    values = designs(7, dict.fromkeys(three, Uniform(0, 1)), np.arange(4096), pairs)
    measured = stats.spearmanr(np.stack([values[key] for key in three], axis=1)).statistic
    stated = [[1, 0.6, 0], [0.6, 1, -0.3], [0, -0.3, 1]]
    assert np.abs(measured - np.array(stated)).max() < 4 / math.sqrt(4096)


def test_marginals_are_the_same_values_and_no_other_number_moves(independent, dependent):
    """Bit for bit, in each 256 parameter sets; the first number of a group stays in its order."""
    before, after = drawn(independent), drawn(dependent)
    moved = {key for key in before if not np.array_equal(before[key], after[key])}
    assert moved == {ONE, OTHER}
    assert min([ONE, OTHER, THIRD]) == THIRD
    for key in before:
        for own in (slice(0, 256), slice(256, 512)):
            np.testing.assert_array_equal(np.sort(before[key][own]), np.sort(after[key][own]))


def test_a_list_of_values_is_ordered_by_size():
    """Whatever order a file gives them in."""
    uncertain = {ONE: Choice((3.0, 1.0, 2.0)), OTHER: Uniform(0, 1)}
    values = designs(3, uncertain, np.arange(2048), [Correlation(keys=(ONE, OTHER), rank=0.9)])
    measured = stats.spearmanr(values[ONE], values[OTHER]).statistic
    assert 0.8 < measured < 0.9


@settings(max_examples=20)
@given(
    chosen=st.lists(st.integers(0, 5000), min_size=1, max_size=40, unique=True),
    seed=st.integers(0, 2**63 - 1),
)
def test_a_parameter_set_is_the_same_in_any_company(chosen, seed):
    """Alone, among some and in a run of any number of them: so that a run of more adds to it."""
    uncertain = {ONE: Uniform(0, 1), OTHER: Uniform(2, 3)}
    pair = [Correlation(**PAIR)]
    which = np.array(chosen)
    among = designs(seed, uncertain, np.arange(5001), pair)
    for key, values in designs(seed, uncertain, which, pair).items():
        np.testing.assert_array_equal(values, among[key][which])


def test_one_number_does_not_hang_on_whether_the_other_is_fixed(dependent):
    """Settings that stand in place of a number leave its partner as it was."""
    worlds = Sample.drawn_for(dependent, 1, 100)
    fixed = Sample.drawn_for(dependent, 1, 100, {THIRD: np.full(100, -0.5)})
    np.testing.assert_array_equal(worlds.draws[OTHER], fixed.draws[OTHER])
    alone = designs(1, {OTHER: dependent.uncertain()[OTHER]}, np.arange(50), dependent.correlation)
    np.testing.assert_array_equal(worlds.draws[OTHER][::2], alone[OTHER])


@pytest.mark.long
def test_the_bytes_are_those_of_any_blocks_and_of_a_run_that_was_added_to(dependent, tmp_path):
    """And every way to draw the same parameter sets agrees with the run."""
    whole = sim.run(dependent, out=tmp_path / "whole")
    fewer = replaced(dependent, {"sampling.designs": 300})
    sim.run(fewer, out=tmp_path / "parts", block=77)
    added = sim.run(dependent, out=tmp_path / "parts", block=100)
    assert added.manifest["adds_to"]
    assert added.manifest["sha256"] == whole.manifest["sha256"]
    assert whole.scenario.determinants() == dependent.determinants()
    sets = parameter_sets(dependent)
    counted = simulate_variants(
        dependent,
        [{OTHER: dependent.uncertain()[OTHER]}],
        lambda worlds: worlds[[OTHER]].to_numpy().T,
    )
    for key in (ONE, OTHER, THIRD):
        np.testing.assert_array_equal(whole.outcomes[key], sets[key])
    np.testing.assert_array_equal(counted[0, 0], sets[OTHER])


@pytest.mark.long
def test_another_process_draws_the_same(dependent):
    """From the scenario as it receives it, block by block."""
    received = pickle.loads(pickle.dumps(dependent))  # noqa: S301  our own bytes
    one, two = (sim.run(scenario, out=None, block=200) for scenario in (dependent, received))
    assert one.outcomes.equals(two.outcomes)


def test_without_correlations_a_scenario_is_the_same_data(independent, dependent):
    """So that the names of its runs do not change; with them it is another."""
    assert "correlation" not in independent.determinants()
    none = replaced(dependent, {"correlation": []})
    assert none.determinants() == independent.determinants()
    assert dependent.determinants() != independent.determinants()


def write(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text)
    return folder / f"{name}.toml"


BOTH = f"""title = "Both"
extends = "nato"
correlation = [
    {{ keys = ["{ONE}", "{OTHER}"], rank = 0.6, source = "a reason" }},
    {{ keys = ["{THIRD}", "{OTHER}"], rank = -0.3 }},
]
"""


def test_files_merge_pair_by_pair(tmp_path):
    """A later file replaces a pair, in whatever order it names the keys, and adds others; rank 0
    takes one out, and so does a value that fixes one of its numbers.
    """
    both = write(tmp_path, both=BOTH)
    write(
        tmp_path,
        other=f'[[correlation]]\nkeys = ["{OTHER}", "{ONE}"]\nrank = 0.2',
        none=f'[[correlation]]\nkeys = ["{OTHER}", "{ONE}"]\nrank = 0',
        fixed="[war]\nsurprise = 1.2",
        wide="[war]\nsurprise = { uniform = [1, 2] }",
        posterior="[war]\nsurprise = { draws = [1.1, 1.2] }",
    )

    def ranks(*over):
        scenario = sim.load(both, over=[tmp_path / f"{name}.toml" for name in over])
        return {correlation.pair: correlation.rank for correlation in scenario.correlation}

    first, second = frozenset((ONE, OTHER)), frozenset((THIRD, OTHER))
    assert ranks() == ranks("wide") == {first: 0.6, second: -0.3}
    assert ranks("other") == {first: 0.2, second: -0.3}
    assert ranks("none") == {second: -0.3}
    assert sim.load(both, {"correlation": []}).correlation == ()
    assert ranks("fixed") == ranks("posterior") == {}
    assert replaced(sim.load(both), {ONE: 0.5}).correlation == sim.load(both).correlation[1:]


def test_show_prints_them_and_load_reads_them_back(tmp_path, command):
    """With the file and line that set each, and its source."""
    path = write(tmp_path, both=BOTH)
    scenario = sim.load(path)
    shown = resolved(scenario)
    assert f'[[correlation]]\nkeys = ["{ONE}", "{OTHER}"]' in shown
    again = sim.load(write(tmp_path, again=shown))
    assert again.correlation == scenario.correlation
    assert again.determinants() == scenario.determinants()
    origin = dict(scenario.origins)[f"correlation.{ONE}~{OTHER}.rank"]
    assert origin == ((0.6, f"{path}:4"),)
    printed = command("show", path).stdout
    assert 'source = "a reason"' in printed
    assert f"{path}:4" in printed.replace("\n", "")


@pytest.mark.parametrize(
    ("entries", "line", "message"),
    [
        ([{"keys": [ONE, "war.surprize"], "rank": 0.5}], 3, "did you mean war.surprise?"),
        ([{"keys": [ONE, "russia.strength"], "rank": 0.5}], 3, "russia.strength: is fixed; give"),
        ([PAIR, {"keys": [OTHER, ONE], "rank": 0.5}], 6, "stand there twice; keep one"),
        ([{"keys": [ONE, ONE], "rank": 0.5}], 4, "must be two different keys"),
        ([{"keys": [ONE], "rank": 0.5}], 4, "must be the dotted keys of two uncertain numbers"),
        ([PAIR | {"rank": 1}], 5, "must lie between -1 and 1, both left out; got 1"),
        ([PAIR | {"rank": -1.5}], 5, "must lie between -1 and 1, both left out; got -1.5"),
        (
            [PAIR | {"rank": 0.9}, SECOND | {"rank": 0.9}],
            6,
            f"{THIRD}, {ONE}, {OTHER}: no numbers can have all these ranks at once",
        ),
    ],
)
def test_correlations_that_cannot_be_are_refused(entries, line, message, tmp_path, command):
    """In one message with the line, and what to do."""
    blocks = (
        f"[[correlation]]\nkeys = {json.dumps(entry['keys'])}\nrank = {entry['rank']}\n"
        for entry in entries
    )
    path = write(tmp_path, mine='title = "Mine"\nextends = "nato"\n' + "".join(blocks))
    (said,) = command("check", path, code=2).stderr.strip().splitlines()
    assert said.startswith(f"{path}:{line}: correlation")
    assert message in said


def test_draws_of_a_posterior_keep_the_dependence_that_they_have(tmp_path):
    """They are drawn row by row, which leaves nothing to impose."""
    text = f"{BOTH}[war]\nsurprise = {{ draws = [1.1, 1.2] }}\n"
    with pytest.raises(sim.ScenarioError, match=f"{OTHER}: is drawn jointly"):
        sim.load(write(tmp_path, mine=text))


def test_editors_know_them():
    """By the JSON Schema of scenario files."""
    check = jsonschema.Draft202012Validator(json_schema())
    assert check.is_valid({"correlation": [PAIR, SECOND]})
    for wrong in (PAIR | {"rank": 1}, PAIR | {"keys": [ONE]}, PAIR | {"ranks": 1}, {"rank": 0.1}):
        assert not check.is_valid({"correlation": [wrong]})


def test_ranks_of_zero_join_nothing():
    """And groups that have no number in common do not depend on each other."""
    pairs = [
        Correlation(keys=("a", "b"), rank=0.5),
        Correlation(keys=("c", "d"), rank=0.5),
        Correlation(keys=("d", "b"), rank=0),
        Correlation(keys=("e", "c"), rank=0.1),
    ]
    assert [group.keys for group in groups(pairs)] == [("a", "b"), ("c", "d", "e")]
    assert isinstance(groups(pairs)[0], Group)


def test_shares_of_variance_are_refused(dependent):
    """They are defined for independent numbers (Saltelli et al. 2010)."""
    with pytest.raises(sim.ScenarioError, match=f"{ONE} and {OTHER} are correlated"):
        sim.sensitivity(dependent, "survival@1")


def test_guarantees_are_compared_under_the_same_dependence(independent, dependent):
    """Of actors; the guarantees themselves may differ."""
    assert at_odds([dependent, dependent]) == []
    (first, second) = at_odds([dependent, independent])
    assert f"{ONE} and {OTHER} is 0, where nato has 0.6" in first
    assert "say the same in both" in second


def test_other_studies_take_them():
    """The value of a provision, on the parameter sets of the run."""
    force = "regime.deployment.brigades"
    pair = {"keys": [force, ONE], "rank": 0.6}
    few = {"sampling.designs": 32, force: {"uniform": [1, 9]}, "correlation": [pair]}
    scenario = sim.load("none", SMALL | few)
    game = game_of(scenario)
    assert [player.number for player in game.players] == ["deployment"]
    assert game.scenario(frozenset()).correlation == scenario.correlation
    assert np.isfinite(clauses(scenario, "survival@1")["value"]).all()
    with pytest.raises(sim.ScenarioError, match="has other correlations of uncertain numbers"):
        between(sim.load("none", SMALL | {"sampling.designs": 32}), scenario)
