"""Bad input is refused before anything runs.

One clear line for each problem, exit code 2, no traceback, nothing half-written.
"""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from elements import COMMANDS, MODELLED, assert_all_have_data
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.scenario.schema import Scenario


def names(problem, place, *keys):
    """Whether the line of a problem begins with its place, and names these keys."""
    return re.match(rf"{re.escape(place)}\b", problem) and all(
        re.search(rf"(?<![\w.]){re.escape(key)}(?![\w])", problem) for key in keys
    )


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Run a command that must be refused in one way only; its problems come back, a line each."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        before = sorted(tmp_path.rglob("*"))
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        assert sorted(tmp_path.rglob("*")) == before, "something was written"
        return result.stderr.splitlines()

    return run


MISTAKES = {
    "[regime.deploymnt]\nbrigades = 5": ("x.toml:1", "regime.deploymnt", "regime.deployment"),
    "[regime.deployment]\nbrigads = 5": (
        "x.toml:2",
        "regime.deployment.brigads",
        "regime.deployment.brigades",
    ),
    "titel = 'x'": ("x.toml:1", "titel", "title"),
    "\n\n[russia]\nstrength = true": ("x.toml:4", "russia.strength"),
    "[russia]\nstrength = '0.5'": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = [1, 2]": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = nan": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = inf": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = 1e300": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = -5": ("x.toml:2", "russia.strength"),
    "[europe]\nprior_resolute = 1.5": ("x.toml:2", "europe.prior_resolute"),
    "[europe]\nprior_resolute = { uniform = [0.5, 1.5] }": ("x.toml:2", "europe.prior_resolute"),
    "[europe]\nprior_resolute = { normal = { mean = 0.5, sd = 0.1 } }": (
        "x.toml:2",
        "europe.prior_resolute",
    ),
    "[russia]\nstrength = { uniform = [5, 3] }": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = { uniform = [5] }": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = { uniform = [5, 'a'] }": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = { uniform = 5 }": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = { normal = { mean = 5, sd = -1 } }": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = { normal = { mean = 5, sd = 1, low = 7 } }": (
        "x.toml:2",
        "russia.strength",
    ),
    "[russia]\nstrength = { normal = { mean = 5, width = 1 } }": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = { lognormal = { median = 0, sigma = 1 } }": (
        "x.toml:2",
        "russia.strength",
    ),
    "[russia]\nstrength = { triangular = [1, 5, 3] }": ("x.toml:2", "russia.strength"),
    "[europe]\nprior_resolute = { beta = { a = 0, b = 1 } }": ("x.toml:2", "europe.prior_resolute"),
    "[russia]\nstrength = { choice = [] }": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = { choice = { values = [1, 2], weights = [1] } }": (
        "x.toml:2",
        "russia.strength",
    ),
    "[russia]\nstrength = { unifrom = [1, 2] }": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = { uniform = [1, 2], normal = [1, 2] }": ("x.toml:2", "russia.strength"),
    "[russia]\nstrength = { value = 5, source = 3 }": ("x.toml:2", "russia.strength"),
    "russia = 5": ("x.toml:1", "russia"),
    "[russia]\nforesight = [2, 1]": ("x.toml:2", "russia.foresight"),
    "[russia]\nforesight = []": ("x.toml:2", "russia.foresight"),
    "[europe.without]\nnames = ['Spain']": ("x.toml:1", "europe.without", "Spain"),
    "[europe.without]\nnames = ['United Kingdom', 'France', 'Germany', 'Poland', 'Italy', "
    "'Finland']": (
        "x.toml:1",
        "europe.without",
    ),
    "[[europe.members]]\nname = 'A'": ("x.toml:1", "europe.members.1.brigades"),
    "[regime.accession]\nstart = 1\nveto = 0": ("x.toml:1", "regime.accession.mean_years"),
    "[sampling]\ndesigns = 0": ("x.toml:2", "sampling.designs"),
    "[sampling]\ndesigns = 2.5": ("x.toml:2", "sampling.designs"),
    "[sampling]\nreplicates = -1": ("x.toml:2", "sampling.replicates"),
    "[sampling]\nhorizon_years = 0": ("x.toml:2", "sampling.horizon_years"),
    "[sampling]\nhorizon_years = 1000": ("x.toml:2", "sampling.horizon_years"),
    "[sampling]\nseed = -1": ("x.toml:2", "sampling.seed"),
    "name = '../up'": ("x.toml:1", "name"),
    "title = 5": ("x.toml:1", "title"),
    "extends = 5": ("x.toml:1", "extends"),
    "extends = 'nowhere.toml'": ("x.toml", "extends", "nowhere.toml"),
    "title = ": ("x.toml",),
    "": ("x.toml",),
}
"""What is wrong, and what its line names: the file, with the line where that is known, the key, and
what may have been meant.
"""


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: re.sub(r"\W+", " ", text)[:60])
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_mistake_in_a_file_is_refused(command, text, refused, tmp_path):
    """Its line says file, line and key, and every line is of a problem in the file."""
    (tmp_path / "x.toml").write_text(text)
    problems = refused(command, "x.toml")
    assert any(names(problem, *MISTAKES[text]) for problem in problems), problems
    assert all(problem.startswith("x.toml") for problem in problems)
    assert len({tuple(problem.split(": ")[:2]) for problem in problems}) == len(problems), (
        "a problem is said twice"
    )


