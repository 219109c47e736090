"""Figures: one function each, taking and returning Matplotlib axes. They read tables and run nothing."""

from sim.plots.discovery import discovery, peeling
from sim.plots.durability import causes, differences, hazard, survival
from sim.plots.game import game_tree
from sim.plots.maps import deterrence_map
from sim.plots.record import forecasters, record
from sim.plots.robustness import regret, turning
from sim.plots.spread import spread
from sim.plots.style import save
from sim.plots.world import world

__all__ = ["causes", "deterrence_map", "differences", "discovery", "forecasters", "game_tree", "hazard", "peeling", "record", "regret",
           "save", "spread", "survival", "turning", "world"]
