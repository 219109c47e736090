"""Blocks joined into the results of a run: rows in the order of worlds, counts added up."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.ensemble.timeline import VARIABLES, Timeline
from sim.errors import RunError

ROWS = 65_536
"""Rows of a group in a file of outcomes."""
OUTCOMES, COUNTS = "outcomes.parquet", "timeline.npz"
"""The files of a block."""


def arrow(outcomes: pd.DataFrame, columns: pa.Schema) -> pa.Table:
    """Outcomes as the rows of a file."""
    values = [pa.array(outcomes[field.name], field.type) for field in columns]
    return pa.table(values, schema=columns)


def give_back() -> None:
    """Give memory that is no longer used back to the system, as allocators do only in part: blocks
    would leave some hundred megabytes behind.
    """
    gc.collect()
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):  # GNU's
        libc.malloc_trim(0)


def write_rows(path: Path, tables: Iterator[pa.Table]) -> None:
    """Rows in groups of one size, so that the bytes do not depend on how worlds were cut into
    blocks.
    """
    waiting: pa.Table | None = None
    writer: pq.ParquetWriter | None = None
    for table in tables:
        waiting = table if waiting is None else pa.concat_tables([waiting, table])
        writer = writer or pq.ParquetWriter(path, table.schema)
        while len(waiting) >= ROWS:
            writer.write_table(waiting.slice(0, ROWS).unify_dictionaries().combine_chunks())
            waiting = waiting.slice(ROWS)
    if writer is not None and waiting is not None:
        if len(waiting):
            writer.write_table(waiting.unify_dictionaries().combine_chunks())
        writer.close()


def read_rows(blocks: list[Path]) -> Iterator[pa.Table]:
    """The outcomes of the blocks one after the other, never more of them in memory than a group of
    rows.
    """
    for block in blocks:
        with pq.ParquetFile(block / OUTCOMES) as file:
            yield from map(file.read_row_group, range(file.num_row_groups))


def holds_table(path: Path, columns: pa.Schema, rows: int) -> bool:
    """Whether a file is a table of these columns with so many rows."""
    try:
        with pq.ParquetFile(path) as file:
            return bool(file.schema_arrow.equals(columns) and file.metadata.num_rows == rows)
    except (pa.ArrowException, OSError):
        return False


def write_counts(path: Path, timeline: Timeline) -> None:
    """The counts from which a timeline is made."""
    with path.open("wb") as file:
        # no name is allow_pickle
        np.savez_compressed(file, worlds=timeline.worlds, ended=timeline.ended, **timeline.at_peace)  # type: ignore[arg-type]


def summed_counts(blocks: list[Path]) -> Timeline:
    """The counts of all blocks together. Raises RunError without blocks."""
    total: Timeline | None = None
    for block in blocks:
        with np.load(block / COUNTS) as counts:
            timeline = Timeline(
                int(counts["worlds"]), counts["ended"], {name: counts[name] for name in VARIABLES}
            )
        total = timeline if total is None else total + timeline
    if total is None:
        raise RunError("a run without blocks has no timeline")
    return total
