"""Nothing that was computed is lost: runs are killed, files damaged, disks filled, and what comes
out in the end is the same bytes.
"""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from faults import KILL
from warm import Warm

import sim
from sim.ensemble import run as runs
from sim.ensemble.folder import Store
from sim.ensemble.seal import sealed

pytestmark = pytest.mark.long
COMMAND = [str(Path(sys.executable).with_name("ceasefire")), "run"]
SAMPLING = {
    "sampling.designs": 60,
    "sampling.replicates": 100,
    "sampling.horizon_years": 5,
    "sampling.steps_per_year": 1,
}
WORDS = [
    *("run", "eu", "--quiet", "--no-figures"),
    *(word for key, value in SAMPLING.items() for word in ("--set", f"{key}={value}")),
]
"""The same run on the command line."""
BLOCK = 512
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def scenario(scenarios):
    return sim.load(scenarios / "eu.toml", SAMPLING)


@pytest.fixture(scope="module")
def whole(scenario, tmp_path_factory):
    """The folder of a run that nothing disturbed."""
    return sim.run(scenario, out=tmp_path_factory.mktemp("unbroken"), block=BLOCK).folder


@pytest.fixture(scope="module")
def unbroken(whole):
    """Hashes of its results."""
    return sim.read_run(whole).manifest["sha256"]


@pytest.fixture
def finished(whole, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(whole, tmp_path / whole.name))


@pytest.fixture(scope="module")
def warm():
    """The command line, whose runs are of small blocks."""
    process = Warm({"sim.ensemble.run.run:block": BLOCK})
    yield process
    process.close()


def test_killed_before_any_use_of_a_file_it_goes_on_and_ends_with_the_same_bytes(
    scenario, warm, unbroken, tmp_path
):
    """SIGKILL before the 60th use of a file of the run, the 120th of the run that goes on, and so on
    until one ends.
    """
    kept = []
    for moment in count(60, 60):
        ended = warm(WORDS, tmp_path, fault=KILL, at=moment)
        if not ended.code:
            break
        assert ended.code == -signal.SIGKILL, ended
        if not list(tmp_path.glob("runs/*/outcomes.parquet")):
            kept.append(len(list(tmp_path.glob("runs/*/blocks/*[0-9]"))))
    assert kept == sorted(kept), "a finished block was lost"
    assert kept[-1] > 5
    assert sim.run(scenario, out=tmp_path / "runs").manifest["sha256"] == unbroken


