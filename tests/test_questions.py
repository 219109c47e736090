"""The page of questions names only commands that work.

Command, options, files, keys, all of them.
"""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from sim.analysis.measures import named
from sim.cli import app
from sim.cli.loading import load
from sim.study.sweep import read_limits, read_range

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "questions.md").read_text()
LINES = sorted(set(re.findall(r"`(ceasefire [^`]+)`", PAGE)))
COMMANDS = typer.main.get_command(app).commands
READS = {"--grid": read_range, "--vary": read_limits}


@pytest.mark.parametrize("line", LINES)
def test_a_command_is_one_that_can_be_given(line, monkeypatch):
    """It parses as the program would parse it, and its files load with both ends of every value
    that it varies.
    """
    monkeypatch.chdir(ROOT)
    _, name, *words = shlex.split(line)
    parameters = COMMANDS[name].make_context(name, list(words)).params if words else {}
    files = parameters.get("files") or [file for file in [parameters.get("file")] if file]
    scenarios = [load(file) for file in files]
    assert scenarios or name in {"run", "compare", "history"}
    for option, value in pairwise(words):
        if option in READS:
            key, values = READS[option](value)
            assert all(
                load(file, [f"{key}={end}"]) for file in files for end in (values[0], values[-1])
            )
        if option == "--outcome":
            assert named(value, scenarios[0].sampling.horizon_years)


def test_every_question_has_a_row():
    """The 25, each once, and the one more."""
    numbers = re.findall(r"^\| (\d+|\+) \|", PAGE, re.MULTILINE)
    assert sorted(map(int, set(numbers) - {"+"})) == list(range(1, 26))
    assert len(numbers) == 26
