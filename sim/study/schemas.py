"""The schemas of the tables of every kind of finding."""

from collections.abc import Mapping

from sim.study.columns import TableSchema
from sim.study.document import KINDS, schemas

SCHEMAS: Mapping[str, Mapping[str, TableSchema]] = {kind: schemas(kind) for kind in KINDS}
