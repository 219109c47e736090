"""What would reverse a ranking: fixed numbers by one step, uncertain ones by a belief.

Bounds are of 4 standard errors or more; seeds are fixed.
"""

import pytest

import sim
from sim.analysis.measures import survival
from sim.errors import NotPairedError
from sim.presentation.reversal import headline, section
from sim.scenario.load import replaced
from sim.study import reversal

pytestmark = pytest.mark.long
SAMPLING = {
    "sampling.designs": 300,
    "sampling.replicates": 6,
    "sampling.steps_per_year": 4,
    "sampling.horizon_years": 8,
}


@pytest.fixture(scope="module")
def runs(scenarios):
    """A force whose size is fixed, beside one that is a little smaller and nothing else."""
    coalition = sim.load(scenarios / "coalition.toml", SAMPLING | {"name": "larger"})
    larger = replaced(coalition, {"regime.deployment.brigades": 9.0})
    smaller = replaced(coalition, {"regime.deployment.brigades": 7.0, "name": "smaller"})
    return [sim.run(scenario, out=None) for scenario in (smaller, larger)]


@pytest.fixture(scope="module")
def finding(runs):
    return reversal.find_reversal(runs)


def test_a_fixed_provision_that_reverses_the_ranking_is_named(finding, runs):
    """A step does what a run with that number in all parameter sets shows."""
    best, rival = reversal.best_two(runs)
    row = finding.table[
        (finding.table["kind"] == "fixed") & (finding.table["guarantee"] != "")
    ].iloc[0]
    assert row["difference"] < 0
    whose = best if row["guarantee"] == best.name else rival
    changed = sim.run(replaced(whose.scenario, {row["parameter"]: row["then"]}), out=None)
    measure = survival(8)
    moved = {scenario.name: scenario for scenario in (best, rival)} | {whose.name: changed}
    truth = measure.numbers(moved[best.name].worlds) - measure.numbers(moved[rival.name].worlds)
    reach = row["difference_high"] - row["difference_low"]
    assert abs(row["difference"] - truth.mean()) < reach  # some 3.9 standard errors


def test_candidates_are_ordered_and_have_limits(finding):
    """The closest first; each claim between its limits."""
    table = finding.table
    assert list(table["steps"]) == sorted(table["steps"])
    assert (table["difference_low"] <= table["difference"]).all()
    assert (table["difference"] <= table["difference_high"]).all()
    assert (table["steps_low"] <= table["steps"]).all()


def test_steps_are_halves_doubles_and_tenths_within_bounds(runs):
    """Shares move by 0.1 and stay shares; other numbers are halved and doubled; zero stays."""
    steps = reversal.steps_of(*(run.scenario for run in runs))
    for step in steps:
        for move in step.moves:
            assert move.then != move.now
            share = 0 <= move.now <= 1 and abs(move.then - move.now) <= 0.1 + 1e-12
            assert share or move.now / 2 <= move.then <= 2 * move.now or move.now < 0
    brigades = [
        step.moves[0].then
        for step in steps
        if step.guarantee == "larger" and step.moves[0].key == "regime.deployment.brigades"
    ]
    assert brigades == [4.5, 18.0]
    together = [step for step in steps if len(step.moves) > 1]
    assert together
    assert all(move.key.startswith("europe.members.") for step in together for move in step.moves)
    assert not any(step.moves[0].key.startswith(("costs.", "sampling.")) for step in steps)


def test_the_line_names_both_and_the_step(finding):
    """In labels, with its error; the section has a row a candidate."""
    line = headline(finding)
    assert reversal.STEP in line
    assert "±" in line
    shown = section(finding)
    assert len(shown.tables[0].rows) == len(finding.table)


def test_it_is_read_where_it_was_found(runs, finding, tmp_path, monkeypatch):
    """The same question has one folder."""
    monkeypatch.setattr(reversal, "find_reversal", lambda *_, **__: finding)
    kept = reversal.kept(runs, tmp_path)
    monkeypatch.setattr(reversal, "find_reversal", None)
    assert headline(reversal.kept(runs, tmp_path)) == headline(kept)
    assert reversal.reverses(kept, runs)
    assert not reversal.reverses(kept, runs[:1])


def test_other_histories_cannot_be_ranked(runs, scenarios):
    other = sim.run(sim.load(scenarios / "eu.toml", SAMPLING | {"sampling.seed": 1}), out=None)
    with pytest.raises(NotPairedError):
        reversal.find_reversal([runs[0], other])
    with pytest.raises(ValueError, match="two runs"):
        reversal.find_reversal(runs[:1])


def test_of_four_parameter_sets_no_belief_is_enough(scenarios):
    """A resample may have one fold only, of which nothing follows; there is no warning."""
    few = SAMPLING | {"sampling.designs": 4, "sampling.replicates": 2}
    runs = [
        sim.run(sim.load(scenarios / f"{name}.toml", few), out=None) for name in ("none", "nato")
    ]
    assert reversal.find_reversal(runs).table.empty
