"""How each kind of finding is told: its section in words and numbers, and its figures.

A new study gets a line here; the command line, the briefing and the notebooks follow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matplotlib.axes import Axes

from sim import plots
from sim.errors import RunError
from sim.report import calibration, discovery, requirement, robustness, sensitivity
from sim.report.section import Section
from sim.study.finding import Finding


@dataclass(frozen=True)
class Telling:
    """How a kind of finding is told."""

    section: Callable[[Finding], Section]
    figures: Mapping[str, Callable[[Finding], Axes]]


TELLINGS: Mapping[str, Telling] = {
    "calibration": Telling(
        calibration.section,
        {"learned": plots.learned, "calibrated": plots.calibrated, "ranks": plots.ranks},
    ),
    "requirement": Telling(requirement.section, {"frontier": plots.frontier}),
    "discovery": Telling(
        discovery.section, {"discovery": plots.discovery, "peeling": plots.peeling}
    ),
    "sensitivity": Telling(
        sensitivity.section, {"tornado": plots.tornado, "influence": plots.influence}
    ),
    "robustness": Telling(robustness.section, {"regret": plots.regret, "turning": plots.turning}),
}


def telling(finding: Finding) -> Telling:
    """How this finding is told. Raises RunError for a kind that is not known."""
    if finding.kind not in TELLINGS:
        raise RunError(
            f"{finding.name}: no such kind of finding as {finding.kind}; this version knows "
            f"{', '.join(TELLINGS)}"
        )
    return TELLINGS[finding.kind]
