"""The examples in docstrings of the library run as they stand."""

import doctest
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[1]
PACKAGES = ("scenario", "study", "study.calibration")
MODULES = [
    "sim.chance",
    "sim.errors",
    *(
        f"sim.{package}.{module.name}"
        for package in PACKAGES
        for module in pkgutil.iter_modules([str(ROOT / "sim" / Path(*package.split(".")))])
        if not module.ispkg
    ),
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_say(name, monkeypatch):
    """In the folder of the project, whose scenarios they load."""
    monkeypatch.chdir(ROOT)
    results = doctest.testmod(import_module(name), extraglobs={"sim": sim})
    assert results.failed == 0


def test_every_study_has_an_example():
    """What a public function is for is shown, even where it takes too long to run."""
    for name in ("calibrate", "discover", "require", "robust", "sensitivity"):
        assert ">>> " in getattr(sim, name).__doc__
    for name in ("grid", "load", "replay", "run_to_precision", "sweep"):
        assert ">>> " in getattr(sim, name).__doc__
        assert "+SKIP" not in getattr(sim, name).__doc__
