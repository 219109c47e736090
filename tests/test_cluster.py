"""A cluster: a scheduler and a worker within this process, and, in the exhaustive tests, two worker
processes of which one dies in the middle.
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


SIZE = {
    "sampling.designs": 3400,
    "sampling.replicates": 20,
    "sampling.horizon_years": 2,
    "sampling.steps_per_year": 2,
}
"""Three blocks."""


@pytest.fixture(scope="module")
def alone(scenarios, tmp_path_factory):
    """Hashes of a run without any executor."""
    run = sim.run(sim.load(scenarios / "eu.toml", SIZE), out=tmp_path_factory.mktemp("alone"))
    return run.manifest["sha256"]


def words_of(address, scenarios, out):
    """A run on a cluster."""
    return (
        *("run", scenarios / "eu.toml", "--dask", address, "--out", out, "--json", "--no-figures"),
        *(word for key, value in SIZE.items() for word in ("--set", f"{key}={value}")),
    )


def test_a_cluster_gives_the_bytes_of_one_process(alone, scenarios, tmp_path, command):
    """Over the network of this machine."""
    distributed = pytest.importorskip("distributed", reason="a cluster needs the extra `cluster`")
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address=None,
        local_directory=tmp_path,
    ) as cluster:
        ended = command(*words_of(cluster.scheduler_address, scenarios, tmp_path / "runs"))
    folder = json.loads(ended.stdout)["runs"][0]["folder"]
    assert sim.read_run(folder).manifest["sha256"] == alone


@pytest.mark.exhaustive
def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_one_process(
    alone, cluster, scenarios, tmp_path, patience
):
    """The first worker to begin a second block dies, which costs time only."""
    address, workers = cluster
    words = [COMMAND, *map(str, words_of(address, scenarios, tmp_path / "cluster"))]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=patience)
    assert ended.returncode == 0, ended.stderr
    assert sorted(worker.poll() is None for worker in workers) == [False, True]
    folder = json.loads(ended.stdout)["runs"][0]["folder"]
    assert sim.read_run(folder).manifest["sha256"] == alone


IMPATIENT = """
import distributed
from sim.cli import app
client = distributed.Client
distributed.Client = lambda address, timeout: client(address, timeout="1s")
app()
"""
"""The command line, which waits a second for a cluster and not ten."""


def test_an_address_where_nobody_answers_is_refused(scenarios, tmp_path, patience):
    """One line that names the address, exit code 2, no traceback."""
    words = [
        *(sys.executable, "-c", IMPATIENT),
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
