"""Ceasefire: how long a ceasefire between Russia and Ukraine holds under a security guarantee, how
sure that is, and why it ends.

The names below are the public interface; each is imported when it is first used, so that the
command line starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import plots
    from sim.analysis.costs import costs
    from sim.analysis.differences import compare
    from sim.analysis.durability import (
        causes,
        cumulative_incidence,
        probes_per_year,
        reasons,
        survival,
        terms_drift,
    )
    from sim.analysis.hazard import hazard
    from sim.analysis.spread import spread, sure
    from sim.analysis.threshold import threshold
    from sim.ensemble.run import run
    from sim.ensemble.store import Run, read_run
    from sim.ensemble.verify import verify
    from sim.errors import InputError, NotPairedError, RunError, ScenarioError
    from sim.exports.write import export
    from sim.model.ceasefire import CeasefireModel
    from sim.presentation.notebook import html
    from sim.scenario.course import Course
    from sim.scenario.course_file import load_course
    from sim.scenario.load import load
    from sim.scenario.schema import Scenario
    from sim.study.after_action import after_action
    from sim.study.calibration.study import calibrate
    from sim.study.clauses import clauses, explain
    from sim.study.deals import sign
    from sim.study.discovery import discover
    from sim.study.elicitation import elicit
    from sim.study.outlook import outlook
    from sim.study.play import Game
    from sim.study.precision import run_to_precision
    from sim.study.problem import problem
    from sim.study.replay import replay
    from sim.study.requirement import require
    from sim.study.robustness import robust
    from sim.study.sensitivity import sensitivity
    from sim.study.sweep import grid, sample, sweep

_HOME = {
    "CeasefireModel": "sim.model.ceasefire",
    "Course": "sim.scenario.course",
    "Game": "sim.study.play",
    "Run": "sim.ensemble.store",
    "RunError": "sim.errors",
    "Scenario": "sim.scenario.schema",
    "ScenarioError": "sim.errors",
    "InputError": "sim.errors",
    "NotPairedError": "sim.errors",
    "after_action": "sim.study.after_action",
    "calibrate": "sim.study.calibration.study",
    "causes": "sim.analysis.durability",
    "clauses": "sim.study.clauses",
    "compare": "sim.analysis.differences",
    "costs": "sim.analysis.costs",
    "cumulative_incidence": "sim.analysis.durability",
    "discover": "sim.study.discovery",
    "elicit": "sim.study.elicitation",
    "explain": "sim.study.clauses",
    "export": "sim.exports.write",
    "hazard": "sim.analysis.hazard",
    "html": "sim.presentation.notebook",
    "load": "sim.scenario.load",
    "load_course": "sim.scenario.course_file",
    "outlook": "sim.study.outlook",
    "probes_per_year": "sim.analysis.durability",
    "problem": "sim.study.problem",
    "read_run": "sim.ensemble.store",
    "reasons": "sim.analysis.durability",
    "replay": "sim.study.replay",
    "require": "sim.study.requirement",
    "robust": "sim.study.robustness",
    "run": "sim.ensemble.run",
    "run_to_precision": "sim.study.precision",
    "grid": "sim.study.sweep",
    "sample": "sim.study.sweep",
    "sensitivity": "sim.study.sensitivity",
    "sign": "sim.study.deals",
    "spread": "sim.analysis.spread",
    "sure": "sim.analysis.spread",
    "survival": "sim.analysis.durability",
    "sweep": "sim.study.sweep",
    "terms_drift": "sim.analysis.durability",
    "threshold": "sim.analysis.threshold",
    "verify": "sim.ensemble.verify",
}
__all__ = [
    "CeasefireModel",
    "Course",
    "Game",
    "InputError",
    "NotPairedError",
    "Run",
    "RunError",
    "Scenario",
    "ScenarioError",
    "after_action",
    "calibrate",
    "causes",
    "clauses",
    "compare",
    "costs",
    "cumulative_incidence",
    "discover",
    "elicit",
    "explain",
    "export",
    "grid",
    "hazard",
    "html",
    "load",
    "load_course",
    "outlook",
    "plots",
    "probes_per_year",
    "problem",
    "read_run",
    "reasons",
    "replay",
    "require",
    "robust",
    "run",
    "run_to_precision",
    "sample",
    "sensitivity",
    "sign",
    "spread",
    "sure",
    "survival",
    "sweep",
    "terms_drift",
    "threshold",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "plots":
        return import_module("sim.plots")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