MISSING = {
    "app": ["alone"],
    "calibrate": ["alone"],
    "clauses": ["alone.toml"],
    "check": ["alone.toml"],
    "compare": ["alone.toml", "x.toml"],
    "discover": ["alone.toml", "--when", "survival@5 < 0.5"],
    "elicit": ["alone.toml", "--csv", "x.csv", "--out", "y.toml"],
    "export": ["alone"],
    "game": ["alone.toml"],
    "history": ["alone.toml"],
    "list": ["alone"],
    "new": ["x.toml"],
    "outlook": ["alone.toml", "--events", "x.toml"],
    "play": ["alone.toml", "--seat", "europe"],
    "replay": ["alone.toml", "--world", "1"],
    "report": ["alone"],
    "require": [
        "alone.toml",
        "--hold",
        "0.8",
        "--years",
        "5",
        "--vary",
        "regime.deployment.brigades=0:5",
    ],
    "robust": ["alone.toml", "x.toml"],
    "run": ["alone.toml"],
    "schema": ["alone"],
    "sensitivity": ["alone.toml"],
    "show": ["alone.toml"],
    "sign": ["alone.toml"],
    "sweep": ["alone.toml", "--grid", "regime.deployment.brigades=0:5:2"],
    "verify": ["alone"],
}
"""Every command with a file or folder that is not there, or that it does not take; for `new`, one
that is there.
"""


def test_every_command_is_tried():
    assert_all_have_data(COMMANDS, MISSING, "MISSING")


@pytest.mark.parametrize("name", MISSING)
def test_every_command_refuses_what_is_not_there(name, refused, tmp_path):
    """It is named, and nothing is begun."""
    (tmp_path / "x.toml").write_text("title = 'x'")
    problems = refused(name, *MISSING[name])
    assert any(MISSING[name][0] in problem for problem in problems), problems


def test_every_problem_is_said_at_once(refused, tmp_path):
    """Several in one file, in the order of its lines, and those of another file as well."""
    (tmp_path / "x.toml").write_text(
        "[regime.deploymnt]\nbrigades = 5\n[war]\ndecisiveness = 'a'\n[sampling]\ndesigns = 0\n"
    )
    (tmp_path / "y.toml").write_text("[war]\nx = 5\n")
    places = [problem.split(": ")[0] for problem in refused("compare", "x.toml", "y.toml")]
    assert places == ["x.toml:1", "x.toml:4", "x.toml:6", "y.toml:2"]


AS_PEOPLE_WRITE = {
    "designs = '60'": "x.toml:2: sampling.designs: must be a whole number; write 60 without quotes",
    "designs = 15,000  # many": (
        "x.toml:2: 15,000 is no number in TOML; write 15000, without a comma"
    ),
    "designs = 1'000": "x.toml:2: 1'000 is no number in TOML; write 1000, without an apostrophe",
    "[russia]\nstrength = { value = 0,5, source = 'x' }": (
        "x.toml:3: 0,5 is no number in TOML; write 0.5, with a point"
    ),
    "[russia]\nstrength = { uniform = [500, 10,000] }": (
        "x.toml:3: 10,000 is no number in TOML; write 10000, without a comma"
    ),
    "[russia]\nstrength = { uniform = ['50', '1 000'] }": (
        "x.toml:3: russia.strength: must be a number; write 50 without quotes"
    ),
    "[europe]\nprior_resolute = 80 %": (
        "x.toml:3: 80 % is no number in TOML; write 0.8 for a share of 80 %"
    ),
    "[europe]\nprior_resolute = { uniform = [10 %, 20 %] }": (
        "x.toml:3: 10 % is no number in TOML; write 0.1 for a share of 10 %"
    ),
    "[russia]\nstrength = { uniform = [100,200 }": (
        "x.toml: is not valid TOML: Unclosed array (at line 3, column 33)"
    ),
}
"""Numbers as people write them, and how TOML has them; a list of two numbers is none."""


