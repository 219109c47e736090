"""The section of each kind of finding: a new study is a line here, and every renderer shows it."""

from collections.abc import Callable, Mapping

from sim.errors import RunError
from sim.presentation import (
    calibration,
    clauses,
    discovery,
    outlook,
    requirement,
    reversal,
    robustness,
    sensitivity,
    signing,
)
from sim.presentation.section import Section
from sim.study.finding import Finding

FINDINGS: Mapping[str, Callable[[Finding], Section]] = {
    "calibration": calibration.section,
    "requirement": requirement.section,
    "discovery": discovery.section,
    "sensitivity": sensitivity.section,
    "robustness": robustness.section,
    "reversal": reversal.section,
    "signing": signing.section,
    "outlook": outlook.section,
    "clauses": clauses.section,
}


def section_of(finding: Finding) -> Section:
    """The section of a finding. Raises RunError for a kind that is not known."""
    if finding.kind not in FINDINGS:
        raise RunError(
            f"{finding.name}: this version does not know findings of kind {finding.kind!r}; it "
            f"knows {', '.join(FINDINGS)}"
        )
    return FINDINGS[finding.kind](finding)
