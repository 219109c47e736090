"""A cluster: a real scheduler and two worker processes on this machine, one of which is killed in the middle."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim

COMMAND = Path(sys.executable).with_name("ceasefire")
HERE = ["--host", "127.0.0.1", "--no-dashboard"]


def started(module, *words):
    return subprocess.Popen([sys.executable, "-m", f"distributed.cli.{module}", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler, and its two workers."""
    told = tmp_path / "scheduler.json"
    scheduler = started("dask_scheduler", *HERE, "--port", "0", "--scheduler-file", str(told))
    deadline = time.monotonic() + 60
    while not told.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    address = json.loads(told.read_text())["address"]
    workers = [started("dask_worker", address, *HERE, "--no-nanny", "--nthreads", "1", "--local-directory", str(tmp_path / f"worker{number}"))
               for number in range(2)]
    yield address, workers
    for process in (*workers, scheduler):
        process.terminate()
        process.wait()


def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_one_process(cluster, scenarios, tmp_path):
    """Killed after three blocks, a worker costs time only: the hashes of the results are those of a run without any executor."""
    address, workers = cluster
    size = ["--designs", "8000", "--replicates", "20", "--years", "10"]
    words = [COMMAND, "run", scenarios / "eu.toml", *size, "--dask", address, "--out", tmp_path / "cluster", "--json"]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "cluster").glob("*/blocks/*[0-9]"))) < 3 and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.poll() is None, running.communicate()
    workers[0].kill()
    out, complaint = running.communicate(timeout=300)
    assert running.returncode == 0, complaint
    assert workers[1].poll() is None
    sampling = {"sampling.designs": 8000, "sampling.replicates": 20, "sampling.horizon_years": 10}
    alone = sim.run(sim.load(scenarios / "eu.toml", sampling), out=tmp_path / "alone")
    assert sim.read_run(json.loads(out)["runs"][0]["folder"]).manifest["sha256"] == alone.manifest["sha256"]


def test_an_address_where_nobody_answers_is_refused(scenarios, tmp_path):
    """One line, exit code 2, no traceback, and soon."""
    words = [COMMAND, "run", scenarios / "eu.toml", "--dask", "tcp://127.0.0.1:9", "--out", tmp_path]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert ended.stderr.startswith("--dask tcp://127.0.0.1:9: no scheduler answers there")
    assert "Traceback" not in ended.stderr
