"""A cluster: a real scheduler and two worker processes on this machine, one of which dies in the
middle.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim

pytestmark = pytest.mark.long
COMMAND = Path(sys.executable).with_name("ceasefire")
HERE = ["--host", "127.0.0.1", "--no-dashboard"]


MORTAL = """
import os, signal
import sim.ensemble.run as runs
from sim.ensemble.block import simulate
begun = 0
def mortal(*block):
    global begun
    begun += 1
    if begun == 2:
        try:
            os.close(os.open({died!r}, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return simulate(*block)
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(*block)
runs.simulate = mortal
"""
"""What a worker reads before it starts: the first of all to begin a second block kills itself."""


def started(module, *words):
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *map(str, words)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def address_of(scheduler, file):
    """The address that a scheduler writes once it listens, as soon as it is written whole."""
    while scheduler.poll() is None:
        try:
            return json.loads(file.read_text())["address"]
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
    raise ChildProcessError(f"the scheduler ended with code {scheduler.returncode}")


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler, and its two workers, of which one will die."""
    scheduler = started(
        "dask_scheduler", *HERE, "--port", "0", "--scheduler-file", tmp_path / "scheduler.json"
    )
    address = address_of(scheduler, tmp_path / "scheduler.json")
    (tmp_path / "mortal.py").write_text(MORTAL.format(died=str(tmp_path / "died")))
    workers = [
        started(
            "dask_worker",
            address,
            *HERE,
            "--no-nanny",
            "--nthreads",
            "1",
            "--preload",
            tmp_path / "mortal.py",
            "--local-directory",
            tmp_path / f"worker{number}",
        )
        for number in range(2)
    ]
    yield address, workers
    for process in (*workers, scheduler):
        process.terminate()
        process.wait()


def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_one_process(
    cluster, scenarios, tmp_path, patience
):
    """The first worker to begin a second of four blocks dies, which costs time only.

    The hashes are those of a run without any executor.
    """
    address, workers = cluster
    size = {
        "sampling.designs": 3400,
        "sampling.replicates": 20,
        "sampling.horizon_years": 2,
        "sampling.steps_per_year": 2,
    }
    words = [
        COMMAND,
        "run",
        scenarios / "eu.toml",
        *(word for key, value in size.items() for word in ("--set", f"{key}={value}")),
        "--dask",
        address,
        "--out",
        tmp_path / "cluster",
        "--json",
        "--no-figures",
    ]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=patience)
    assert ended.returncode == 0, ended.stderr
    assert sorted(worker.poll() is None for worker in workers) == [False, True]
    alone = sim.run(sim.load(scenarios / "eu.toml", size), out=tmp_path / "alone")
    assert (
        sim.read_run(json.loads(ended.stdout)["runs"][0]["folder"]).manifest["sha256"]
        == alone.manifest["sha256"]
    )


def test_an_address_where_nobody_answers_is_refused(scenarios, tmp_path, patience):
    """One line that names the address, exit code 2, no traceback."""
    words = [
        COMMAND,
        "run",
        scenarios / "eu.toml",
        "--dask",
        "tcp://127.0.0.1:9",
        "--out",
        tmp_path,
    ]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=patience)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("--dask tcp://127.0.0.1:9:")
    assert "Traceback" not in ended.stderr
