"""Figures: one function each, taking and returning Matplotlib axes. They read tables and run nothing."""

from sim.plots.durability import causes, differences, hazard, survival
from sim.plots.style import save
from sim.plots.world import world

__all__ = ["causes", "differences", "hazard", "save", "survival", "world"]
