"""What is imported for what, in a fresh interpreter: a command waits for nothing that it does not use."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT
from elements import COMMANDS, LIBRARY, TEXTS

import sim

DECLARED = {
    {"scikit-learn": "sklearn"}.get(name, name.replace("-", "_"))
    for name in (
        re.match(r"[\w-]+", declared)[0]
        for declared in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
            "dependencies"
        ]
    )
}
"""The packages that the product depends on, as they are imported."""
NEEDED_TO_SIMULATE = {"numpy", "scipy", "pandas", "pydantic", "mesa", "networkx"}
"""Mesa imports the last."""
HEAVY = DECLARED - {
    "typer",
    "rich",
    "numpy",
    "scipy",
    "pydantic",
    "tree_sitter",
    "tree_sitter_toml",
}
COMMAND = """
import json, sys
from sim.cli import app
path, commands = sys.argv[1], json.loads(sys.argv[2])
imported = []
for words in commands:
    try:
        app(words)
    except SystemExit as ended:
        assert not ended.code, ended.code
    imported.append(sorted(sys.modules))
with open(path, "w") as file:
    json.dump(imported, file)
"""
"""Carries out commands one after the other, and keeps which modules are there after each."""
WITHOUT = """
import importlib.abc, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
"""


def python(program, *arguments, patience):
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience,
        check=True,
    )


@pytest.fixture
def imported(tmp_path, patience):
    """The modules that a process has imported when it has carried out commands, and after each."""

    def by(*commands):
        listed = json.dumps([list(map(str, words)) for words in commands])
        python(COMMAND, tmp_path / "modules.json", listed, patience=patience)
        return [set(names) for names in json.loads((tmp_path / "modules.json").read_text())]

    return by


def test_the_program_introduces_itself_without_any_of_its_parts(imported):
    """Neither numbers nor checks of files are there yet."""
    _, modules = imported(["--help"], ["--version"])
    assert not modules & (DECLARED - {"typer", "rich"})
    assert {name for name in modules if name.startswith("sim.")} <= {
        "sim.errors",
        "sim.characters",
        "sim.cli",
        *(f"sim.cli.{path.stem}" for path in (ROOT / "sim" / "cli").glob("*.py")),
    }


@pytest.mark.long
def test_no_command_needs_its_parts_to_describe_itself(imported):
    """Their help; it is Typer that may look for Pydantic."""
    helps = imported(*([name, "--help"] for name in COMMANDS))
    for name, modules in zip(COMMANDS, helps, strict=True):
        assert not modules & (DECLARED - {"typer", "rich", "pydantic"}), name
        assert "sim.scenario" not in modules, name


@pytest.mark.long
def test_scenarios_are_read_without_model_tables_and_lines(imported):
    """Files without fault: no Mesa, no pandas, no statistics of SciPy, and no parser for lines,
    until one is shown, since its lines are named.
    """
    *before, shown = imported(
        ["list"], ["check", *LIBRARY.values()], ["schema"], ["show", LIBRARY["nato"]]
    )
    for modules in before:
        assert "sim.scenario.schema" in modules
        assert not modules & (HEAVY | {"tree_sitter", "scipy.stats", "sim.model"})
    assert "tree_sitter" in shown
    assert not shown & (HEAVY | {"scipy.stats", "sim.model"})


SMALL = ("--designs=40", "--replicates=2", "--set=sampling.steps_per_year=2", "--years=2")


KEPT = (
    ("run", "none"),
    ("compare", "none", "coalition"),
    ("discover", "none", "--when", "survival@2 < 0.9"),
    ("sweep", "none", "--grid", "regime.deployment.brigades=0:20:2"),
    ("history", "none", "--json"),
)
"""Commands of every kind that keep what they print."""


@pytest.mark.long
@pytest.mark.usefixtures("small_studies", "blank_figures")
def test_a_repeated_command_reads_what_was_printed(imported, command, tmp_path):
    """No model, no tables, no statistics, no figures: the reply is checked, and printed."""
    listed = [
        [*words, *(SMALL[:2] if words[0] == "history" else SMALL), "--out", tmp_path]
        for words in KEPT
    ]
    for words in listed:
        command(*words)
    statistics = {"scipy.special", "scipy.optimize", "scipy.stats"}
    for words, modules in zip(KEPT, imported(*listed), strict=True):
        assert "sim.presentation.reply" in modules
        assert not modules & (
            HEAVY | statistics | {"sim.analysis.summary", "sim.model", "sim.plots"}
        ), words


@pytest.mark.long
def test_a_run_that_is_there_is_reported_without_a_model(imported, tmp_path):
    """Neither Mesa nor agents, nor what only studies use, nor the statistics of SciPy."""
    small = {"sampling.designs": 20, "sampling.replicates": 2, "sampling.horizon_years": 2}
    run = sim.run(sim.load(LIBRARY["coalition"], small), out=tmp_path)
    (modules,) = imported(["report", run.folder, "--out", tmp_path / "page.html"])
    assert "sim.ensemble.store" in modules
    assert not modules & {
        "mesa",
        "sim.agents",
        "sim.model.ceasefire",
        "sklearn",
        "SALib",
        "scipy.stats",
    }


@pytest.mark.long
def test_histories_are_simulated_with_few_packages(patience):
    """With the others absent, a scenario and a text are read, their histories simulated and run in
    memory, and their durability is estimated.
    """
    absent = DECLARED - NEEDED_TO_SIMULATE
    assert {"pyarrow", "tree_sitter", "filelock", "sklearn", "SALib"} <= absent
    program = (
        WITHOUT.format(absent=absent)
        + """
import sim
small = {"sampling.horizon_years": 2, "sampling.designs": 32, "sampling.replicates": 2}
for path in sys.argv[1:]:
    scenario = sim.load(path, small)
    model = sim.CeasefireModel(scenario, 50)
    while model.running:
        model.step()
    assert len(model.years_held) == 50
    run = sim.run(scenario, out=None, block=32)
    assert len(run.outcomes) == run.scenario.sampling.worlds
    assert sim.survival(run)["estimate"].between(0, 1).all()
"""
    )
    python(program, LIBRARY["nato"], TEXTS[0], patience=patience)


def imported_by(path):
    """The modules of the package that a source file names, those of types alone among them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{name.name}" for name in node.names))


def test_no_modules_import_each_other_in_a_circle():
    """Not for their types either; the front door, which imports on demand, is left out."""
    package = Path(sim.__file__).parent
    modules = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts): path
        for path in package.rglob("*.py")
        if path.name != "__init__.py"
    }
    graph = {name: set(imported_by(path)) & set(modules) for name, path in modules.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(modules) > 200
