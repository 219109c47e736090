"""What stands in a folder of results, and what a user wrote into a file, is not taken for granted."""

import json
import shutil
import subprocess
import sys
import time

import pytest
from filelock import FileLock

import sim
from sim.characters import as_html, visible
from sim.ensemble import folder as folders
from sim.errors import MOST_PROBLEMS
from sim.exports.write import export
from sim.page.page import page
from sim.scenario.show import resolved
from sim.study.answers import read_beliefs

SMALL = {"sampling.designs": 4, "sampling.replicates": 2, "sampling.horizon_years": 1}
MEMBER = """
[[europe.members]]
name = "{name}"
brigades = 8
reliability = 0.8
weight = 0.5
resolve_offset = 0.1
next_election = 2027-04-01
election_interval = 4
"""
UNSEEN = "\u202etxt.exe\u202c \u200b\u2060 \U000e0041 \x00\x1b[31m"
"""Characters that turn the text around them, hide in it, or act."""


@pytest.fixture
def run(tmp_path):
    return sim.run(sim.load("none", SMALL), out=tmp_path / "runs")


@pytest.mark.long
def test_what_is_not_seen_is_shown():
    """In a terminal, in a page of ours, and in a scenario that is shown."""
    acting = set(UNSEEN) - set(visible(UNSEEN))
    assert len(acting) == 7
    assert not acting & set(as_html(UNSEEN))
    scenario = sim.load("none", SMALL | {"title": UNSEEN})
    assert not acting & set(resolved(scenario))
    assert not acting & set(page([sim.run(scenario, out=None)]))


@pytest.mark.long
def test_members_whose_names_have_a_slash_are_exported(tmp_path):
    """A slash parts the groups of a netCDF file: it is another one in the names of columns."""
    pytest.importorskip("xarray", reason="netCDF needs the extra `export`")
    pytest.importorskip("h5netcdf", reason="netCDF needs the extra `export`")
    path = tmp_path / "x.toml"
    path.write_text(MEMBER.format(name="France/Benelux"), encoding="utf-8")
    result = sim.run(sim.load(path, SMALL), out=None)
    assert export(result, tmp_path / "x.nc").exists()
    path.write_text(MEMBER.format(name="A/B") + MEMBER.format(name="A\u2215B"), encoding="utf-8")
    with pytest.raises(sim.ScenarioError, match="more than once"):
        sim.load(path)


def test_a_key_that_is_there_twice_is_refused(run):
    """Which of the two is meant nobody can say, though the seal fits the second."""
    path = run.folder / "manifest.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{", '{"name": "another",', 1), encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(text)
    with pytest.raises(sim.RunError, match=r"manifest\.json"):
        sim.read_run(run.folder)


def test_blocks_that_cannot_be_removed_are_marked_as_unfinished(tmp_path, monkeypatch):
    """Nothing else is to remind of them once the run is there."""
    remove = shutil.rmtree

    def failing(path, **options):
        if not str(path).endswith(".part") or not options:
            remove(path, **options)

    monkeypatch.setattr(folders.shutil, "rmtree", failing)
    scenario = sim.load("none", SMALL)
    done = sim.run(scenario, out=tmp_path)
    assert {path.name for path in done.folder.iterdir() if path.is_dir()} == {"blocks.part"}
    monkeypatch.undo()
    assert sim.run(scenario, out=tmp_path).manifest["sha256"] == done.manifest["sha256"]
    assert not [path for path in done.folder.iterdir() if path.is_dir()]


def test_what_others_keep_in_a_folder_is_left_alone(run):
    """A hidden file and a hidden folder, when the run is computed again."""
    note, hidden = run.folder / ".note.txt", run.folder / ".git"
    note.write_text("mine")
    hidden.mkdir()
    (run.folder / "manifest.json").write_text("")
    again = sim.run(run.scenario, out=run.folder.parent)
    assert again.manifest["sha256"] == run.manifest["sha256"]
    assert note.read_text() == "mine"
    assert hidden.is_dir()


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch, command):
    def missing(*_, **__):
        raise NotImplementedError("FileSystem does not appear to support flock")

    monkeypatch.setattr(FileLock, "acquire", missing)
    words = ("run", "none", "--designs=4", "--replicates=2", "--years=1", "--out", tmp_path)
    (line,) = command(*words, code=2).stderr.splitlines()
    assert "locks no files" in line


@pytest.mark.parametrize(
    "text",
    [
        ",".join(f"{number:x}" for number in range(150_000)),
        "expert,key,p5,p50,p95\n" + "A,russia.insecurit,1,2,3\n" * 30_000,
    ],
    ids=["columns", "rows"],
)
def test_answers_that_go_on_and_on_are_refused_at_once(text, tmp_path):
    """Neither is compared with all others, nor each with all numbers of a scenario."""
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    with pytest.raises(sim.ScenarioError) as refused:
        read_beliefs(sim.load("none"), path)
    assert time.process_time() - began < 60
    assert len(refused.value.problems) <= MOST_PROBLEMS + 1


@pytest.mark.long
def test_python_without_descriptions_of_functions_runs(tmp_path):
    """`python -OO` takes them away; help is shorter, and nothing else differs."""
    words = [sys.executable, "-OO", "-m", "sim", "check", "none"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
