"""The same seed gives the same bytes, however the worlds are cut, computed or replayed."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
from sim.ensemble import run as runs
from sim.model.ceasefire import CeasefireModel
from sim.model.chance import SLAB, Chance, Slabs, Stream, generator

pytestmark = pytest.mark.long
SAMPLING = {
    "sampling.designs": 150,
    "sampling.replicates": 10,
    "sampling.horizon_years": 4,
    "sampling.steps_per_year": 4,
}
WORLDS = np.arange(3 * SLAB)


@pytest.fixture(scope="module")
def scenario(scenarios):
    return sim.load(scenarios / "nato.toml", SAMPLING)


@pytest.fixture(scope="module")
def hashes(scenario, tmp_path_factory):
    return sim.run(scenario, out=tmp_path_factory.mktemp("one")).manifest["sha256"]


@pytest.mark.parametrize("block", [SLAB, 97, 100_000])
def test_bytes_do_not_depend_on_how_worlds_are_cut(block, scenario, hashes, tmp_path):
    """Blocks of one slab, of no whole number of slabs, and larger than the run."""
    assert sim.run(scenario, out=tmp_path, block=block).manifest["sha256"] == hashes


def test_bytes_do_not_depend_on_the_workers(scenario, hashes, tmp_path, monkeypatch):
    """Two processes, started as soon as the first block is done, and threads of somebody else's
    executor.
    """
    monkeypatch.setattr("sim.ensemble.run.POOL_START", 0)
    assert (
        sim.run(scenario, out=tmp_path / "two", workers=2, block=SLAB).manifest["sha256"] == hashes
    )
    with ThreadPoolExecutor(2) as threads:
        assert (
            sim.run(scenario, out=tmp_path / "threads", executor=threads, block=SLAB).manifest[
                "sha256"
            ]
            == hashes
        )


def test_a_script_may_start_its_processes_as_it_likes(scenarios, hashes, tmp_path):
    """A script with an executor of its own, for every way in which a process can be started."""
    (tmp_path / "script.py").write_text(
        SCRIPT.format(file=scenarios / "nato.toml", sampling=SAMPLING, block=SLAB)
    )
    words = [sys.executable, "-W", "ignore::DeprecationWarning", "script.py"]
    printed = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert printed.splitlines() == [
        f"{method} {hashes}" for method in ("spawn", "fork", "forkserver")
    ]


SCRIPT = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
import sim

if __name__ == "__main__":
    for method in ("spawn", "fork", "forkserver"):
        start = multiprocessing.get_context(method)
        with ProcessPoolExecutor(2, mp_context=start) as executor:
            run = sim.run(
                sim.load("{file}", {sampling}), out=method, executor=executor, block={block}
            )
        print(method, run.manifest["sha256"])
"""


def test_a_script_without_a_guard_is_told_so_and_does_not_hang(scenarios, tmp_path, patience):
    """Every process reads the script: one that runs at once, and not under `if __name__ ==
    "__main__":`, ends with a message.
    """
    unguarded = (
        "import sim\nsim.ensemble.run.POOL_START = "
        f"0\nsim.run(sim.load('{scenarios / 'nato.toml'}', {SAMPLING}), workers=2, block={SLAB})\n"
    )
    (tmp_path / "script.py").write_text("import sim.ensemble.run\n" + unguarded)
    ended = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=patience,
    )
    assert ended.returncode
    assert '`if __name__ == "__main__":`' in ended.stderr


@pytest.mark.parametrize(("seconds", "started"), [(2.0, False), (4.0, True)])
def test_processes_start_only_where_they_save_more_time_than_they_take(
    seconds, started, scenario, monkeypatch
):
    """Where all of it is taken to last so many seconds, half of which two processes save.

    Whatever the workers, all worlds are computed.
    """
    pools = []

    def pool(workers, **_):
        pools.append(workers)
        return ThreadPoolExecutor(workers)

    monkeypatch.setattr(runs, "SECONDS_A_STEP", seconds / (1500 * scenario.sampling.steps))
    monkeypatch.setattr(runs, "ProcessPoolExecutor", pool)
    assert len(sim.run(scenario, out=None, workers=8, block=SLAB).outcomes) == 1500
    assert pools == [2] * started


def test_bytes_do_not_depend_on_the_hash_seed_of_python(scenarios, hashes, tmp_path):
    """A process with a PYTHONHASHSEED that is not that of this one, through the command line."""
    ceasefire = Path(sys.executable).with_name("ceasefire")
    other = "1" if os.environ.get("PYTHONHASHSEED") == "4711" else "4711"
    size = [word for key, value in SAMPLING.items() for word in ("--set", f"{key}={value}")]
    words = [ceasefire, "run", scenarios / "nato.toml", *size, "--out", tmp_path, "--no-figures"]
    subprocess.run(
        words, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": other}
    )
    (folder,) = tmp_path.glob("nato-*")
    assert sim.read_run(folder).manifest["sha256"] == hashes


@pytest.mark.exhaustive
def test_bytes_do_not_depend_on_how_many_rows_there_are(tmp_path):
    """More rows than Parquet takes in a group, in blocks that end before, at and after the end of a
    group.
    """
    many = sim.Scenario(
        name="many",
        sampling={"designs": 70_000, "replicates": 1, "horizon_years": 1, "steps_per_year": 1},
    )
    written = [
        sim.run(many, out=tmp_path / str(block), block=block).manifest["sha256"]
        for block in (30_000, 65_536, 100_000)
    ]
    assert written[0] == written[1] == written[2]


