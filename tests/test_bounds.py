"""Everything that is read or simulated has a bound, and beyond it a message instead of a machine that
stands still.
"""

import inspect
import os

import pytest
from elements import assert_all_have_data

import sim
from sim.cli import app
from sim.cli.size import MAX_UNASKED
from sim.errors import MOST_PROBLEMS
from sim.scenario.load import read_override
from sim.scenario.reading import (
    DEEPEST_NESTING,
    LARGEST_FILE,
    LARGEST_INTEGER,
    LONGEST_CHAIN,
    MOST_ENTRIES,
    MOST_FILES,
)
from sim.scenario.sampling import MOST_HISTORIES


@pytest.fixture
def write(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path / f"{next(iter(texts))}.toml"

    return write


def problems(path):
    with pytest.raises(sim.ScenarioError) as refused:
        sim.load(path)
    return refused.value.problems


def test_a_chain_may_be_long_but_not_endless(write):
    chain = {f"f{at}": f"extends = 'f{at + 1}.toml'" for at in range(LONGEST_CHAIN)}
    last = {f"f{LONGEST_CHAIN - 1}": "title = 'x'"}
    assert sim.load(write(**chain | last))
    (line,) = problems(write(**chain | {f"f{LONGEST_CHAIN}": "title = 'x'"}))
    assert f"f0.toml: extends: is the first of a chain of more than {LONGEST_CHAIN} files" in line


def test_files_that_are_named_again_and_again_are_counted(write):
    """Fourteen files, each of which extends the next twice, would be read 8,192 times."""
    files = {f"f{at}": f"extends = ['f{at + 1}.toml', 'f{at + 1}.toml']" for at in range(13)}
    (line,) = problems(write(**files, f13="title = 'x'"))
    assert f"f0.toml: extends: leads to more than {MOST_FILES} files" in line


def test_a_file_has_a_largest_size(write):
    comment = "title = 'x' #"
    assert sim.load(write(x=comment + "x" * (LARGEST_FILE - len(comment))))
    (line,) = problems(write(x=comment + "x" * (LARGEST_FILE - len(comment) + 1)))
    assert f"x.toml: is larger than {LARGEST_FILE:,} bytes" in line


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000 + "]" * 5000,
        "a = " + "{ a = " * 5000 + "1" + " }" * 5000,
        ".".join("a" * 5000) + " = 1",
        "[" + ".".join("a" * 5000) + "]\nb = 1",
        "[russia]\nstrength = " + "[" * (DEEPEST_NESTING + 1) + "]" * (DEEPEST_NESTING + 1),
    ],
    ids=["lists", "tables", "dotted", "heading", "just beyond"],
)
def test_nesting_has_a_depth(write, text):
    (line,) = problems(write(x=text))
    assert f"more than {DEEPEST_NESTING} deep" in line


@pytest.mark.parametrize("digits", [20, 400, 5000])
@pytest.mark.parametrize("key", ["sampling.seed", "sampling.designs", "russia.strength", "title"])
def test_a_whole_number_has_a_largest_value(write, key, digits):
    (line,) = problems(write(x=f"{key} = {'9' * digits}"))
    assert "x.toml: " in line
    assert str(LARGEST_INTEGER) in line
    assert digits > 4000 or key in line
    with pytest.raises(sim.ScenarioError, match=str(LARGEST_INTEGER)):
        read_override(f"{key}={'9' * digits}")
    with pytest.raises(sim.ScenarioError):
        sim.load(write(x="title = 'x'"), {key: 10**digits})


def test_keys_are_counted_before_they_are_compared(write):
    many = "\n".join(f"key{at} = 1" for at in range(MOST_ENTRIES + 1))
    (line,) = problems(write(x=many))
    assert f"holds more than {MOST_ENTRIES:,} keys" in line
    empty = "[[europe.members]]\n" * (MOST_ENTRIES + 1)
    assert len(problems(write(x=empty))) == 1


def test_problems_are_listed_up_to_a_number(write):
    """Of 500 keys that no scenario has, and of many scenarios with some."""
    lines = problems(write(x="\n".join(f"key{at} = 1" for at in range(500))))
    assert len(lines) < MOST_PROBLEMS
    assert lines[-1].endswith("problems more; mend these first")
    path = write(y="a = 1\nb = 2\nc = 3")
    files = [path.with_name(f"{at}.toml") for at in range(60)]
    for file in files:
        file.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(sim.ScenarioError) as refused:
        raise sim.ScenarioError([line for file in files for line in problems(file)])
    assert len(refused.value.problems) == MOST_PROBLEMS + 1
    assert refused.value.problems[-1] == "and 80 problems more"


def test_only_regular_files_are_read(tmp_path, command):
    if not hasattr(os, "mkfifo"):
        pytest.skip("a system without named pipes")
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "over.toml").write_text("extends = 'pipe.toml'", encoding="utf-8")
    for file in (tmp_path / "pipe.toml", tmp_path / "over.toml", "/dev/zero", "/dev/null"):
        (line,) = command("check", file, code=2).stderr.splitlines()
        assert "is a device or a pipe, not a file" in line


@pytest.mark.parametrize("path", ["", "\0", "a\0b.toml", "x" * 5000])
def test_a_path_that_no_file_can_have_is_refused(write, path):
    with pytest.raises(sim.ScenarioError):
        sim.load(path)
    shown = path.replace("\0", "\\u0000")
    (line,) = problems(write(x=f'extends = "{shown}"'))
    assert "x.toml" in line


