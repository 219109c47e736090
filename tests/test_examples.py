"""The examples in docstrings of the library run as they stand."""

import doctest
import pkgutil
from importlib import import_module
from inspect import getdoc, isfunction
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[1]
PACKAGES = ("analysis", "scenario", "study", "study.calibration")
MODULES = [
    "sim.chance",
    "sim.ensemble.run",
    "sim.ensemble.store",
    "sim.ensemble.verify",
    "sim.model.ceasefire",
    "sim.errors",
    "sim.guarantee.costs",
    "sim.wording",
    *(
        f"sim.{package}.{module.name}"
        for package in PACKAGES
        for module in pkgutil.iter_modules([str(ROOT / "sim" / Path(*package.split(".")))])
        if not module.ispkg
    ),
]

SIMULATE = {
    *("sim.analysis.differences", "sim.analysis.durability", "sim.analysis.spread"),
    *("sim.analysis.threshold", "sim.ensemble.store", "sim.ensemble.verify"),
    *("sim.study.clauses", "sim.study.deals", "sim.study.elicitation", "sim.study.outlook"),
}
"""Modules whose examples take more than a moment."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.long] if name in SIMULATE else []) for name in MODULES],
)
def test_the_examples_of_a_module_give_what_they_say(name, monkeypatch):
    """In the folder of the project, whose scenarios they load."""
    monkeypatch.chdir(ROOT)
    results = doctest.testmod(import_module(name), extraglobs={"sim": sim})
    assert results.failed == 0


@pytest.mark.parametrize("name", [name for name in sim.__all__ if isfunction(getattr(sim, name))])
def test_a_public_function_says_what_it_takes_and_gives_and_shows_it(name):
    """What takes minutes is shown without being run."""
    documented = getdoc(getattr(sim, name))
    for heading in ("Parameters", "Returns", "Examples"):
        assert f"\n\n{heading}\n{'-' * len(heading)}\n" in documented
    if name not in ("calibrate", "discover", "require", "robust", "sensitivity"):
        assert "+SKIP" not in documented
