"""The section of each kind of finding: a new study is a line here, and every renderer shows it."""

from collections.abc import Mapping
from importlib import import_module

from sim.errors import RunError
from sim.presentation.section import Section
from sim.study.finding import Finding

FINDINGS: Mapping[str, str] = {
    "calibration": "calibration",
    "requirement": "requirement",
    "discovery": "discovery",
    "elicitation": "elicitation",
    "sensitivity": "sensitivity",
    "robustness": "robustness",
    "reversal": "reversal",
    "signing": "signing",
    "outlook": "outlook",
    "clauses": "clauses",
}
"""For each kind the module here whose `section` shows it, imported when it does."""


def section_of(finding: Finding) -> Section:
    """The section of a finding. Raises RunError for a kind that is not known."""
    if finding.kind not in FINDINGS:
        raise RunError(
            f"{finding.name}: this version does not know findings of kind {finding.kind!r}; it "
            f"knows {', '.join(FINDINGS)}"
        )
    made: Section = import_module(f"sim.presentation.{FINDINGS[finding.kind]}").section(finding)
    return made
