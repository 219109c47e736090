"""Figures: one function each, taking and returning Matplotlib axes.

They read tables and run nothing. Each module says in its `__all__` which figures it has.
"""

from inspect import isfunction, signature

from sim.plots.calibration import *
from sim.plots.causes import *
from sim.plots.clauses import *
from sim.plots.costs import *
from sim.plots.discovery import *
from sim.plots.durability import *
from sim.plots.elicitation import *
from sim.plots.game import *
from sim.plots.maps import *
from sim.plots.outlook import *
from sim.plots.reasons import *
from sim.plots.record import *
from sim.plots.requirement import *
from sim.plots.robustness import *
from sim.plots.sensitivity import *
from sim.plots.signing import *
from sim.plots.spread import *
from sim.plots.style import save as save
from sim.plots.threshold import *
from sim.plots.world import *

FIGURES = tuple(
    sorted(
        name
        for name, value in vars().items()
        if isfunction(value) and "ax" in signature(value).parameters
    )
)
"""The names of all figures."""