@pytest.mark.exhaustive
def test_killed_at_any_time_it_goes_on_and_ends_with_the_same_bytes(scenarios, tmp_path):
    """SIGKILL after 1.0 to 2.1 seconds, ten times over, wherever the run has come to.

    As if it had never been disturbed.
    """
    words = [*COMMAND, str(scenarios / "eu.toml"), "--designs", "12000", "--out"]
    kept = []
    for moment in range(10):
        process = subprocess.Popen(
            [*words, str(tmp_path / "killed")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(1.0 + 0.12 * moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept.append(len(list((tmp_path / "killed").glob("*/blocks/*[0-9]"))))
    last = max(kept)
    assert kept[: kept.index(last) + 1] == sorted(kept[: kept.index(last) + 1]), (
        "a finished block was lost"
    )
    hashes = []
    for name in ("killed", "unbroken"):
        subprocess.run([*words, str(tmp_path / name)], check=True, capture_output=True)
        (manifest,) = (tmp_path / name).glob("*/manifest.json")
        hashes.append(json.loads(manifest.read_text())["sha256"])
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("damage", ["truncated", "altered", "deleted", "hashes deleted"])
def test_a_damaged_block_is_named_and_computed_again(
    damage, scenario, unbroken, tmp_path, monkeypatch, caplog
):
    """Of the blocks of an interrupted run one is damaged.

    It alone is computed again, and the end is the same.
    """
    with Store(tmp_path, scenario) as store:
        for first in range(0, 5 * BLOCK, BLOCK):
            store.write(runs.simulate(scenario, first, first + BLOCK))
        victim = sorted((store.folder / "blocks").iterdir())[2]
    file = victim / ("sha256.json" if damage == "hashes deleted" else "outcomes.parquet")
    data = file.read_bytes()
    match damage:
        case "truncated":
            file.write_bytes(data[: len(data) // 2])
        case "altered":
            file.write_bytes(data[:500] + bytes([data[500] ^ 1]) + data[501:])
        case _:
            file.unlink()
    computed = []
    monkeypatch.setattr(
        runs, "simulate", lambda *block: computed.append(block[1]) or SIMULATE(*block)
    )
    result = sim.run(scenario, out=tmp_path, block=BLOCK)
    assert computed == [2 * BLOCK, *range(5 * BLOCK, scenario.sampling.worlds, BLOCK)]
    assert str(victim) in caplog.text
    assert result.manifest["sha256"] == unbroken


SIMULATE = runs.simulate


@pytest.mark.parametrize("name", ["outcomes.parquet", "timeline.parquet", "manifest.json"])
def test_a_damaged_result_is_computed_again(name, scenario, unbroken, finished, tmp_path, caplog):
    """A finished run of which a file was cut is not believed.

    Reading it is refused, running it again mends it.
    """
    (finished / name).write_bytes((finished / name).read_bytes()[:-20])
    with pytest.raises(sim.RunError, match=name):
        sim.read_run(finished)
    assert sim.run(scenario, out=tmp_path, block=BLOCK).manifest["sha256"] == unbroken
    assert name == "manifest.json" or name in caplog.text


def test_a_block_that_fails_once_is_tried_again(scenario, unbroken, tmp_path, monkeypatch, caplog):
    """A passing fault costs a warning and nothing else."""
    failed = []

    def shaky(scenario, first, last):
        if first == BLOCK and not failed:
            failed.append(first)
            raise MemoryError("not now")
        return SIMULATE(scenario, first, last)

    monkeypatch.setattr(runs, "simulate", shaky)
    assert sim.run(scenario, out=tmp_path, block=BLOCK).manifest["sha256"] == unbroken
    assert "not now" in caplog.text


def test_a_block_that_keeps_failing_is_reported_and_the_rest_is_kept(
    scenario, unbroken, tmp_path, monkeypatch
):
    """The error names the worlds, the seed and the reason.

    Once the fault is gone only that block is computed.
    """

    def broken(scenario, first, last):
        if first == BLOCK:
            raise ValueError("a fault in this block")
        return SIMULATE(scenario, first, last)

    monkeypatch.setattr(runs, "simulate", broken)
    with pytest.raises(
        sim.RunError,
        match=rf"simulated histories {BLOCK} to {2 * BLOCK - 1}, seed 2025: .*a fault in this block",
    ):
        sim.run(scenario, out=tmp_path, block=BLOCK)
    computed = []
    monkeypatch.setattr(
        runs, "simulate", lambda *block: computed.append(block[1]) or SIMULATE(*block)
    )
    assert sim.run(scenario, out=tmp_path, block=BLOCK).manifest["sha256"] == unbroken
    assert computed == [BLOCK]


def test_a_full_disk_keeps_what_was_complete(scenario, warm, unbroken, tmp_path):
    """Files may not grow beyond 20 kB, as on a full disk.

    One message, exit code 2, and later the run goes on.
    """
    full = (
        "import resource; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    )
    ended = warm(WORDS, tmp_path, first=full)
    assert ended.code == 2, ended
    assert "Traceback" not in ended.err
    assert "File too large" in ended.err
    assert sim.run(scenario, out=tmp_path / "runs", block=BLOCK).manifest["sha256"] == unbroken


def test_a_file_in_place_of_the_folder_keeps_nothing_and_needs_no_room(scenario, tmp_path):
    (tmp_path / "runs").write_text("mine")
    with pytest.raises(sim.RunError) as refused:
        sim.run(scenario, out=tmp_path / "runs")
    assert "kept" not in str(refused.value)
    assert "room" not in str(refused.value)
    assert (tmp_path / "runs").read_text() == "mine"


@pytest.mark.parametrize("when", ["before it began", "in the middle"])
def test_a_read_only_folder_is_said_and_loses_nothing(when, scenario, unbroken, open_folder):
    """A folder that may not be written, from the start or after two blocks.

    One message, and what was complete is kept.
    """
    folder = open_folder / "runs"
    folder.mkdir()
    if when == "in the middle":
        with Store(folder, scenario) as store:
            for first in (0, BLOCK):
                store.write(runs.simulate(scenario, first, first + BLOCK))
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    program = (
        "import os, sim, sim.ensemble.folder, sim.ensemble.run; scenario = "
        f"sim.load({str(ROOT / 'scenarios' / 'eu.toml')!r}, {SAMPLING!r})\nsim.run(scenario, "
        f"out=None)\nos.geteuid() or os.seteuid(65534)\nsim.run(scenario, out={str(folder)!r}, "
        f"block={BLOCK})"
    )
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd="/"
    )
    for path in folders:
        path.chmod(0o755)
    assert "RunError" in result.stderr, result.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == kept
    assert sim.run(scenario, out=folder, block=BLOCK).manifest["sha256"] == unbroken


MORTAL = """
import os, signal
import sim.ensemble.run as runs
from sim.ensemble.block import simulate
def mortal(*block):
    try:
        os.close(os.open(died, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return simulate(*block)
    os.kill(os.getpid(), signal.SIGKILL)
runs.simulate = mortal
"""


def test_a_worker_that_dies_costs_its_blocks_only(
    scenario, unbroken, tmp_path, caplog, monkeypatch
):
    """The first worker process that begins a block kills itself.

    What it lost is computed again, by new ones.
    """
    died = tmp_path / "died"
    monkeypatch.setattr(runs, "POOL_START", 0)
    monkeypatch.setattr(
        runs,
        "ProcessPoolExecutor",
        partial(ProcessPoolExecutor, initializer=exec, initargs=(MORTAL, {"died": str(died)})),
    )
    assert sim.run(scenario, workers=2, out=tmp_path, block=BLOCK).manifest["sha256"] == unbroken
    assert died.exists()
    assert "its worker was lost" in caplog.text


@pytest.mark.exhaustive
def test_a_million_worlds_fit_in_600_megabytes(scenarios, tmp_path):
    """Simulated, written, read, tabulated and drawn by one process, at its peak."""
    words = [
        "run",
        str(scenarios / "none.toml"),
        "--designs",
        "100000",
        "--years",
        "1",
        "--out",
        str(tmp_path),
    ]
    program = (
        f"from pathlib import Path; from sim.cli import app; app({words!r}, "
        "standalone_mode=False); print(next(line for line in "
        "Path('/proc/self/status').read_text().splitlines() if line.startswith('VmHWM')))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert int(printed.splitlines()[-1].split()[1]) < 600 * 1024


def test_verification_finds_what_was_changed(finished):
    """A run verifies bit for bit; one whose numbers were changed, hashes and all, does not."""
    import hashlib

    import pyarrow as pa
    import pyarrow.parquet as pq

    assert sim.verify(finished, everything=True).differences == []
    table = pq.read_table(finished / "outcomes.parquet")
    years = table["years"].to_numpy().copy()
    years[100] += 1e-12
    pq.write_table(
        table.set_column(table.schema.get_field_index("years"), "years", pa.array(years)),
        finished / "outcomes.parquet",
    )
    manifest = json.loads((finished / "manifest.json").read_text())
    manifest["sha256"]["outcomes.parquet"] = hashlib.sha256(
        (finished / "outcomes.parquet").read_bytes()
    ).hexdigest()
    (finished / "manifest.json").write_text(sealed(manifest))
    (difference,) = sim.verify(finished, everything=True).differences
    assert difference.startswith("years differs in 1 of 6000 simulated histories, by at most 1")


def test_verification_finds_a_changed_timeline(finished):
    """A number changed in the timeline, hash and all, is found when all worlds are computed again."""
    import hashlib

    import pandas as pd

    table = pd.read_parquet(finished / "timeline.parquet")
    table.loc[3, "at_risk"] += 1
    table.to_parquet(finished / "timeline.parquet", index=False)
    manifest = json.loads((finished / "manifest.json").read_text())
    manifest["sha256"]["timeline.parquet"] = hashlib.sha256(
        (finished / "timeline.parquet").read_bytes()
    ).hexdigest()
    (finished / "manifest.json").write_text(sealed(manifest))
    verification = sim.verify(finished, everything=True)
    assert verification.timeline
    assert verification.differences == ["at_risk of the timeline differs in 1 of 5 steps"]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"state": "complete"}',
        '{"state": "complete", "name": "x", "hash": "y", "scenario": {}}',
        "no",
    ],
)
def test_a_manifest_that_no_run_wrote_is_refused_and_computed_again(
    text, scenario, unbroken, finished, tmp_path
):
    """Whatever stands in its place: reading says what the folder is not, and running again mends
    it.
    """
    (finished / "manifest.json").write_text(text)
    with pytest.raises(sim.RunError, match=re.escape(str(finished))):
        sim.read_run(finished)
    assert sim.run(scenario, out=tmp_path, block=BLOCK).manifest["sha256"] == unbroken


def test_another_scenario_never_meets_old_blocks(scenario, tmp_path):
    """A changed number is another folder; a changed title is the same one."""
    other = sim.load(
        Path(__file__).parents[1] / "scenarios" / "eu.toml", SAMPLING | {"russia.cost_of_war": 0.36}
    )
    titled = scenario.model_copy(update={"title": "the same under another title"})
    folders = [Store(tmp_path, one).folder for one in (scenario, other, titled)]
    assert folders[0] != folders[1]
    assert folders[0] == folders[2]
    shutil.rmtree(tmp_path)
