"""What stands in the file of a finding: its keys and types, and those of the settings of each kind.

Nothing is taken for granted about a file that is read.
"""

from importlib import import_module
from typing import Annotated, Any

from pydantic import Field

from sim.ensemble.seal import Document
from sim.scenario.reading import LARGEST_INTEGER
from sim.study.columns import TableSchema

Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Limits = dict[str, Annotated[list[Number], Field(min_length=2, max_length=2)]]
Scenarios = dict[str, dict[str, Any]]


class Table(Document):
    """What a finding records of one of its tables."""

    sha256: str
    texts: list[str]


class FindingFile(Document):
    """The file of a finding."""

    kind: str
    asked: dict[str, Any]
    question: str
    written: str
    versions: dict[str, str]
    tables: dict[Annotated[str, Field(pattern=r"^\w+\.csv$")], Table]


class _Calibration(Document):
    candidates: Count
    histories: Count
    checks: Count
    seed: Count
    record: str
    scenarios: Scenarios


class _Requirement(Document):
    hold: Number
    years: Number
    vary: Limits
    cost: str
    samples: Count
    scenario: dict[str, Any]


class _Discovery(Document):
    when: str
    scenario: str
    against: str
    outcome: str
    quantity: str
    limit: str
    hashes: list[str]


class _Sensitivity(Document):
    outcome: str
    label: str
    unit: str
    samples: Annotated[Count, Field(gt=0)]
    replicates: Annotated[Count, Field(gt=0)]
    trajectories: Count
    vary: Limits
    scenarios: Annotated[Scenarios, Field(min_length=1, max_length=2)]


class _Robustness(Document):
    outcome: str
    label: str
    unit: str
    less_is_better: bool
    scenarios: list[str]
    hashes: list[str]


class _Reversal(Document):
    best: str
    rival: str
    years: Number
    step: str
    hashes: list[str]


class _Signing(Document):
    scenarios: list[str]
    runs: list[str]
    vary: list[str]


class _Outlook(Document):
    scenario: str
    run: str
    course: dict[str, Any]
    until: Annotated[Number, Field(ge=0)]
    effective_histories: Annotated[Number, Field(gt=0)]
    histories: Count


class _Clauses(Document):
    settings: dict[str, Any]
    scenario: str
    label: str
    outcome: str
    outcome_label: str
    unit: str
    less_is_better: bool
    against: str | None
    against_label: str | None
    subsets: Count


class _Answer(Document):
    expert: str
    key: str
    p5: Number
    p50: Number
    p95: Number


class _Elicitation(Document):
    outcome: str
    label: str
    unit: str
    experts: list[str]
    answers: list[_Answer]
    scenarios: Annotated[Scenarios, Field(min_length=2, max_length=2)]


KINDS: dict[str, tuple[type[Document], str]] = {
    "calibration": (_Calibration, "calibration.tables"),
    "requirement": (_Requirement, "requirement"),
    "discovery": (_Discovery, "discovery"),
    "sensitivity": (_Sensitivity, "sensitivity"),
    "robustness": (_Robustness, "robustness"),
    "reversal": (_Reversal, "reversal"),
    "signing": (_Signing, "deals"),
    "outlook": (_Outlook, "outlook_finding"),
    "elicitation": (_Elicitation, "elicitation"),
    "clauses": (_Clauses, "explanation"),
}
"""Of each kind of finding what its settings hold, and the module here that declares its tables."""


def schemas(kind: str) -> dict[str, TableSchema]:
    """The schemas of the tables of a kind of finding, by their names."""
    module = import_module(f"sim.study.{KINDS[kind][1]}")
    tables: dict[str, TableSchema] = dict(module.TABLES)
    return tables
