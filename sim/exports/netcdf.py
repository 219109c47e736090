"""Results as netCDF-4, with units and meanings of every variable.

xarray writes it through h5netcdf: a few megabytes, and unlike SciPy's netCDF-3 it has the groups
that keep tables apart and that make a posterior an ArviZ DataTree.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.exports.described import OUTCOMES, Exported, Table
from sim.study.columns import Column, Kind

if TYPE_CHECKING:
    import pandas as pd

_PER_SET, _PER_HISTORY = ("design",), ("design", "replicate")
_DRAWS, _POSTERIOR = "draws", "posterior"


def write_netcdf(path: Path, exported: Exported) -> None:
    """Write the file: the outcomes of a run at its root, by parameter set and history; other tables
    in groups of their own, by row.
    """
    import xarray as xr  # noqa: PLC0415  an extra

    attributes = dict(exported.about) | {"settings": exported.settings}
    groups: dict[str, Any] = {"/": xr.Dataset(attrs=attributes)}
    for table in exported.tables:
        if table.name == OUTCOMES:
            groups["/"] = _by_history(table).assign_attrs(attributes)
        elif table.name == _DRAWS:
            groups[_POSTERIOR] = _posterior(table).assign_attrs(creation_library="ceasefire")
        else:
            rows = {column.name: _variable(table, column, ("row",)) for column in table.columns}
            groups[table.name] = xr.Dataset(rows)
    xr.DataTree.from_dict(groups).to_netcdf(path, engine="h5netcdf")


def _by_history(table: Table) -> Any:
    """Outcomes (design, replicate), drawn parameters (design,); both are counted from 0, and so
    need no coordinates, which every group would inherit.
    """
    import xarray as xr  # noqa: PLC0415

    frame = table.frame.sort_values(["design", "replicate"])
    shape = tuple(frame[name].nunique() for name in _PER_HISTORY)
    variables: dict[str, tuple[tuple[str, ...], Any, Mapping[str, str]]] = {}
    for column in table.columns:
        values = _values(frame[column.name], column.kind).reshape(shape)
        if column.name in _PER_HISTORY:
            continue
        if column.name in table.constant:
            variables[column.name] = (_PER_SET, values[:, 0], _attributes(column))
        else:
            variables[column.name] = (_PER_HISTORY, values, _attributes(column))
    return xr.Dataset(variables)


def _posterior(table: Table) -> Any:
    """Draws of a posterior as ArviZ has them (chain, draw); there is one chain."""
    import xarray as xr  # noqa: PLC0415

    variables = {
        column.name: (
            ("chain", "draw"),
            table.frame[column.name].to_numpy()[None],
            _attributes(column),
        )
        for column in table.columns
    }
    return xr.Dataset(variables, {"chain": [0], "draw": np.arange(len(table.frame))})


def _variable(table: Table, column: Column, dimensions: tuple[str, ...]) -> tuple[Any, ...]:
    return dimensions, _values(table.frame[column.name], column.kind), _attributes(column)


def _values(values: "pd.Series[Any]", kind: Kind) -> Any:
    """The values as an array; a text that is missing is empty."""
    if kind is Kind.TEXT:
        return values.astype(object).where(values.notna(), "").to_numpy(dtype=object)
    return values.to_numpy()


def _attributes(column: Column) -> Mapping[str, str]:
    """What netCDF says of a variable; one without a unit is a pure number."""
    return {"units": "1" if column.unit == "-" else column.unit, "long_name": column.meaning}
