"""The schemas of the tables of every kind of finding."""

from collections.abc import Mapping

from sim.study import (
    deals,
    discovery,
    elicitation,
    explanation,
    outlook_finding,
    requirement,
    reversal,
    robustness,
    sensitivity,
)
from sim.study.calibration import study as calibration
from sim.study.columns import TableSchema

SCHEMAS: Mapping[str, Mapping[str, TableSchema]] = {
    "calibration": calibration.TABLES,
    "discovery": discovery.TABLES,
    "elicitation": elicitation.TABLES,
    "requirement": requirement.TABLES,
    "reversal": reversal.TABLES,
    "robustness": robustness.TABLES,
    "sensitivity": sensitivity.TABLES,
    "signing": deals.TABLES,
    "outlook": outlook_finding.TABLES,
    "clauses": explanation.TABLES,
}
