"""Every block of code of every page runs as it stands, in a folder with the scenarios.

Or it says why it does not: a comment `<!-- not run: REASON -->` before the block. Scenarios of these
tests have few parameter sets, so that a page takes seconds.
"""

import re
import shlex
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import matplotlib as mpl
import pytest
from elements import COMMANDS
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.scenario import library

ROOT = Path(__file__).parents[1]
PAGES = {
    str(path.relative_to(ROOT)): path
    for path in sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
    if "reference" not in path.parts
}
RUN_BY_THEIR_OWN = {
    "docs/gallery.md": "tests/test_plots.py",
    "docs/how-to/extend_from_outside.md": "tests/test_extensions.py",
    "docs/how-to/run_a_wargame.md": "tests/test_play.py",
    "docs/how-to/update_the_outlook.md": "tests/test_outlook.py",
    "docs/how-to/write_a_strategy.md": "tests/test_play.py",
    "docs/how-to/write_a_treaty_as_a_scenario.md": "tests/test_clauses.py",
}
"""Pages whose blocks another test runs, and which."""
COMMANDS_RUN_BY_THEIR_OWN = {"README.md": "tests/test_wheel.py"}
"""Pages of which another test runs the commands, and which."""
SMALL = {
    "clauses": "--designs 24 --replicates 4 --no-figures",
    "compare": "--designs 24 --replicates 4 --no-figures",
    "discover": "--designs 60 --replicates 10 --no-figures",
    "elicit": "--designs 60 --replicates 4 --no-figures",
    "history": "--designs 24 --replicates 4 --no-figures",
    "outlook": "--designs 250 --replicates 10 --no-figures",
    "replay": "--set sampling.designs=1000",
    "require": "--designs 24 --samples 8 --no-figures",
    "robust": "--designs 60 --replicates 10 --no-figures",
    "run": "--designs 24 --replicates 4 --no-figures",
    "sensitivity": "--samples 32 --no-figures",
    "sign": "--designs 24 --replicates 4 --no-figures",
    "sweep": "--designs 24 --replicates 4",
}
"""What is added to a command of a page, so that it computes little; a page names worlds of a run of
full size.
"""
NOT_RUN = {
    "app": "serves until it is stopped",
    "calibrate": "takes minutes in any size",
    "play": "waits for a person",
}
"""Commands that must exist and are not run here; tests of their own run them."""
COURSE = {"until", "events", "decisions"}
"""Keys of a file of what has happened, which is no scenario."""
FENCE = re.compile(
    r"(?:^ *<!-- not run: (?P<reason>[^>]*?) -->\n+)?"
    r"^ *```(?P<kind>[\w{}-]*)\n(?P<text>.*?)^ *```",
    re.MULTILINE | re.DOTALL,
)
SAVED = re.compile(r"[Ss]ave this as `([^`]+)`[^`]*$")
FOLDER = re.compile(r"runs/([\w+-]+)-[0-9a-f]{8}\b")


@dataclass(frozen=True)
class Block:
    """A block of code, and what the page says of it."""

    kind: str
    text: str
    saved_as: str
    reason: str | None


def blocks(page: str) -> list[Block]:
    """The blocks of a page in their order."""
    return [
        Block(
            fence["kind"],
            dedent(fence["text"]),
            saved[1] if (saved := SAVED.search(page[: fence.start()].rstrip())) else "",
            fence["reason"],
        )
        for fence in FENCE.finditer(page)
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the scenarios, each of few parameter sets and long steps, in which pages run."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    base = tmp_path / "scenarios" / "base.toml"
    small = re.sub(
        r"^designs = \d+", "designs = 24\nsteps_per_year = 1", base.read_text(), flags=re.MULTILINE
    )
    assert small != base.read_text()
    base.write_text(small)
    library.files.cache_clear()
    monkeypatch.setattr(library, "FOLDER", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    yield tmp_path
    library.files.cache_clear()


def newest_run(name):
    """The folder of the latest run of a scenario, in place of the one that a page names."""
    runs = [path for path in Path("runs").glob(f"{name}-*") if path.is_dir()]
    assert runs, f"no run of {name} before this command"
    return str(max(runs, key=lambda path: path.stat().st_mtime_ns))


def ceasefire(line):
    """Run a command of a page in small size; its options may stand there in full size."""
    words = shlex.split(FOLDER.sub(lambda match: newest_run(match[1]), line), comments=True)[1:]
    if not words or "--help" in words:
        return
    if words[0] in NOT_RUN:
        assert words[0] in COMMANDS
        return
    small = SMALL.get(words[0], "").split()
    if "--precision" in words:
        words[words.index("--precision") + 1] = "0.1"
    result = CliRunner().invoke(app, [*words, *small])
    assert result.exit_code == 0, f"{line}: {result.output}"


def shell(text):
    """Run the lines of a block: commands of the product, or of the project, which must exist."""
    for line in text.replace("\\\n", " ").splitlines():
        match shlex.split(line, comments=True):
            case []:
                pass
            case ["ceasefire", *_]:
                ceasefire(line)
            case ["make", *targets]:
                known = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
                assert {word for word in targets if "=" not in word} <= set(known), line
            case ["python", script, *_] if (ROOT / script).exists():
                pass
            case ["pip", "install", *_]:
                project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
                extras = set(re.findall(r"\[(.*?)\]", line))
                assert extras <= set(project["optional-dependencies"]), line
            case _:
                pytest.fail(f"{line}: nobody tests it; say why before the block")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_block_is_left_to_chance(name):
    """Each is of a kind that is run, or text, or says why it is not run; none is indented only."""
    page = PAGES[name].read_text()
    for block in blocks(page):
        assert block.kind in {"sh", "toml", "python", "r", "text", "{toctree}"}, block.text
        assert block.reason is None or len(block.reason.split()) >= 4, f"{name}: {block.reason}"
    outside = FENCE.sub("", page)
    assert not re.findall(r"^    (?:ceasefire|make|python|pip) .*", outside, re.MULTILINE), name


def test_pages_that_others_run_are_run_there():
    """The test that is named for a page names the page."""
    for page, test in (RUN_BY_THEIR_OWN | COMMANDS_RUN_BY_THEIR_OWN).items():
        assert page in PAGES
        assert Path(page).stem in (ROOT / test).read_text(), page


@pytest.mark.long
@pytest.mark.usefixtures("small_studies", "blank_figures")
@pytest.mark.parametrize("name", sorted(set(PAGES) - {*RUN_BY_THEIR_OWN}))
def test_the_blocks_of_a_page_run(name, folder):
    """One after the other: what a page saves, its later lines use."""
    names: dict[str, object] = {}
    for block in blocks(PAGES[name].read_text()):
        if block.saved_as:
            (folder / block.saved_as).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.saved_as).write_text(block.text)
        if block.reason is not None:
            continue
        if block.kind == "toml" and not COURSE & set(tomllib.loads(block.text)):
            (folder / "block.toml").write_text(block.text)
            sim.load(folder / (block.saved_as or "block.toml"))
        elif block.kind == "python":
            exec(compile(block.text, name, "exec"), names)  # noqa: S102  it is our own page
        elif block.kind == "r" and shutil.which("Rscript"):  # a program of its own, where it is
            subprocess.run(["Rscript", "-e", block.text], check=True, capture_output=True)  # noqa: S607
        elif block.kind == "sh" and name not in COMMANDS_RUN_BY_THEIR_OWN:
            shell(block.text)
