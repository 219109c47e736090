"""The answer arrives whatever standard output, standard error, locale, Matplotlib and file names are
like.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim import verify
from sim.characters import NEAREST, for_encoding, quoted, visible

PROGRAM = [sys.executable, "-c", "from sim.cli import app; app()"]
SIZE = (
    *("--designs", "2", "--replicates", "2", "--years", "1", "--seed", "1"),
    *("--set", "sampling.steps_per_year=1"),
)
SMALL = (*SIZE, "--no-figures")
NO_UTF8 = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
HOSTILE = """title = "A “plan” – 5 ± 1 \\u001b[31mred [bold]x[/bold] план"
label = "план $x_1$ [/b] \\u009b \\\\frac"
"""
posix = pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes and fills streams")


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """A folder with one scenario, `plan.toml`, in which commands are carried out."""
    (tmp_path / "plan.toml").write_text(HOSTILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def program(plan, patience):
    """The command line as a program in this folder."""

    def run(*words, code=0, redirect="", **environment):
        command = [*PROGRAM, *map(str, words)]
        shell = ["sh", "-c", f'"$@" {redirect}', "sh", *command] if redirect else command
        done = subprocess.run(
            shell,
            capture_output=True,
            check=False,
            cwd=plan,
            env=os.environ | environment,
            timeout=patience,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == code, done.stderr.decode(errors="replace")
        assert b"Traceback" not in done.stderr
        return done

    return run


def run_in(out):
    """The run folder in a folder of results."""
    (manifest,) = out.glob("*/manifest.json")
    return manifest.parent


@pytest.mark.long
def test_files_are_utf8_in_a_locale_that_is_not(command, program, tmp_path):
    """A run in the C locale writes what a run in UTF-8 reads."""
    program("run", "plan.toml", *SMALL, "--out", "r", **NO_UTF8)
    folder = run_in(tmp_path / "r")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["title" if "title" in manifest else "name"]
    assert "план" in command("run", "plan.toml", *SMALL, "--out", "r").stdout
    shown = program("show", "plan.toml", **NO_UTF8)
    (tmp_path / "copy.toml").write_bytes(shown.stdout)
    assert command("show", "copy.toml").stdout.count("план") >= 2


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["ascii", "cp866", "cp1252"])
def test_what_a_stream_cannot_show_is_printed_with_what_it_can(program, encoding):
    done = program("list", ".", PYTHONIOENCODING=encoding)
    line = done.stdout.decode(encoding)
    assert "\x1b" not in line
    assert "[bold]x[/bold]" in line
    assert ("план" in line) == (encoding == "cp866")
    answer = program("check", "plan.toml", "--json", PYTHONIOENCODING=encoding)
    label = json.loads(answer.stdout.decode(encoding))["scenarios"][0]["label"]
    assert label.startswith("план $x_1$")


@pytest.mark.long
def test_an_answer_is_printed_to_a_stream_that_is_not_utf8(program):
    done = program("run", "plan.toml", *SMALL, PYTHONIOENCODING="cp866")
    assert "план $x_1$ [/b]" in done.stdout.decode("cp866")


@posix
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("run", "plan.toml", *SMALL), marks=pytest.mark.long),
        ("show", "plan.toml"),
        ("schema",),
    ],
    ids=lambda words: words[0],
)
def test_a_full_standard_output_is_one_message(program, words):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = program(*words, code=1, redirect=">/dev/full")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("standard output: cannot be written: ")


@posix
@pytest.mark.long
@pytest.mark.parametrize(
    "redirect",
    [
        "<&- >&- 2>&-",
        "2>/dev/full",
        *(pytest.param(one, marks=pytest.mark.exhaustive) for one in ("2>&-", ">&-")),
    ],
)
def test_a_closed_stream_costs_nothing(program, redirect, tmp_path):
    """Nothing is written into the files of a run in place of a stream."""
    program("run", "plan.toml", *SMALL, "--out", "r", redirect=redirect)
    assert verify(run_in(tmp_path / "r"), everything=True).differences == []
    program("check", "nowhere.toml", code=2, redirect=redirect)


def test_a_reader_that_goes_away_wants_no_message(program):
    if os.name == "nt":
        pytest.skip("a pipe of POSIX")
    done = program("schema", redirect="| head -c 10", code=0)
    assert done.stderr == b""


@pytest.mark.parametrize("out", ["runs[draft]", "a[/b] :smile:", "с пробелом#1+2 100% {x}"])
def test_a_folder_is_named_as_it_is(command, plan, out):
    printed = command("run", "plan.toml", *SMALL, "--out", out).stdout
    folder = printed.splitlines()[-1].partition(": ")[2]
    assert (plan / folder / "manifest.json").exists()


@pytest.mark.long
def test_nothing_that_a_user_gave_acts_on_a_terminal(command, plan):
    """Neither escape codes nor marks that turn the direction of a text leave any command."""
    (plan / "keys.toml").write_text(
        '"\\u001b[31mred\\u202e" = 1\n[russia]\n"\\u001b]0;x\\u0007" = 2\n'
        'strength = { "\\u009b31m" = [1, 2] }\n',
        encoding="utf-8",
    )
    commands = [
        ("list", "."),
        ("check", "plan.toml"),
        ("show", "plan.toml"),
        ("run", "plan.toml", *SMALL),
        ("run", "plan.toml", *SMALL, "--json"),
        ("replay", "plan.toml", "--world", "0"),
    ]
    printed = [command(*words, code=2 if words[0] == "list" else 0) for words in commands]
    printed.append(command("check", "keys.toml", code=2))
    printed.append(command("check", "plan.toml", "--set", "\x1b[31mred=1", code=2))
    for result in printed:
        assert visible(result.output) == result.output


PREFERENCES = """text.usetex: True
font.family: serif
backend: nonsense
figure.facecolor: black
axes.facecolor: black
savefig.format: pdf
axes.grid: True
lines.linewidth: 9
"""


@pytest.mark.long
def test_figures_are_the_products_own_under_any_matplotlibrc_and_backend(
    command, program, tmp_path
):
    """Every figure has the bytes that it has without preferences."""
    command("run", "none", *SIZE, "--out", "plain")
    (tmp_path / "matplotlibrc").write_text(PREFERENCES, encoding="utf-8")
    program("run", "none", *SIZE, "--out", "preferred", MPLBACKEND="nonsense")
    plain, preferred = (
        {path.name: path.read_bytes() for path in (tmp_path / out).rglob("*.png")}
        for out in ("plain", "preferred")
    )
    assert len(plain) > 5
    assert plain == preferred


def test_every_print_goes_through_the_streams():
    """No command prints what nothing has made harmless."""
    folder = Path(__file__).parents[1] / "sim" / "cli"
    for path in folder.glob("*.py"):
        assert "typer.echo" not in path.read_text(encoding="utf-8"), path


def test_characters():
    assert visible("a\tb\nc") == "a\tb\nc"
    assert visible("\x1b\x7f\x9b\u202e") == "\\u001b\\u007f\\u009b\\u202e"
    assert for_encoding("5 ± 𝔘", "ascii") == "5 \\u00b1 \\U0001d518"
    assert "5 ± ≥ п".encode("ascii", NEAREST) == b"5 +- >= \\u043f"
    assert "5 ± п".encode("cp866", NEAREST) == "5 +- п".encode("cp866")
    assert quoted("x" * 1000).endswith("x…")
    assert "digits" in quoted(10**5000)