@pytest.mark.parametrize("text", AS_PEOPLE_WRITE)
def test_how_to_write_a_number_is_said(text, refused, tmp_path):
    """In the line where it stands."""
    (tmp_path / "x.toml").write_text(f"[sampling]\n{text}\n")
    assert refused("check", "x.toml") == [AS_PEOPLE_WRITE[text]]


def test_a_name_is_offered_whatever_its_letters(refused):
    """One that is written otherwise, or with capitals."""
    for typed, meant in (("nome", "none"), ("NATO", "nato"), ("Coalitoin", "coalition")):
        assert refused("run", typed) == [
            f"{typed}: no such scenario or file; did you mean {meant}?"
        ]


def test_files_that_are_none(refused, tmp_path):
    """Missing (with the nearest name), a folder, not UTF-8, and a circle through two others."""
    (tmp_path / "alone.toml").write_text("title = 'x'")
    (tmp_path / "latin.toml").write_bytes(b"title = 'a'\ndescription = '\xe9'")
    for name, base in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.toml").write_text(f"extends = '{base}.toml'")
    (tmp_path / "self.toml").write_text("extends = 'self.toml'")
    for command, *where in (
        ("run", "alon.toml", "alone.toml"),
        ("run", str(tmp_path)),
        ("run", "latin.toml:2"),
        ("check", "self.toml", "extends"),
    ):
        (problem,) = refused(command, where[0].split(":")[0])
        assert names(problem, *where), problem
    (circle,) = refused("run", "a.toml")
    assert names(circle, "c.toml", "extends", "a.toml", "b.toml")


@pytest.mark.parametrize(
    ("option", "where"),
    [
        (
            ["--set", "regime.deployment.brigads=5"],
            ("command line", "regime.deployment.brigads", "regime.deployment.brigades"),
        ),
        (["--set", "russia.strength=true"], ("command line", "russia.strength")),
        (["--set", "russia.strength=strong"], ("command line", "russia.strength")),
        (["--set", "russia.strength"], ("--set russia.strength",)),
        (["--set", "=5"], ("--set =5",)),
        (["--set", "russia.strength.x=5"], ("command line", "russia.strength")),
        (["--designs", "0"], ("command line", "sampling.designs")),
        (["--designs", "-3"], ("command line", "sampling.designs")),
        (["--replicates", "0"], ("command line", "sampling.replicates")),
        (["--years", "0"], ("command line", "sampling.horizon_years")),
        (["--years", "1000"], ("command line", "sampling.horizon_years")),
        (["--seed", "-1"], ("command line", "sampling.seed")),
    ],
)
def test_a_mistake_on_the_command_line_is_refused(option, where, refused, tmp_path):
    """One line that names the option or the key, and nothing runs."""
    (tmp_path / "x.toml").write_text("title = 'x'")
    (problem,) = refused("run", "x.toml", *option)
    assert names(problem, *where), problem


@pytest.mark.parametrize(
    ("option", "value"), [("--workers", "0"), ("--designs", "many"), ("--precision", "2")]
)
def test_an_option_of_the_wrong_kind_is_refused(option, value, refused, tmp_path):
    """It is named."""
    (tmp_path / "x.toml").write_text("title = 'x'")
    assert any(option in problem for problem in refused("run", "x.toml", option, value))


def test_an_output_folder_that_cannot_be_written(refused, tmp_path):
    """One line that says which."""
    (tmp_path / "x.toml").write_text("title = 'x'")
    (tmp_path / "file").write_text("")
    (problem,) = refused("run", "x.toml", "--out", tmp_path / "file" / "runs")
    assert problem.startswith(f"{tmp_path / 'file' / 'runs'}")


