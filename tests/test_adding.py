"""A run of more designs adds to a finished one of fewer.

No history is computed twice, and the bytes are those of a run from nothing.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

import sim
from sim.ensemble import run as runs
from sim.ensemble.folder import Store

pytestmark = pytest.mark.long

SAMPLING = {
    "sampling.replicates": 4,
    "sampling.horizon_years": 3,
    "sampling.steps_per_year": 4,
}
SIMULATE = runs.simulate
BLOCK = 64


def scenario_of(scenarios, designs, **changes):
    return sim.load(
        scenarios / "coalition.toml",
        SAMPLING | {"sampling.designs": designs} | {f"sampling.{k}": v for k, v in changes.items()},
    )


@pytest.fixture
def computed(monkeypatch):
    """The worlds that are computed, one by one."""
    worlds = []

    def counted(scenario, first, last):
        worlds.extend(range(first, last))
        return SIMULATE(scenario, first, last)

    monkeypatch.setattr(runs, "simulate", counted)
    return worlds


@pytest.fixture(scope="module")
def from_nothing(scenarios, tmp_path_factory):
    """Hashes of a run of 100 designs that added to no other."""
    return sim.run(scenario_of(scenarios, 100), out=tmp_path_factory.mktemp("nothing")).manifest[
        "sha256"
    ]


@pytest.mark.parametrize("block", [pytest.param(BLOCK, marks=pytest.mark.exhaustive), 97, 100_000])
def test_a_larger_run_computes_only_what_it_adds(
    block, scenarios, from_nothing, tmp_path, computed
):
    """In two steps, however the worlds are cut: the largest of the smaller runs is added to, and
    the result verifies.
    """
    for designs in (30, 50):
        smaller = sim.run(scenario_of(scenarios, designs), out=tmp_path, block=block)
    larger = sim.run(scenario_of(scenarios, 100), out=tmp_path, block=block)
    assert sorted(computed) == list(range(400))
    assert larger.manifest["sha256"] == from_nothing
    assert larger.manifest["adds_to"] == smaller.folder.name
    assert larger.outcomes["years"][:200].equals(smaller.outcomes["years"])
    shutil.rmtree(smaller.folder)
    assert sim.verify(larger.folder, everything=True).differences == []
    assert sim.read_run(larger.folder).manifest["worlds"] == 400


def test_an_executor_adds_the_same(scenarios, from_nothing, tmp_path):
    """Two threads for what is added."""
    sim.run(scenario_of(scenarios, 50), out=tmp_path)
    with ThreadPoolExecutor(2) as threads:
        last = sim.run(scenario_of(scenarios, 100), out=tmp_path, executor=threads, block=BLOCK)
    assert last.manifest["sha256"] == from_nothing


@pytest.mark.parametrize("change", [{"seed": 1}, {"replicates": 5}, {"horizon_years": 4}])
def test_only_the_same_histories_are_added_to(change, scenarios, from_nothing, tmp_path, computed):
    """Another seed, other replicates and another horizon are other worlds.

    Those of more designs are no start either.
    """
    sim.run(scenario_of(scenarios, 50, **change), out=tmp_path)
    sim.run(scenario_of(scenarios, 120), out=tmp_path)
    computed.clear()
    assert sim.run(scenario_of(scenarios, 100), out=tmp_path).manifest["sha256"] == from_nothing
    assert computed == list(range(400))


@pytest.mark.parametrize("name", ["outcomes.parquet", "timeline.npz", "manifest.json"])
def test_a_damaged_run_is_not_added_to(name, scenarios, from_nothing, tmp_path, computed):
    """A smaller run of which a file was cut is left alone."""
    folder = sim.run(scenario_of(scenarios, 50), out=tmp_path).folder
    (folder / name).write_bytes((folder / name).read_bytes()[:-20])
    computed.clear()
    assert sim.run(scenario_of(scenarios, 100), out=tmp_path).manifest["sha256"] == from_nothing
    assert computed == list(range(400))


def test_an_addition_that_was_interrupted_goes_on(scenarios, from_nothing, tmp_path, computed):
    """Two blocks after those of the smaller run are there.

    A run that finished meanwhile does not change how it goes on.
    """
    sim.run(scenario_of(scenarios, 50), out=tmp_path)
    with Store(tmp_path, scenario_of(scenarios, 100)) as store:
        assert store.begun == 200
        for first in (200, 264):
            store.write(SIMULATE(scenario_of(scenarios, 100), first, first + 64))
    sim.run(scenario_of(scenarios, 60), out=tmp_path)
    computed.clear()
    assert (
        sim.run(scenario_of(scenarios, 100), out=tmp_path, block=BLOCK).manifest["sha256"]
        == from_nothing
    )
    assert computed == list(range(328, 400))


def test_what_was_begun_from_nothing_goes_on_from_there(
    scenarios, from_nothing, tmp_path, computed
):
    """A quick look with fewer designs in between costs the large run nothing that it has."""
    with Store(tmp_path, scenario_of(scenarios, 100)) as store:
        for first in range(0, 320, 64):
            store.write(SIMULATE(scenario_of(scenarios, 100), first, first + 64))
    sim.run(scenario_of(scenarios, 10), out=tmp_path)
    computed.clear()
    assert (
        sim.run(scenario_of(scenarios, 100), out=tmp_path, block=BLOCK).manifest["sha256"]
        == from_nothing
    )
    assert computed == list(range(320, 400))


def test_an_addition_whose_start_is_gone_begins_anew(scenarios, from_nothing, tmp_path, computed):
    """The smaller run was thrown away while the addition was interrupted."""
    smaller = sim.run(scenario_of(scenarios, 50), out=tmp_path)
    with Store(tmp_path, scenario_of(scenarios, 100)) as store:
        store.write(SIMULATE(scenario_of(scenarios, 100), 200, 264))
    shutil.rmtree(smaller.folder)
    computed.clear()
    assert sim.run(scenario_of(scenarios, 100), out=tmp_path).manifest["sha256"] == from_nothing
    assert computed == list(range(400))


def test_precision_computes_no_history_twice(scenarios, tmp_path, computed):
    """However many attempts it takes, the worlds computed are those of the last, which is a run as
    any other.
    """
    messages = []
    last = sim.run_to_precision(
        scenario_of(scenarios, 20), 0.04, tell=messages.append, out=tmp_path
    )
    assert len(messages) > 1
    assert sorted(computed) == list(range(last.manifest["worlds"]))
    assert sim.verify(last.folder, everything=True).differences == []
    table = sim.survival(last)
    assert ((table["high"] - table["low"]) / 2 <= 0.04).all()
