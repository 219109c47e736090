"""What the tests share."""

import difflib
import gc
import importlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import matplotlib as mpl
import mesa  # noqa: F401 — as it is imported it looks through all modules: here there are few
import numpy as np
import pytest
import typer.testing
from blank import saved_blank
from elements import LIBRARY
from matplotlib.figure import Figure
from sizes import STUDY_SIZES, places
from typer.testing import CliRunner

from sim.cli import app
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario

mpl.use("Agg")
typer.testing._get_command = cache(typer.testing._get_command)
"""The command line is built once, and not anew for each command that a test invokes."""
hypothesis.settings.register_profile(
    "every machine",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile(
    "every machine"
)  # the same examples wherever the same modules are loaded, however long they take
ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden files are rewritten on purpose only."""
    parser.addoption(
        "--fix", action="store_true", help="rewrite golden and generated files instead of comparing"
    )


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: it is not searched for garbage any more."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def patience() -> int:
    """Seconds after which a process that hangs is given up: more than the busiest machine needs."""
    return 1200


@pytest.fixture(scope="session")
def scenarios() -> Path:
    """The folder of the scenarios that come with the product."""
    return ROOT / "scenarios"


FEW = (
    "russia.value_of_prevailing",
    "russia.insecurity",
    "russia.strength_target",
    "russia.reconstitution_half_life",
)
"""Numbers that stay uncertain where a test says `few`."""


def medians_but_few(scenario: Scenario) -> dict[str, float]:
    """The medians of all other uncertain numbers of a scenario."""
    return {
        key: float(distribution.quantile(np.array([0.5]))[0])
        for key, distribution in scenario.uncertain().items()
        if key not in FEW
    }


@pytest.fixture(scope="session")
def few() -> Callable[[Scenario], Scenario]:
    """A scenario of which only four numbers are uncertain, so that a small sample tells what it
    should.
    """
    return lambda scenario: replaced(scenario, medians_but_few(scenario))


@pytest.fixture(scope="session")
def few_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file to put over a scenario."""
    path = tmp_path_factory.mktemp("over") / "few.toml"
    path.write_text(
        "".join(f"{key} = {value!r}\n" for key, value in medians_but_few(Scenario()).items())
    )
    return path


@pytest.fixture
def same_as_file(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a committed file; with --fix, write it."""

    def check(path: Path, text: str) -> None:
        if request.config.getoption("--fix"):
            path.write_text(text)
        old = path.read_text() if path.exists() else ""
        diff = "".join(
            difflib.unified_diff(
                old.splitlines(keepends=True), text.splitlines(keepends=True), str(path), "now"
            )
        )
        assert not diff, (
            f"{path} is out of date; look at the difference, then run pytest --fix\n{diff}"
        )

    return check


@pytest.fixture(scope="session")
def command() -> Callable[..., Any]:
    """The command line with these words, which must end with this code."""

    def run(*words: object, code: int = 0) -> Any:
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture(scope="module")
def small_studies() -> Iterator[None]:
    """Studies take a moment in the tests of a module."""
    with pytest.MonkeyPatch.context() as patched:
        for namespace, name, size in places(STUDY_SIZES):
            patched.setitem(namespace, name, size)
        yield


@pytest.fixture(scope="module")
def blank_figures() -> Iterator[None]:
    """Figures are drawn and blank files are saved, in the tests of a module that do not look at
    them.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Figure, "savefig", saved_blank)
        yield


@pytest.fixture(scope="session")
def calibrated(
    scenarios: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    """A small calibration through the command, in whole years.

    Its document and its folder, which is too small to be believed.
    """
    folder, out = tmp_path_factory.mktemp("scenarios"), tmp_path_factory.mktemp("calibration")
    (folder / "texts").mkdir()
    for path in LIBRARY.values():
        (folder / path.relative_to(scenarios)).write_text(
            path.read_text().replace("[sampling]", "[sampling]\nsteps_per_year = 1")
        )
    sizes = {
        "calibration.study.MIN_CANDIDATES": 40,
        "calibration.study.MIN_HISTORIES": 20,
        "calibration.study.MIN_CHECKS": 8,
        "calibration.study.FRESH_CANDIDATES": 5,
        "calibration.study._FRESH_HISTORIES": 50,
        "calibration.study._TRUE_HISTORIES": 90,
        "calibration.study._REFITS": 2,
        "calibration.study.POWER": 11,
        "calibration.study._COARSER": 10,
        "calibration.emulator.DEGREE": 1,
        "calibration.emulator._TOLERANCE": 0.1,
        "scoring.CHEAP_RESAMPLES": 20,
    }
    with pytest.MonkeyPatch.context() as patched:
        for name, size in sizes.items():
            patched.setattr(f"sim.study.{name}", size)
        patched.setattr(Figure, "savefig", saved_blank)
        words = [
            "calibrate",
            folder,
            "--candidates",
            40,
            "--histories",
            20,
            "--checks",
            8,
            "--seed",
            3,
            "--out",
            out,
            "--json",
        ]
        result = CliRunner().invoke(app, list(map(str, words)))
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    return document, out / document["folder"].rpartition("/")[2]


@pytest.fixture
def page(scenarios: Path, monkeypatch: pytest.MonkeyPatch, patience: int) -> Callable[..., Any]:
    """Runs the page of the explorer at an address: the script as Streamlit runs it, which for each
    page would look for components in all packages that are installed. This page has none.
    """
    manager = importlib.import_module("streamlit.components.v2.component_manager")
    testing = importlib.import_module("streamlit.testing.v1")
    monkeypatch.setattr(
        manager.BidiComponentManager, "discover_and_register_components", lambda *_, **__: None
    )

    def run(folder: Path = scenarios, **address: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["page.py", str(folder)])
        at = testing.AppTest.from_file(ROOT / "sim" / "app" / "page.py", default_timeout=patience)
        for name, text in address.items():
            at.query_params[name] = text
        at.run()
        assert not at.exception
        return at

    return run


@pytest.fixture(scope="module")
def browser(patience: int) -> Iterator[Any]:
    """The Chromium of the system, for the tests of a module."""
    launched = importlib.import_module("browser").launched
    with launched(patience) as opened:
        yield opened
