"""The command line: `ceasefire`.

Imports stand in the commands that need them, so that `--help` answers at once.
"""

from sim.cli import (
    assumptions,
    calibration,
    clauses,
    elicitation,
    ensembles,
    exports,
    history,
    outlook,
    page,
    play,
    requirement,
    scenarios,
    sensitivity,
    signing,
    studies,
    sweep,
    verification,
    worlds,
)
from sim.cli.options import app

__all__ = [
    "app",
    "assumptions",
    "calibration",
    "clauses",
    "elicitation",
    "ensembles",
    "exports",
    "history",
    "outlook",
    "page",
    "play",
    "requirement",
    "scenarios",
    "sensitivity",
    "signing",
    "studies",
    "sweep",
    "verification",
    "worlds",
]