def test_memory_and_folder_hold_the_same(scenario, tmp_path):
    """`out=None` gives the tables that a run folder gives."""
    kept, stored = sim.run(scenario, out=None), sim.run(scenario, out=tmp_path)
    pd.testing.assert_frame_equal(kept.outcomes, stored.outcomes, check_categorical=False)
    pd.testing.assert_frame_equal(kept.timeline, stored.timeline)


def test_a_new_stream_moves_no_other():
    """Streams differ by name, seed and slab, and drawing from one leaves the others as they were."""
    before = generator(1, "reviews", 0).random(5)
    generator(1, "elections", 0).random(100)
    assert (generator(1, "reviews", 0).random(5) == before).all()
    for other in (
        generator(1, "incidents", 0),
        generator(2, "reviews", 0),
        generator(1, "reviews", 1),
    ):
        assert not (other.random(5) == before).any()


@pytest.mark.parametrize(
    "worlds", [WORLDS[5:9], WORLDS[SLAB - 2 : SLAB + 2], WORLDS[::-7], WORLDS[SLAB : 2 * SLAB]]
)
def test_some_worlds_meet_the_chances_of_all(worlds):
    """A row for some worlds is the columns of the row for all."""
    whole, few = (Stream(7, "reviews", Slabs(selected)) for selected in (WORLDS, worlds))
    for _ in range(40):
        np.testing.assert_array_equal(few.next(), whole.next()[worlds])


def test_nth_is_the_sequence_of_next():
    """The k-th event of each world has the k-th row, whatever the other worlds have come to."""
    rows, ordinal = Stream(7, "leaders", Slabs(WORLDS)), np.arange(len(WORLDS)) % 5
    table = np.stack([rows.next().copy() for _ in range(5)])
    np.testing.assert_array_equal(
        Stream(7, "leaders", Slabs(WORLDS)).nth(ordinal, WORLDS), table[ordinal, WORLDS]
    )


def test_streams_are_uniform():
    """Kolmogorov-Smirnov over 98,304 numbers; false-alarm rate 6e-5."""
    stream = Stream(3, "reviews", Slabs(WORLDS))
    assert (
        stats.kstest(np.concatenate([stream.next().copy() for _ in range(128)]), "uniform").pvalue
        > 6e-5
    )


def test_an_uncertain_parameter_more_moves_no_other(scenarios):
    """Making one more number uncertain leaves the draws of all others as they were."""
    plain, more = (
        CeasefireModel(sim.load(scenarios / "none.toml", changes), 64).draws
        for changes in ({}, {"russia.strength": {"uniform": [95, 105]}})
    )
    assert set(more) - set(plain) == {"russia.strength"}
    for name, drawn in plain.items():
        np.testing.assert_array_equal(more[name], drawn)


NO_SIGNS = {"europe.promise_tells": 0, "united_states.promise_tells": 0}
"""A promise makes no type likelier, so that types at the signature are the same under all."""


def history(model):
    """Types, leaders, dispositions and Russian strength, month by month."""
    rows, russia = [], model.russia
    for _ in range(60):
        model.step()
        rows.append(
            [
                model.europe.resolute,
                model.united_states.resolute,
                russia.successions,
                russia.value_of_prevailing,
                russia.insecurity,
                russia.disposition,
                russia.strength,
            ]
        )
    return np.array(rows, dtype=float)


def test_regimes_meet_the_same_politics(scenarios):
    """Common random numbers: types, elections, leaders and dispositions are the same under every
    regime, in worlds that both still have.
    """
    models = [
        CeasefireModel(sim.load(scenarios / f"{name}.toml", NO_SIGNS), 512)
        for name in ("none", "nato", "texts/korea_1953", "fifteen_years")
    ]
    first, *others = [history(model) for model in models]
    alive = np.logical_and.reduce([model.at_peace for model in models])
    assert alive.sum() > 100
    for other in others:
        np.testing.assert_array_equal(other[:, :, alive], first[:, :, alive])


def test_a_draw_less_shifts_nobody_elses(scenarios, monkeypatch):
    """An actor that stops drawing from a stream, whichever, leaves the numbers of every other
    stream as they were.
    """
    getitem = Chance.__getitem__

    class Silent:
        def next(self):
            return np.ones(256)

    def run(silenced):
        seen = {}

        def listen(chance, name):
            if name == silenced:
                return Silent()
            stream = getitem(chance, name)
            original = Stream.next

            class Listening:
                def next(self):
                    row = original(stream)
                    seen.setdefault(name, []).append(row.copy())
                    return row

                nth, row = stream.nth, stream.row

            return Listening()

        monkeypatch.setattr(Chance, "__getitem__", listen)
        model = CeasefireModel(sim.load(scenarios / "coalition.toml"), 256)
        for _ in range(36):
            model.step()
        return seen

    drawn = run(None)
    for dropped in drawn:
        without = run(dropped)
        assert dropped not in without
        for name, rows in without.items():
            np.testing.assert_array_equal(
                rows, drawn[name][: len(rows)], err_msg=f"{name} without {dropped}"
            )