def test_comparisons_that_make_no_sense(refused, tmp_path, scenarios):
    """One scenario, one twice without a change, an unknown baseline, and a folder that is no run."""
    (tmp_path / "x.toml").write_text("title = 'x'")
    (tmp_path / "y.toml").write_text("name = 'x'")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "manifest.json").write_text("{")
    for words, named in (
        (["compare", "x.toml"], ["compare", "x"]),
        (["compare", "x.toml", "y.toml"], ["x", "--set 2:regime.deployment.brigades=10"]),
        (
            ["compare", "x.toml", "x.toml", "--set", "3:war.decisiveness=3"],
            ["--set 3:war.decisiveness=3", "1, 2"],
        ),
        (
            ["compare", "x.toml", scenarios / "eu.toml", "--baseline", "z"],
            ["--baseline z", "x", "eu"],
        ),
        (["compare", "folder", "x.toml"], ["folder", "manifest.json"]),
        (["verify", "nowhere"], ["nowhere"]),
        (["list", "nowhere"], ["nowhere"]),
    ):
        (problem,) = refused(*words)
        assert names(problem, *named), problem


def test_runs_of_other_worlds_are_not_compared(tmp_path):
    """Folders of different seeds: the message says why, and how to mend it."""
    folders = [
        sim.run(
            sim.load(
                name,
                {"sampling.designs": 4, "sampling.seed": seed, "sampling.horizon_years": 1},
            ),
            out=tmp_path,
        ).folder
        for name, seed in (("none", 1), ("eu", 2))
    ]
    result = CliRunner().invoke(app, ["compare", *map(str, folders), "--out", str(tmp_path)])
    assert result.exit_code == 2
    (problem,) = result.stderr.splitlines()
    assert all(name in problem for name in ("eu", "none", "seed"))


def test_the_installed_command_ends_with_2_and_no_traceback(tmp_path):
    """Through the real entry point."""
    (tmp_path / "x.toml").write_text("[war]\ndecisiveness = 100\n")
    ceasefire = Path(sys.executable).with_name("ceasefire")
    result = subprocess.run(
        [ceasefire, "run", "x.toml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    (problem,) = result.stderr.splitlines()
    assert names(problem, "x.toml:2", "war.decisiveness")
    assert [path.name for path in tmp_path.iterdir()] == ["x.toml"]


KEYS = [
    key for key, _ in Scenario().leaves() if key.split(".")[0] in MODELLED and "members" not in key
]
NUMBERS = st.one_of(st.floats(-2, 3), st.floats(0, 300), st.floats(), st.integers(-10, 10**6))
VALUES = st.one_of(
    NUMBERS,
    st.booleans(),
    st.text(max_size=3),
    st.lists(NUMBERS, max_size=4),
    st.none(),
    st.builds(lambda low, width: {"uniform": [low, low + width]}, st.floats(0, 5), st.floats(0, 5)),
    st.builds(
        lambda a, b: {"lognormal": {"median": a, "sigma": b}}, st.floats(0, 100), st.floats(0, 4)
    ),
    st.builds(
        lambda a, b: {"normal": {"mean": a, "sd": b, "low": 0.01}},
        st.floats(0, 100),
        st.floats(0, 9),
    ),
    st.builds(lambda values: {"choice": values}, st.lists(st.floats(0, 1), max_size=4)),
    st.builds(lambda a, b: {"beta": {"a": a, "b": b}}, st.floats(0, 9), st.floats(0, 9)),
)


@pytest.mark.long
@settings(max_examples=250)
@given(
    st.dictionaries(
        st.sampled_from([*KEYS, "regime.acession.veto", "war.x", "russia"]), VALUES, max_size=4
    )
)
def test_random_scenarios_run_to_finite_results_or_are_refused(tmp_path_factory, values):
    """Never anything else, and never a warning (warnings are errors here)."""
    path = tmp_path_factory.mktemp("random") / "random.toml"
    path.write_text("title = 'random'")
    problems = []
    try:
        scenario = sim.load(
            path,
            values | {"sampling.designs": 4, "sampling.replicates": 4, "sampling.horizon_years": 2},
        )
    except sim.ScenarioError as refusal:
        problems = refusal.problems
    assert all(problem.startswith("override: ") for problem in problems)
    if problems:
        return
    run = sim.run(scenario, out=None)
    numbers = run.outcomes.select_dtypes(float).drop(columns="russia_prevails")
    assert np.isfinite(numbers.to_numpy()).all()
    assert run.outcomes.loc[~run.outcomes["held"], "russia_prevails"].between(0, 1).all()
    assert sim.survival(run)["estimate"].between(0, 1).all()
