"""What it takes to add something is what docs/architecture.md says, tests and pages left out.

Each is added to a copy of the package in that many places, and all else follows.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim

PROVISION = {
    "guarantee/provisions/drones.py": '''"""A belt of drones along the line."""

import operator
from typing import final

from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import Contributions, OwnTerm, Standing
from sim.quantity import Quantity, parameter

DEFENCE = OwnTerm("war.defence_advantage", operator.mul)


@final
class Drones(Provision):
    """A belt of drones along the line."""

    advantage: Quantity = parameter(
        0.0, "what the belt adds to the defence", unit="share", symbol="d", low=0, source="none",
    )

    def contributes(self, at: Standing) -> Contributions:
        """As far as the regime is in force."""
        return {DEFENCE: 1 + self.advantage * at.in_force}
''',
}
ACTOR = {
    "actors/china.py": '''"""China: what its pressure costs Russia, and how often it presses."""

from sim.quantity import Quantity, parameter, Parameters


class Patron(Parameters):
    """A patron that may press Russia to keep the ceasefire."""

    leverage: Quantity = parameter(
        0.0, "what a war costs Russia under pressure", unit="utility", symbol="l", source="none",
    )
    presses: Quantity = parameter(
        0.5, "chance in a month that it presses", unit="probability", symbol="p", source="none",
    )
''',
    "agents/china.py": '''"""China's agent."""

import numpy as np

from sim.agents.actor import Actor


class China(Actor):
    """Where it presses."""

    def __init__(self, model, parameters):
        super().__init__(model)
        self.parameters, self.presses = parameters, np.zeros(len(model.worlds))

    def decide(self, uniform):
        self.presses = uniform < self.parameters.presses

    def contributes(self):
        return {"added_cost_of_war": self.parameters.leverage * self.presses}
''',
}
EDITS = {  # of each file: what is replaced by what
    "scenario/schema.py": {
        "from sim.actors.europe import": "from sim.actors.china import Patron\nfrom sim.actors.europe import",
        "    sampling: Sampling = Sampling()\n": "    china: Patron = Patron()\n    sampling: Sampling = Sampling()\n",
    },
    "model/ceasefire.py": {
        "from sim.game.crisis import": "from sim.agents.china import China\nfrom sim.game.crisis import",
        "        self.russia = ": "        self.china = China(self, parameters.china)\n        self.russia = ",
        "        hold_politics(self, began)\n": "        self.china.decide(self.chance['China'].next())\n        hold_politics(self, began)\n",
        "            russia.insecurity,\n        )\n": "            russia.insecurity,\n            self.china.contributes(),\n        )\n",
    },
    "analysis/measures.py": {
        "        RUSSIA_SIGNS,\n": "        RUSSIA_SIGNS,\n        Measure('probed', 'is probed', 'share', lambda worlds: (worlds['probes'] > 0).to_numpy(np.float64)),\n",
    },
}
FIGURE = '''

def probes(run, ax=None):
    """How many probes a history sees."""
    ax = axes_or_new(ax)
    ax.hist(run.outcomes["probes"])
    return ax


__all__ += ["probes"]
'''
SCRIPT = """
import sim
from sim.analysis.catalogue import named
from sim.presentation.section import figure
from sim.scenario.schema import json_schema

def hold(**regime):
    small = {"sampling.designs": 128, "sampling.replicates": 8, "sampling.horizon_years": 6}
    run = sim.run(sim.load("none.toml", small | regime), out=None)
    return run, sim.survival(run)["estimate"].iloc[-1]

run, as_it_is = hold()
assert hold(**{"regime.drones.advantage": 0.0})[1] == as_it_is
assert hold(**{"regime.drones.advantage": 1.0})[1] > as_it_is + 0.05
assert hold(**{"regime.drones.advantage": {"uniform": [0.5, 1.5]}})[1] > as_it_is + 0.05
assert "Drones" in json_schema()["$defs"]
pressed = [hold(**{"china.leverage": 1.0, "china.presses": often})[1] for often in (0.0, 0.5, 1.0)]
assert pressed[0] == as_it_is and pressed[0] + 0.02 < pressed[1] < pressed[2] - 0.02, pressed
assert named("probed", 6).numbers(run.worlds).mean() == (run.outcomes["probes"] > 0).mean()
assert sim.plots.probes(run) and figure("probes", run)() and "probes" in sim.plots.FIGURES
"""


@pytest.mark.long
def test_a_provision_an_actor_a_measure_and_a_figure_take_as_many_places_as_promised(
    scenarios, tmp_path
):
    """1, 4, 1 and 1; an ending is added in tests/test_endings.py."""
    package = tmp_path / "sim"
    shutil.copytree(
        Path(sim.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    for name, source in (PROVISION | ACTOR).items():
        (package / name).write_text(source)
    for name, edits in EDITS.items():
        text = (package / name).read_text()
        for old, new in edits.items():
            assert text.count(old) == 1, (name, old)
            text = text.replace(old, new)
        (package / name).write_text(text)
    with (package / "plots" / "world.py").open("a") as file:
        file.write(FIGURE)
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
