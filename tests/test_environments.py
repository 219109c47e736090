"""The same on every Python, Mesa and pandas that the package allows, each in an environment made anew."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.exhaustive
OLDEST = ("3.11", "mesa==3.3.*", "pandas<3")
BETWEEN = ("3.12", "mesa==3.5.*", "pandas<3")
NEWEST = ("3.13", "mesa==3.5.*", "pandas>=3")
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LIFELINES = ("--ignore=tests/test_estimates.py", "--ignore=tests/test_record.py")
"""Files of long tests that compare with lifelines."""
RESULTS = ("outcomes.parquet", "timeline.parquet", "timeline.npz")
RENDER = """
import runpy
import ipywidgets.widgets.widget as widgets
import solara

page = runpy.run_path("history.py")["page"]
solara.render(solara.AppLayout(children=[page]), handle_error=False)


def shown():
    return [str(text) for each in widgets._instances.values()
            for text in getattr(each, "children", None) or () if isinstance(text, str)]


(step,) = [each for each in widgets._instances.values() if "Step" in (getattr(each, "children", None) or ())]
(before,) = [text for text in shown() if "The ceasefire is signed" in text]
for _ in range(24):
    step.click()
(after,) = [text for text in shown() if "The ceasefire is signed" in text]
assert after.startswith(before)
assert len(after.splitlines()) > len(before.splitlines()), after
assert any(type(each).__name__ == "Image" for each in widgets._instances.values())
"""


def interpreter(version):
    """A Python of this version: on the path, of pyenv, or one that uv has or can fetch."""
    pyenv = Path.home() / ".pyenv" / "versions"
    known = [shutil.which(f"python{version}"), *pyenv.glob(f"{version}.*/bin/python")]
    for candidate in filter(None, known):
        answer = subprocess.run(
            [candidate, "-c", "import sys; print(sys.version)"],
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.stdout.startswith(f"{version}."):
            return str(candidate)
    uv = shutil.which("uv")
    if uv and not subprocess.run([uv, "python", "install", version], check=False).returncode:
        return subprocess.run(
            [uv, "python", "find", version], capture_output=True, text=True, check=True
        ).stdout.strip()
    pytest.skip(f"there is no Python {version}, and uv cannot fetch one")


def steps(interpreter, folder, python, requirements):
    """The commands that make an environment: with uv where it is there, which takes seconds."""
    if uv := shutil.which("uv"):
        yield [uv, "venv", "--quiet", "--python", interpreter, folder]
        yield [uv, "pip", "install", "--quiet", "--python", python, *requirements]
    else:
        yield [interpreter, "-m", "venv", folder]
        yield [python, "-m", "pip", "install", "--quiet", *requirements]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The Python of an environment with the package and some requirements, made once."""
    made = {}

    def make(version, *requirements):
        key = (version, *requirements)
        if key not in made:
            folder = tmp_path_factory.mktemp("environment")
            python = str(folder / "bin" / "python")
            for command in steps(interpreter(version), folder, python, requirements):
                subprocess.run(command, check=True, cwd=ROOT)
            made[key] = python
        return made[key]

    return make


