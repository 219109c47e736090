"""Installed from a wheel, in an empty folder: every command of the README works."""

import re
import shlex
import subprocess
import sys
import sysconfig
import venv
from itertools import chain
from pathlib import Path

import pytest
from elements import LIBRARY
from sizes import STUDY_SIZES
from warm import Warm

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line)[1:]
    for block, command in re.findall(
        r"^```sh\n(.*?)^```|`(ceasefire (?!--)[^`]+)`(?= \|)", README, re.MULTILINE | re.DOTALL
    )
    for line in (block or command).splitlines()
    if line.startswith("ceasefire ")
]
"""Those of its blocks and of its tables, in its order."""
COARSE = (
    *("--set", "sampling.steps_per_year=1", "--set", "sampling.horizon_years=10"),
    "--no-figures",
)
SMALL = {
    "run": ["--designs", "8", "--replicates", "4", *COARSE],
    "compare": ["--designs", "8", "--replicates", "4", *COARSE],
    "outlook": ["--designs", "250", "--replicates", "10", *COARSE],
    "sweep": ["--designs", "8", "--replicates", "2", *COARSE[:-1]],
    "sensitivity": ["--samples", "32", "--replicates", "2", *COARSE],
    "sign": ["--designs", "16", "--replicates", "4", *COARSE],
    "clauses": ["--designs", "8", "--replicates", "2", *COARSE],
    "require": ["--designs", "16", "--replicates", "2", "--samples", "8", *COARSE],
    "discover": ["--designs", "100", "--replicates", "4", *COARSE],
    "robust": ["--designs", "32", "--replicates", "4", *COARSE],
    "history": ["--designs", "8", "--replicates", "4", "--no-figures"],
    "elicit": ["--designs", "20", "--replicates", "4", *COARSE],
}
"""Options under which a command takes a moment."""
OF_OPTIONS = {"--precision": ["--precision", "0.1"], "--typical": ["--set", "sampling.designs=20"]}
"""The same for commands with an option."""
SERVES, FITS = "app", "calibrate"
"""A command that does not end, and one that takes minutes however small it is."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment that holds this package, built as a wheel, and what it needs from that of the
    tests.
    """
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment)
    packages = place(environment, "purelib")
    pip = [sys.executable, "-m", "pip", "--python", environment, "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib"))
    return environment


def place(environment, kind):
    """The folder of an environment for files of a kind."""
    scheme = {"base": str(environment), "platbase": str(environment)}
    return Path(sysconfig.get_path(kind, "venv", scheme))


@pytest.fixture(scope="module")
def installed(environment):
    """The command as it is installed."""

    def run(folder, *words):
        return subprocess.run(
            [place(environment, "scripts") / "ceasefire", *words],
            cwd=folder,
            env={"PATH": "", "HOME": str(environment), "COLUMNS": "80"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def kept(environment, tmp_path_factory):
    """What every command of the README gave in an empty folder, each run in its order."""
    folder = tmp_path_factory.mktemp("empty")
    (file,) = re.findall(r"^```toml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    warm = Warm(STUDY_SIZES, place(environment, "scripts") / "python")
    assert warm.package.is_relative_to(environment)
    results = {}
    for words in COMMANDS:
        if words[0] in (SERVES, FITS):
            continue
        if words == ["check", "my.toml"]:
            (folder / "my.toml").write_text(file)
        elif "so_far.toml" in words:
            (folder / "so_far.toml").write_text("until = 1.0\n")
        elif "answers.csv" in words:
            (folder / "answers.csv").write_text(
                "expert,key,p5,p50,p95\nAnna,russia.insecurity,.1,.2,.5\n"
            )
        at_hand = [_run_folder(folder, word) for word in words]
        small = [*SMALL.get(words[0], []), *chain(*(OF_OPTIONS.get(word, []) for word in words))]
        results[" ".join(words)] = warm([*at_hand, *small], folder)
    warm.close()
    return results


def _run_folder(folder, word):
    """The folder of the first result that the README names by another hash."""
    name = re.fullmatch(r"runs/(\w+)-[0-9a-f]{8}", word)
    there = () if name is None else (folder / "runs").glob(f"{name[1]}-????????")
    return str(min(there, key=lambda path: path.stat().st_mtime, default=word))


def test_the_readme_has_commands():
    """As many as its table and more."""
    assert len(COMMANDS) > 25
    assert {"new", "list", "run", "compare", "report", "verify"} <= {words[0] for words in COMMANDS}


def test_every_command_of_the_readme_works_within_80_columns(kept):
    """It ends well and prints its answer: tables and sentences of at most 80 columns, but for files
    that are printed whole, a line that names a file or a folder, stories, and the tree of a game.
    """
    failed = {
        words: ended.err or ended.out
        for words, ended in kept.items()
        if ended.code or not ended.out
    }
    assert failed == {}
    widest = {
        words: max(ended.out.splitlines(), key=len)
        for words, ended in kept.items()
        if words.split()[0] not in {"check", "game", "play", "show", "schema", "verify", "replay"}
    }
    assert {words: line for words, line in widest.items() if len(line) > 80} == {}


def test_the_library_is_installed(installed, tmp_path):
    """Every scenario is listed, from a folder that has none; none says where it lies."""
    listed = installed(tmp_path, "list").stdout
    assert {name for name in LIBRARY if not re.search(rf"^{name} ", listed, re.MULTILINE)} == set()
    shown = installed(tmp_path, "show", "nato").stdout
    assert "set by library/nato.toml:" in shown
    assert "site-packages" not in shown


def test_the_page_serves_the_library(installed, tmp_path):
    """What it would serve is there: it gets as far as the port."""
    result = installed(tmp_path, SERVES, "--host", "192.0.2.1", "--port", "1")
    assert result.returncode == 2
    assert result.stderr.startswith("--host 192.0.2.1 --port 1: cannot listen there")
