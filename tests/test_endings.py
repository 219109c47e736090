"""An ending is one object: who adds one writes it down, and the rule that brings it about.

A peaceful one is added to a copy of the package; all that the product prints, draws and counts
follows.
"""

import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import sim
from sim.game.endings import CAUSES, ENDINGS, REASONS, Cause, Reason

ENDING = """
    SETTLEMENT = (
        *("settlement", "a settlement", "the two sides settle"),
        *("#2a9d8f", "++", False, None),
    )
    HELD = """
REVIEW = """
    histories, chance = model.histories, model.chance
"""
RULE = f"""{REVIEW}
    settles = np.flatnonzero(histories.at_peace & (chance["settlements"].next() < 0.01))
    histories.hazard[Cause.SETTLEMENT][histories.at_peace] += 0.01
    histories.end(settles, Cause.SETTLEMENT, model.years)
"""
SCRIPT = """
import sys
from pathlib import Path
import sim
from sim import plots
from sim.model.ceasefire import CeasefireModel

scenario = sim.load("none.toml", {"sampling.designs": 60, "sampling.replicates": 4,
                                  "sampling.horizon_years": 6})
run = sim.run(scenario, out="runs")
worlds = run.outcomes
settled = worlds["cause"] == "settlement"
assert 40 < settled.sum() < 200, settled.sum()
assert not worlds.loc[settled, "held"].any()
assert worlds.loc[settled, "russia_prevails"].isna().all()
costs = worlds.loc[settled].filter(regex="^cost_(resupply|reconstruction|losses)_")
assert costs.shape[1] and not costs.to_numpy().any()
assert sim.causes(run).set_index("cause").loc["settlement", "estimate"] == settled.mean()
assert "settlement" in sim.cumulative_incidence(run, [5])
assert sim.verify(run.folder, everything=True).differences == []
for draw in (plots.causes, plots.reasons, plots.survival):
    figure = draw(run).get_figure()
    texts = {text.get_text() for legend in figure.findobj(match=lambda artist:
             type(artist).__name__ == "Legend") for text in legend.get_texts()}
    if draw is plots.causes:
        assert any("a settlement" in text for text in texts), texts
world = int(worlds.loc[settled, "world"].iloc[0])
model = CeasefireModel(scenario, [world])
while model.running:
    model.step()
assert "The ceasefire ends: the two sides settle." in model.story(), model.story()

from sim.cli import app

for words in (
    ["run", "none.toml", "--designs", "60", "--replicates", "4", "--years", "6", "--json"],
    ["report", str(run.folder), "--out", "page.html"],
):
    app(words, standalone_mode=False)
"""


@pytest.mark.long
def test_a_peaceful_ending_is_drawn_priced_narrated_and_printed(scenarios, tmp_path):
    """Two places: the ending and its rule."""
    package = tmp_path / "sim"
    shutil.copytree(Path(sim.__file__).parent, package, ignore=shutil.ignore_patterns("*.pyc.*"))
    for name, old, new in (
        ("game/endings.py", "\n    HELD = ", ENDING),
        ("model/reviews.py", REVIEW, RULE),
    ):
        text = (package / name).read_text()
        assert text.count(old) == 1
        (package / name).write_text(text.replace(old, new))
    for name in ("base.toml", "none.toml"):
        shutil.copy(scenarios / name, tmp_path)

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert '"settlement"' in done.stdout
    assert "the two sides settle" in (tmp_path / "page.html").read_text()


def test_each_has_words_and_looks_of_its_own():
    """Labels, clauses and looks differ; neighbours in a stack differ in both colour and hatching or
    in brightness.
    """
    for name in ("label", "clause", "colour"):
        assert len({getattr(cause, name) for cause in Cause}) == len(Cause)
    for name in ("words", "colour"):
        assert len({getattr(reason, name) for reason in Reason}) == len(Reason)
    for one, other in [*pairwise(Cause), *pairwise(Reason)]:
        assert (one.colour, one.hatch) != (other.colour, other.hatch)


def test_the_order_is_one():
    assert [cause.code for cause in Cause] == list(range(len(CAUSES)))
    assert [reason.code for reason in Reason] == list(range(len(REASONS)))
    assert [*ENDINGS, Cause.HELD] == list(Cause)
    assert all(cause.began for cause in ENDINGS if cause.is_war)


def test_no_other_file_lists_them():
    """Each list of endings that is left is read from the object: nothing pairs two of them with
    words or looks again.
    """
    package = Path(sim.__file__).parent
    table = re.compile(r"^\s*(?:Cause|Reason)\.[A-Z_]+: ", re.MULTILINE)
    assert [
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if path.name != "hazard.py" and len(table.findall(path.read_text())) > 1
    ] == []
