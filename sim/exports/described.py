"""A result as tables that say of every column what it holds, in which unit."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

import pandas as pd
from pandas.api import types

from sim.analysis import measures
from sim.analysis.catalogue import without_years
from sim.analysis.estimate import estimates
from sim.analysis.estimate_table import columns_of
from sim.ensemble.store import Run
from sim.scenario import columns as of_runs
from sim.scenario.columns import Kind as Use
from sim.scenario.sampling import milestones
from sim.scenario.schema import described
from sim.scenario.show import resolved
from sim.study.columns import Column, Kind, TableSchema
from sim.study.finding import Finding
from sim.study.schemas import SCHEMAS

MADE_BY = "ceasefire export"
"""What every exported file says of itself, by which a later export knows that it may replace it."""
OUTCOMES, TIMELINE, ESTIMATES = "outcomes", "timeline", "estimates"
_ESTIMATES = (
    Column("measure", Kind.TEXT, "-", "name of the outcome, as `ceasefire sensitivity` takes it"),
    Column("meaning", Kind.TEXT, "-", "the outcome in words"),
    Column("unit", Kind.TEXT, "-", "unit of the numbers of this row"),
    Column("estimate", Kind.NUMBER, "row", "mean over all histories"),
    Column("low", Kind.NUMBER, "row", "lower 95 % confidence limit (sampling error)"),
    Column("high", Kind.NUMBER, "row", "upper 95 % confidence limit (sampling error)"),
    Column("spread_low", Kind.NUMBER, "row", "90 % of parameter sets lie above"),
    Column("spread_high", Kind.NUMBER, "row", "90 % of parameter sets lie below"),
)


@dataclass(frozen=True)
class Table:
    """A table with a description of each of its columns, in their order."""

    name: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    constant: frozenset[str] = frozenset()
    """Columns with one value for each parameter set, whichever of its histories a row is."""


@dataclass(frozen=True)
class Exported:
    """Everything that is written of a result: what it is, and its tables.

    `settings` determines it: the scenario of a run as TOML, those of a study as JSON.
    """

    name: str
    about: Mapping[str, str]
    settings: str
    tables: tuple[Table, ...]

    def column_table(self) -> pd.DataFrame:
        """Of every column of every table: table, column, type, unit, meaning."""
        rows = [
            (table.name, column.name, str(column.kind), column.unit, column.meaning)
            for table in self.tables
            for column in table.columns
        ]
        return pd.DataFrame(rows, columns=["table", "column", "type", "unit", "meaning"])


def exported(result: Run | Finding) -> Exported:
    """The tables of a run or a finding."""
    return _of_run(result) if isinstance(result, Run) else _of_finding(result)


def _of_run(run: Run) -> Exported:
    scenario, manifest = run.scenario, run.manifest
    declared = of_runs.outcomes(scenario)
    about = {
        "made_by": MADE_BY,
        "content": "run of a scenario",
        "name": run.name,
        "label": run.label,
        "title": scenario.title,
        "ceasefire_version": str(manifest["versions"]["ceasefire"]),
        "model_edition": str(manifest["edition"]),
        "model_code_sha256": str(manifest["model"]),
        "run_sha256": str(manifest["hash"]),
        "started": str(manifest["started"]),
        "seed": str(manifest["seed"]),
        "parameter_sets": str(scenario.sampling.designs),
        "histories_per_parameter_set": str(scenario.sampling.replicates),
        "horizon_years": str(run.horizon_years),
        "note": scenario.of_posterior,
    }
    tables = (
        Table(
            OUTCOMES,
            run.outcomes,
            _declared(declared, run.outcomes),
            frozenset(column.name for column in declared if column.kind is Use.DRAWN),
        ),
        Table(TIMELINE, run.timeline, _declared(of_runs.timeline(), run.timeline)),
        Table(ESTIMATES, _estimates(run), _ESTIMATES),
    )
    return Exported(run.name, _said(about), resolved(scenario), tables)


def _of_finding(finding: Finding) -> Exported:
    schemas = SCHEMAS.get(finding.kind, {})
    about = {
        "made_by": MADE_BY,
        "content": f"finding of kind {finding.kind}",
        "name": finding.name,
        "ceasefire_version": metadata.version("ceasefire"),
    }
    unit = str(finding.settings.get("unit", "outcome"))
    tables = tuple(
        Table(name, frame, tuple(_of_schema(schemas.get(name, TableSchema(())), frame, unit)))
        for name, frame in finding.tables.items()
    )
    settings = json.dumps(dict(finding.settings), ensure_ascii=False, indent=1)
    return Exported(finding.name, about, f"{settings}\n", tables)


def _said(about: Mapping[str, str]) -> dict[str, str]:
    """Without what there is nothing to say of."""
    return {name: text for name, text in about.items() if text}


def _declared(declared: Sequence[of_runs.Column], frame: pd.DataFrame) -> tuple[Column, ...]:
    """The columns of a table of a run in the order of the table; one of a run that counted what
    this version does not has its name alone.
    """
    known = {column.name: column for column in declared}
    return tuple(
        Column(name, _kind(frame[name]), known[name].unit, known[name].meaning)
        if name in known
        else Column(name, _kind(frame[name]), "-", "")
        for name in map(str, frame)
    )


def _of_schema(schema: TableSchema, frame: pd.DataFrame, unit: str) -> Iterator[Column]:
    """The columns of a table of a finding whose outcome has this unit."""
    known = {column.name: column for column in schema.columns}
    for name in map(str, frame):
        column = known.get(name) or _key(name, _kind(frame[name]))
        yield replace(column, unit=unit) if column.unit == "outcome" else column


def _key(name: str, kind: Kind) -> Column:
    """The column of a parameter, by its dotted key."""
    try:
        meaning, unit = described(name)
    except (KeyError, StopIteration):
        return Column(name, kind, "-", "")
    return Column(name, kind, unit, meaning)


def _kind(values: "pd.Series[Any]") -> Kind:
    """What a column holds."""
    if types.is_bool_dtype(values):
        return Kind.TRUTH
    if types.is_integer_dtype(values):
        return Kind.COUNT
    return Kind.NUMBER if types.is_numeric_dtype(values) else Kind.TEXT


def _estimates(run: Run) -> pd.DataFrame:
    """Every outcome that has a name, with both of its uncertainties."""
    of_kinds = [
        *map(measures.survival, milestones(run.horizon_years)),
        *without_years(run.horizon_years),
    ]
    return pd.DataFrame(
        [
            {"measure": measure.name, "meaning": measure.label, "unit": measure.unit}
            | columns_of(made)
            for measure, made in zip(of_kinds, estimates(of_kinds, run.worlds), strict=True)
        ],
        columns=[column.name for column in _ESTIMATES],
    )
