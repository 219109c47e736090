"""Figures: one function each, taking and returning Matplotlib axes. They read tables and run nothing."""

from sim.plots.durability import causes, differences, hazard, survival
from sim.plots.game import game_tree
from sim.plots.style import save
from sim.plots.world import world

__all__ = ["causes", "differences", "game_tree", "hazard", "save", "survival", "world"]
