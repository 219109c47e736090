"""The command line: `ceasefire`. Imports stand in the commands that need them, so that `--help` answers at once."""

from sim.cli import ensembles, history, page, scenarios, sensitivity, studies, worlds
from sim.cli.options import app

__all__ = ["app", "ensembles", "history", "page", "scenarios", "sensitivity", "studies", "worlds"]