def test_histories_have_a_largest_number(write, command):
    path = write(x="title = 'x'")
    words = ("run", path, "--designs", 1_000_000, "--replicates", 1_000_000)
    (line,) = command(*words, code=2).stderr.splitlines()
    assert "command line: sampling.replicates: times sampling.designs must be at most" in line
    assert f"{MOST_HISTORIES:,}" in line


LARGE = ("--designs", 100_000, "--replicates", MAX_UNASKED // 100_000 + 1)
MANY_HISTORIES = {
    "run": ("run", "x.toml", *LARGE),
    "compare": ("compare", "x.toml", "y.toml", *LARGE),
    "sweep": ("sweep", "x.toml", "--grid", "russia.strength=80:90:2", *LARGE),
    "require": (
        *("require", "x.toml", "--hold", 0.8, "--years", 5),
        *("--vary", "regime.deployment.brigades=0:9", "--designs", 20_000),
    ),
    "sensitivity": ("sensitivity", "x.toml", "--samples", 2**17),
    "discover": ("discover", "x.toml", "--when", "survival@5 < 0.5", *LARGE),
    "robust": ("robust", "x.toml", "y.toml", *LARGE),
    "clauses": ("clauses", "coalition", "--designs", 200_000),
    "sign": ("sign", "x.toml", *LARGE),
    "elicit": ("elicit", "x.toml", "--csv", "answers.csv", "--out", "mine.toml", *LARGE),
    "outlook": ("outlook", "x.toml", "--events", "course.toml", "--designs", 400_000),
    "history": ("history", "none", *LARGE),
    "calibrate": ("calibrate", "--candidates", 10**6),
    "replay": (
        *("replay", "x.toml", "--typical", "--set", "sampling.designs=100000"),
        *("--set", f"sampling.replicates={MAX_UNASKED // 100_000 + 1}"),
    ),
}
"""More histories of each command than start unasked."""
OF_RUNS = {"report", "verify"}
"""Commands that simulate histories of runs that are there."""


def test_every_command_that_simulates_asks_first():
    """Those that take processes to simulate with, and those that may be answered beforehand."""
    parameters = {
        command.name or command.callback.__name__: inspect.signature(command.callback).parameters
        for command in app.registered_commands
    }
    simulating = {name for name, own in parameters.items() if {"workers", "yes"} & set(own)}
    assert_all_have_data(simulating - OF_RUNS, MANY_HISTORIES, "MANY_HISTORIES")
    assert all("yes" in parameters[name] for name in simulating)


@pytest.mark.parametrize("name", MANY_HISTORIES)
def test_many_histories_start_only_where_their_user_agrees(write, command, monkeypatch, name):
    """Without a terminal they are refused, with how many, how long and how large."""
    folder = write(x="title = 'x'", y="title = 'y'", course="until = 1").parent
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    (line,) = command(*MANY_HISTORIES[name], code=2).stderr.splitlines()
    assert "histories take about" in line
    assert "gigabytes; --yes starts them" in line
    assert sorted(folder.rglob("*")) == before


def test_a_command_asks_once(write, command, monkeypatch):
    """On a terminal: `sign` counts what it simulates, and the runs in it are not asked for again."""
    monkeypatch.setattr("sim.cli.size.MAX_UNASKED", 3)
    monkeypatch.setattr("sim.cli.size._can_ask", lambda: True)
    questions = []
    monkeypatch.setattr("typer.confirm", lambda text, **_: questions.append(text) or True)
    path = write(x="title = 'x'")
    command("sign", path, "--designs", 20, "--replicates", 2, "--years", 2, "--out", path.parent)
    assert len(questions) == 1


def test_yes_starts_them(write, command, monkeypatch):
    monkeypatch.setattr("sim.cli.size.MAX_UNASKED", 3)
    path = write(x="title = 'x'")
    words = ("run", path, "--designs", 2, "--replicates", 2, "--years", 1, "--out", path.parent)
    command(*words, code=2)
    command(*words, "--yes", "--no-figures")


def test_a_key_of_a_grid_is_named_once(write, command):
    words = ("--grid", "russia.strength=80:90:2", "--grid", "russia.strength=80:90:3")
    (line,) = command("sweep", write(x="title = 'x'"), *words, code=2).stderr.splitlines()
    assert line == "--grid russia.strength: must name each provision once"


def test_a_grid_of_one_value_is_refused(write, command):
    words = ("--grid", "russia.strength=80:90:1")
    (line,) = command("sweep", write(x="title = 'x'"), *words, code=2).stderr.splitlines()
    assert line.startswith("--grid russia.strength=80:90:1: must be KEY=LOW:HIGH:N with N from 2")
    assert "--set KEY=VALUE" in line


def test_a_year_beyond_any_horizon_is_refused(write, command):
    path = write(x="title = 'x'")
    for year in ("1e308", "21", "inf"):
        (line,) = command("game", path, "--year", year, code=2).stderr.splitlines()
        assert line.startswith("--year ")


def test_a_sample_of_a_sweep_has_a_largest_size(write, command):
    words = ("--grid", "russia.strength=80:90:2", "--sample", 10**10)
    (line,) = command("sweep", write(x="title = 'x'"), *words, code=2).stderr.splitlines()
    assert line.startswith("--sample 10,000,000,000: must be at most")


def test_a_coalition_has_a_largest_number_of_members(write):
    member = (
        "[[europe.members]]\nname = 'M{at}'\nbrigades = 8\nreliability = 0.8\nweight = 0.5\n"
        "resolve_offset = 0.1\nnext_election = 2027-04-01\nelection_interval = 4\n"
    )
    assert sim.load(write(x="".join(member.format(at=at) for at in range(100))))
    (line,) = problems(write(x="".join(member.format(at=at) for at in range(101))))
    assert "europe.members: has more than 100 members" in line