def run(python, folder, *words):
    """What a command of the package prints there."""
    return subprocess.run(
        [python, "-m", "sim", *words], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def flat(document, path=""):
    """The values of a document by where they stand."""
    if not isinstance(document, dict):
        return {path: document}
    return {
        place: value
        for key, inner in document.items()
        for place, value in flat(inner, f"{path}/{key}").items()
        if key not in {"seconds", "folder"}
    }


def parted(values):
    """Those that are no fractions, and those that are."""
    fractions = {place: value for place, value in values.items() if isinstance(value, float)}
    return {place: values[place] for place in values.keys() - fractions}, fractions


def test_the_oldest_and_the_newest_give_the_same_bytes(environment, tmp_path):
    """The files of runs and the draws of a posterior; estimates but for the last digits of SciPy."""
    files, estimates, made_with = [], [], []
    for version, *requirements in (OLDEST, NEWEST):
        python, folder = environment(version, ".[export]", *requirements), tmp_path / version
        folder.mkdir()
        words = ["--designs", "40", "--replicates", "5", "--no-figures", "--json"]
        documents = [
            json.loads(run(python, folder, "run", scenario, *words))["runs"][0]
            for scenario in ("coalition", "nato+calibrated")
        ]
        manifests = [
            json.loads((folder / document["folder"] / "manifest.json").read_text(encoding="utf-8"))
            for document in documents
        ]
        run(python, folder, "export", "calibrated", "--to", "csv", "--out", "posterior")
        posterior = (folder / "posterior" / "draws.csv").read_bytes()
        files.append(
            (
                [manifest["hash"] for manifest in manifests],
                [manifest["sha256"] for manifest in manifests],
                posterior,
            )
        )
        estimates.append(flat(dict(zip("ab", documents, strict=True))))
        made_with.append(manifests[0]["versions"])
    oldest, newest = made_with
    assert (oldest["mesa"][:3], oldest["pandas"][0]) == ("3.3", "2")
    assert (newest["mesa"][:3], newest["pandas"][0]) == ("3.5", "3")
    assert set(files[0][1][0]) == set(RESULTS)
    assert files[0] == files[1]
    (exact, rounded), (later_exact, later_rounded) = map(parted, estimates)
    assert exact == later_exact
    assert rounded == pytest.approx(later_rounded, rel=1e-12)


def moment_in(environment, version, *requirements):
    """The result of the tests that take a moment, in an environment."""
    python = environment(version, *requirements)
    moment = ["-m", "not long and not exhaustive", "-q", "-n", "2", "-p", "no:cacheprovider"]
    return subprocess.run(
        [python, "-m", "pytest", *moment, *LIFELINES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_tests_that_take_a_moment_pass_in_between(environment):
    """With every extra, on the Python between, with the newest Mesa."""
    version, *requirements = BETWEEN
    result = moment_in(environment, version, ".[dev,test]", *requirements)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-2000:]


def test_the_tests_that_take_a_moment_pass_with_the_newest(environment):
    """And the newest pandas, which lifelines does not take yet."""
    extras = tomllib.loads(PROJECT)["project"]["optional-dependencies"]
    of_tests = [
        requirement.replace("ceasefire[", ".[dev,")
        for requirement in extras["test"]
        if not requirement.startswith("lifelines")
    ]
    version, *requirements = NEWEST
    result = moment_in(environment, version, *of_tests, *requirements)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-2000:]


def test_arviz_reads_a_posterior(environment, tmp_path):
    """As its own tree, with as many samples as the calibration has draws."""
    python = environment(NEWEST[0], ".[export]", "arviz-base>=1", *NEWEST[1:])
    run(python, tmp_path, "export", "calibrated", "--out", "posterior.nc")
    program = (
        "import arviz_base as az; posterior = az.convert_to_datatree('posterior.nc'); "
        "print(az.extract(posterior).sizes['sample'])"
    )
    printed = subprocess.run(
        [python, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert printed.stdout == "500\n"


def test_the_how_to_of_solara_runs_without_a_browser(environment, tmp_path):
    """Two years of steps lengthen the story beside a plot."""
    page = (ROOT / "docs" / "how-to" / "show_one_history_in_solara.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "history.py").write_text(block, encoding="utf-8")
    python = environment(NEWEST[0], ".", "mesa[viz]==3.5.*")
    result = subprocess.run(
        [python, "-c", RENDER], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_every_python_that_is_promised_is_tried():
    """From the oldest of `requires-python` on, without a gap."""
    first = tomllib.loads(PROJECT)["project"]["requires-python"].removeprefix(">=")
    assert [OLDEST[0], BETWEEN[0], NEWEST[0]] == [first, "3.12", "3.13"]
    assert sys.version_info >= tuple(map(int, first.split(".")))
