"""Figures: one function each, taking and returning Matplotlib axes.

They read tables and run nothing.
"""

from sim.plots.calibration import calibrated, learned, ranks
from sim.plots.clauses import clauses
from sim.plots.costs import burden
from sim.plots.discovery import discovery, peeling
from sim.plots.durability import causes, differences, hazard, survival
from sim.plots.elicitation import beliefs, disagreement
from sim.plots.game import game_tree
from sim.plots.maps import deterrence_map
from sim.plots.outlook import learning, outlook, watch
from sim.plots.reasons import reasons
from sim.plots.record import forecasters, record
from sim.plots.requirement import frontier
from sim.plots.robustness import regret, turning
from sim.plots.sensitivity import influence, tornado
from sim.plots.signing import signing
from sim.plots.spread import spread
from sim.plots.style import save
from sim.plots.threshold import threshold
from sim.plots.world import world

__all__ = [
    "beliefs",
    "burden",
    "calibrated",
    "causes",
    "clauses",
    "deterrence_map",
    "differences",
    "disagreement",
    "discovery",
    "forecasters",
    "frontier",
    "game_tree",
    "hazard",
    "influence",
    "learned",
    "learning",
    "outlook",
    "peeling",
    "ranks",
    "reasons",
    "record",
    "regret",
    "save",
    "signing",
    "spread",
    "survival",
    "threshold",
    "tornado",
    "turning",
    "watch",
    "world",
]
