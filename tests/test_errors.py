"""Errors speak the language of the caller, and have one home."""

import ast
import pickle
from pathlib import Path

import pytest

import sim
from sim.errors import ArgumentFault, ImpossibleError, InputError, NotPairedError, RunError

ROOT = Path(__file__).parents[1]
WITH_EXAMPLE = ArgumentFault("hold", 2, "must be between 0 and 1", "0.8")


@pytest.mark.parametrize(
    ("fault", "argument", "option"),
    [
        (
            WITH_EXAMPLE,
            "hold must be between 0 and 1 (got 2), for example 0.8",
            "--hold 2: must be between 0 and 1, for example 0.8",
        ),
        (
            ArgumentFault("sampling.horizon_years", 0, "must be 1 or more"),
            "sampling.horizon_years must be 1 or more (got 0)",
            "--years 0: must be 1 or more",
        ),
        ("x.toml:2: war.x: no such key", "x.toml:2: war.x: no such key", None),
    ],
)
def test_a_fault_names_the_argument_or_the_option(fault, argument, option):
    """Python is told of arguments, the command line of options; both of a line of a file."""
    error = sim.ScenarioError(fault)
    assert str(error) == argument
    assert error.on_command_line() == [option or argument]


def test_every_problem_is_kept_once_and_travels_between_processes():
    """A worker's error arrives whole."""
    error = RunError(["one", WITH_EXAMPLE, "one"])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    assert again.problems == error.problems == ["one", str(WITH_EXAMPLE)]
    assert again.on_command_line()[1].startswith("--hold 2: ")


def test_all_are_input_errors():
    for kind in (sim.ScenarioError, RunError, NotPairedError, ImpossibleError):
        assert issubclass(kind, InputError)
        assert issubclass(kind, ValueError)


def test_errors_have_one_home():
    """No other module of the package defines one."""
    for path in (ROOT / "sim").glob("**/*.py"):
        classes = [
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)
        ]
        errors = [node.name for node in classes if node.name.endswith(("Error", "Exception"))]
        assert not errors or path == ROOT / "sim" / "errors.py", path


def test_an_unknown_distribution_is_named_with_the_nearest_one(tmp_path):
    (tmp_path / "x.toml").write_text("[russia]\nstrength = { unifrm = [1, 2] }")
    with pytest.raises(sim.ScenarioError, match="unknown distribution 'unifrm'; did you mean"):
        sim.load(tmp_path / "x.toml")


def test_a_world_that_does_not_exist_is_refused_with_the_range():
    with pytest.raises(sim.ScenarioError, match=r"^world must be between 0 and 9999 for scenario"):
        sim.replay(sim.Scenario(), 10_000)
