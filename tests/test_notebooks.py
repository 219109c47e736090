"""The notebooks in notebooks/: each is its source, runs whole, and shows the numbers that the
product gives.

Notebooks run in small, cell by cell; two run as they are in a kernel of their own, and the exhaustive
tests run all of them so.
"""

import re
import runpy
from pathlib import Path

import jupytext
import matplotlib.pyplot as plt
import nbformat
import pytest
from printed import apart

import sim

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("[0-9]*_*.py"))
WHOLE = {"1_first_ceasefire"}
"""Notebooks that run at their full size in any case: the first that a reader runs."""
SMALL = {"sampling.designs": 150, "sampling.replicates": 4}
"""Settings of every scenario that a notebook loads when it runs in small."""
OF_MONTHS = {"6_your_own_guarantee"}
"""Notebooks that name months by their number; the steps of the others are years when they run in
small.
"""
STUDIES = {"7_eight_in_ten", "8_change_my_mind"}
"""Notebooks that take long however few the histories. The tests of studies make the same calls."""
every_notebook = pytest.mark.parametrize("name", NAMES)


def committed(name):
    """The notebook as it is kept, with its outputs."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def shown(notebook):
    """The texts of its outputs by cell, output and kind, without the content of figures."""
    texts = {}
    for number, cell in enumerate(notebook.cells):
        for position, output in enumerate(cell.get("outputs", []), start=1):
            kinds = output.get("data", {}) | {
                name: output[name] for name in ("text", "name") if name in output
            }
            texts |= {
                f"cell {number}, output {position} ({output.output_type}), {kind}": ""
                if kind == "image/png"
                else str(kinds[kind])
                for kind in sorted(kinds)
            }
    return texts


@every_notebook
def test_it_is_its_source(name):
    """The same cells in the same order, and one notebook for each source."""
    of_source, of_notebook = (
        [(cell.cell_type, cell.source) for cell in notebook.cells]
        for notebook in (jupytext.read(FOLDER / f"{name}.py"), committed(name))
    )
    assert of_notebook == of_source, f"run: python notebooks/make.py {name}"
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.fixture
def small(monkeypatch, name):
    """Scenarios of few histories and long steps."""
    load = sim.load
    size = SMALL if name in OF_MONTHS else SMALL | {"sampling.steps_per_year": 1}

    def load_small(path, settings=None):
        return load(path, (settings or {}) | size)

    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr(sim, "load", load_small)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(NAMES) - STUDIES - WHOLE))
@pytest.mark.usefixtures("small")
def test_every_cell_runs_in_small(name):
    """One after the other, as they stand."""
    names = {}
    for number, cell in enumerate(jupytext.read(FOLDER / f"{name}.py").cells):
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}, cell {number}", "exec"), names)  # noqa: S102  our own
            plt.close("all")


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in WHOLE else pytest.mark.exhaustive) for name in NAMES],
)
def test_it_runs_whole_and_shows_the_same_numbers(name):
    """Executed afresh by this Python it ends without an error or a warning.

    Every text and table says what the one that is kept says.

    A number may be one unit of its last digit off, as other processors round it.
    """
    fresh, kept = (
        shown(runpy.run_path(str(FOLDER / "make.py"))["executed"](FOLDER / f"{name}.py")),
        shown(committed(name)),
    )
    assert "stderr" not in fresh.values()
    remedy = f"look at what changed, then run: python notebooks/make.py {name}"
    assert list(fresh) == list(kept), remedy
    differences = {place: apart(text, fresh[place]) for place, text in kept.items()}
    assert not {place: lines for place, lines in differences.items() if lines}, remedy


@every_notebook
def test_it_asks_a_question_and_says_what_was_learned(name):
    """The first cell holds a question, the last ones what was learned, with errors."""
    first, *_, heading, last = committed(name).cells
    assert "?" in first.source
    assert heading.source == "## What was learned"
    learned = last.outputs[0].data["text/markdown"]
    assert "±" in learned
    assert all(
        "±" in finding or " to " in finding
        for finding in learned.split("\n- ")[1:]
        if re.search(r"\d", finding)
    )


@every_notebook
def test_it_tells_nothing_of_where_it_was_made(name):
    """No path of a machine, no traceback, no time of execution."""
    notebook = committed(name)
    assert not re.search(r"/(tmp|work|home|root|Users)/|Traceback|C:\\\\", str(shown(notebook)))
    assert not any(cell.metadata for cell in notebook.cells)
    assert "version" not in notebook.metadata["language_info"]
