"""The run folder: manifest, outcomes and timeline, named by the hash of what determines them."""

import glob
import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from sim.ensemble.manifest import EDITION, manifest_of
from sim.ensemble.timeline import VARIABLES, Timeline
from sim.errors import RunError
from sim.scenario.columns import Kind, described, schema, stored_kinds
from sim.scenario.columns import timeline as declared_timeline
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.ensemble.block import Block

_ROWS = 65_536
_WORDS = ["cause", "reason", "members_fought"]
_log = logging.getLogger("ceasefire")


class Outcomes:
    """The outcomes in a file, column by column: each is read when it is first asked for, and kept.

    Costs are read whenever they are asked for: their columns are many, and it is their sums that
    are used.
    """

    def __init__(self, path: Path) -> None:
        """Read the names of the columns."""
        self._path = path
        stored = pq.read_schema(path)
        self._names: list[str] = stored.names
        self.attrs = {"kinds": stored_kinds(stored)}
        self._read: dict[str, pd.Series] = {}

    def __iter__(self) -> Iterator[str]:
        """The names of the columns."""
        return iter(self._names)

    def __getitem__(self, name: str) -> pd.Series:
        """One column. Raises KeyError if there is none of this name."""
        if name not in self._names:
            raise KeyError(name)
        if name in self._read:
            return self._read[name]
        column = pq.read_table(self._path, columns=[name], read_dictionary=_WORDS).to_pandas()[name]
        if self.attrs["kinds"][name] != Kind.COST:
            self._read[name] = column
        return column

    def rows(self, first: int, last: int) -> pd.DataFrame:
        """All columns of the worlds from `first` up to, not including, `last`.

        No other rows are decoded than those of their groups.
        """
        groups = range(first // _ROWS, (last - 1) // _ROWS + 1)
        with pq.ParquetFile(self._path, read_dictionary=_WORDS) as file:
            rows = file.read_row_groups(list(groups))
        return described(
            rows.slice(first - groups[0] * _ROWS, last - first).to_pandas(), self.attrs["kinds"]
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """All columns of all worlds."""
        table = pq.read_table(self._path, read_dictionary=_WORDS).to_pandas()
        return described(table, self.attrs["kinds"])


@dataclass(frozen=True)
class Run:
    """The results of a scenario: `worlds` has one row a world, `timeline` one row a step,
    `manifest` says how they came about.
    """

    worlds: pd.DataFrame | Outcomes
    timeline: pd.DataFrame
    manifest: dict[str, Any]
    folder: Path | None

    def __repr__(self) -> str:
        """One line: name, label, how many histories, and where they are kept."""
        kept = "in memory" if self.folder is None else f"in {str(self.folder)!r}"
        return f"Run({self.name!r}, {self.label!r}: {self.manifest['worlds']} histories, {kept})"

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        import sim  # noqa: PLC0415  the front door knows who shows it

        return sim.html(self)

    @property
    def outcomes(self) -> pd.DataFrame:
        """The same in memory whole, as a DataFrame."""
        return self.worlds if isinstance(self.worlds, pd.DataFrame) else self.worlds.table

    @property
    def name(self) -> str:
        """Short name of the scenario."""
        return str(self.manifest["name"])

    @property
    def label(self) -> str:
        """A few words for people; empty if the scenario has none."""
        return str(self.manifest.get("label", ""))

    def renamed(self, name: str) -> Self:
        """The same results by another name."""
        return replace(self, manifest=self.manifest | {"name": name})

    @property
    def scenario(self) -> Scenario:
        """What was run, with who set its values and the sources that were stated beside them."""
        origins = {
            key: tuple((value, by) for value, by in history)
            for key, history in self.manifest["origins"].items()
        }
        return Scenario.model_validate(self.manifest["scenario"]).with_origins(
            origins, self.manifest["stated_sources"]
        )

    @property
    def horizon_years(self) -> int:
        """Years after which a ceasefire counts as held."""
        return int(self.manifest["scenario"]["sampling"]["horizon_years"])


class Store:
    """The folder of one run while it is computed.

    Used as a context, in which no other process computes the same run.
    """

    def __init__(self, out: Path, scenario: Scenario) -> None:
        """Nothing is written yet."""
        self.manifest = manifest_of(scenario)
        self._scenario = scenario
        self.folder = out / f"{scenario.name}-{self.manifest['hash'][:8]}"
        self._blocks = self.folder / "blocks"
        self._lock = FileLock(out / f".{self.folder.name}.lock")
        self._smaller: Path | None = None
        self.begun = 0
        """Worlds that need not be computed, the first ones.

        Those of a finished run of fewer designs in the same place.
        """

    def __enter__(self) -> Self:
        """Open or make the folder, once another process that computes the same run has left it.

        Raises RunError.
        """
        with self._written():
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                _log.warning("%s: another process computes this run; waiting for it", self.folder)
                self._lock.acquire()
            try:
                if not self.complete:
                    self._begin()
            except BaseException:
                self._lock.release()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        """Let others in."""
        self._lock.release()

    @property
    def complete(self) -> bool:
        """Whether the folder holds the finished results of this very run, unchanged.

        What is damaged is named.
        """
        manifest = _manifest(self.folder)
        if manifest.get("state") != "complete" or manifest.get("hash") != self.manifest["hash"]:
            return False
        damaged = _damaged(self.folder, manifest["sha256"])
        for name in damaged:
            _log.warning("%s: is not what the run wrote, and is computed again", self.folder / name)
        return not damaged

    def _begin(self) -> None:
        """Add to the largest finished run of fewer designs, or go on with what was begun, as it was
        begun.
        """
        before = _manifest(self.folder)
        going_on = (
            before.get("hash") == self.manifest["hash"]
            and self._blocks.exists()
            and any(self._blocks.iterdir())
        )
        self._smaller, self.begun = max(
            self._finished(
                before.get("adds_to", "") if going_on else f"{glob.escape(self._scenario.name)}-*"
            ),
            key=lambda finished: finished[1],
            default=(None, 0),
        )
        self._blocks.mkdir(parents=True, exist_ok=True)
        self.manifest["adds_to"] = self._smaller.name if self._smaller else ""
        self._write_manifest({"state": "running"})

    def _finished(self, pattern: str) -> Iterator[tuple[Path, int]]:
        """The finished and unchanged runs beside this one that hold the first of its worlds, and
        how many.
        """
        for folder in self.folder.parent.glob(pattern) if pattern else ():
            manifest = _manifest(folder)
            if (
                manifest.get("state") != "complete"
                or manifest["versions"] != self.manifest["versions"]
            ):
                continue
            designs = manifest["scenario"]["sampling"]["designs"]
            if (
                designs < self._scenario.sampling.designs
                and manifest["hash"]
                == manifest_of(replaced(self._scenario, {"sampling.designs": designs}))["hash"]
                and not _damaged(folder, manifest["sha256"])
            ):
                yield folder, manifest["worlds"]

    def has(self, first: int, last: int) -> bool:
        """Whether a block has been written and is unchanged.

        A damaged one is named and thrown away.
        """
        folder = self._block(first, last)
        if folder == self._smaller:
            return True
        if not folder.exists():
            return False
        try:
            damaged = _damaged(
                folder, json.loads((folder / "sha256.json").read_text(encoding="utf-8"))
            )
        except (OSError, ValueError):
            damaged = ["sha256.json"]
        if damaged:
            _log.warning(
                "%s: is not what the run wrote, and is computed again", folder / damaged[0]
            )
            shutil.rmtree(folder)
        return not damaged

    def write(self, block: "Block") -> None:
        """Keep a block: whole, or not at all."""
        folder = self._block(block.first, block.first + block.timeline.worlds)
        unfinished = folder.with_suffix(".part")
        with self._written():
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            pq.write_table(block.outcomes, unfinished / "outcomes.parquet")
            _write_counts(unfinished / "timeline.npz", block.timeline)
            hashes = {
                name: _sha256(unfinished / name) for name in ("outcomes.parquet", "timeline.npz")
            }
            (unfinished / "sha256.json").write_text(json.dumps(hashes), encoding="utf-8")
            unfinished.rename(folder)

    def finish(self, blocks: list[tuple[int, int]], seconds: float) -> None:
        """Join the blocks into the results of the run, in the order of worlds, and say in the
        manifest that it is complete.
        """
        parts = [self._block(*span) for span in sorted(blocks)]
        with self._written():
            self._replace("outcomes.parquet", lambda path: _write_rows(path, _read_rows(parts)))
            counts = _sum(parts)
            self._replace("timeline.npz", lambda path: _write_counts(path, counts))
            timeline = counts.table(self._scenario.sampling.steps_per_year)
            self._replace(
                "timeline.parquet",
                lambda path: pq.write_table(
                    pa.Table.from_pandas(
                        timeline, schema(declared_timeline()), preserve_index=False
                    ),
                    path,
                ),
            )
            self._write_manifest(
                {
                    "state": "complete",
                    "blocks": len(parts),
                    "finished": datetime.now(UTC).isoformat(timespec="seconds"),
                    "seconds": round(seconds, 3),
                    "sha256": {
                        name: _sha256(self.folder / name)
                        for name in ("outcomes.parquet", "timeline.parquet", "timeline.npz")
                    },
                }
            )
            shutil.rmtree(self._blocks)

    @contextmanager
    def _written(self) -> Iterator[None]:
        """A full disk or a folder that cannot be written is said in one message.

        What was complete stays.
        """
        try:
            yield
        except OSError as wrong:
            reason = wrong.strerror or str(wrong)
            raise RunError(
                f"{self.folder}: cannot be written: {reason}; what was finished is kept, and the "
                "same run goes on from there; make room, or choose another --out"
            ) from None

    def _block(self, first: int, last: int) -> Path:
        return (
            self._smaller
            if self._smaller and (first, last) == (0, self.begun)
            else self._blocks / f"{first:010d}-{last:010d}"
        )

    def _replace(self, name: str, write: Callable[[Path], object]) -> None:
        unfinished = self.folder / f"{name}.part"
        write(unfinished)
        unfinished.replace(self.folder / name)

    def _write_manifest(self, more: dict[str, Any]) -> None:
        text = json.dumps(self.manifest | more, indent=1, ensure_ascii=False, allow_nan=False)
        self._replace("manifest.json", lambda path: path.write_text(text, encoding="utf-8"))


def _damaged(folder: Path, recorded: dict[str, str]) -> list[str]:
    """The files that are missing, or are not those whose hashes were recorded."""
    return [
        name
        for name, hashed in recorded.items()
        if not (folder / name).exists() or _sha256(folder / name) != hashed
    ]


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest in a folder; an empty one if there is none, or if it is not one that a run
    wrote.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    known = isinstance(manifest, dict) and {"name", "hash", "scenario", "state"} <= set(manifest)
    return (
        manifest
        if known and (manifest["state"] != "complete" or isinstance(manifest.get("sha256"), dict))
        else {}
    )


def read_run(folder: str | Path) -> Run:
    """The results in a run folder.

    Parameters
    ----------
    folder
        One that `sim.run` or `ceasefire run` wrote.

    Returns
    -------
    Run
        Its tables, and how they came about.

    Raises
    ------
    RunError
        If it is not a run folder, was made by another edition of the model, is not complete, or was
        changed since it was written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     run = sim.run(sim.load("scenarios/nato.toml", {"sampling.designs": 32}), out=folder)
    ...     sim.read_run(run.folder).name
    'nato'

    """
    folder = Path(folder)
    manifest = _manifest(folder)
    if not manifest:
        raise RunError(
            f"{folder}: is not a run folder: it has no readable manifest.json; name one that "
            "`ceasefire run` wrote, such as those in runs/"
        )
    if (edition := manifest.get("edition", 1)) != EDITION:
        raise RunError(
            f"{folder}: was made by edition {edition} of the model, and this is edition "
            f"{EDITION}: keys, outcome columns and results differ (CHANGELOG.md says how); run "
            "its scenario again, or read it with the program that made it"
        )
    if manifest.get("state") != "complete":
        raise RunError(f"{folder}: this run was not finished; run its scenario again to go on")
    for name in _damaged(folder, manifest["sha256"]):
        raise RunError(
            f"{folder / name}: is not what the run wrote; run its scenario again, and it is "
            "computed again"
        )
    return Run(
        Outcomes(folder / "outcomes.parquet"),
        pq.read_table(folder / "timeline.parquet").to_pandas(),
        manifest,
        folder,
    )


def gather(scenario: Scenario, blocks: "list[Block]", seconds: float) -> Run:
    """The results of blocks that were kept in memory."""
    ordered = sorted(blocks, key=lambda block: block.first)
    timeline = ordered[0].timeline
    for block in ordered[1:]:
        timeline = timeline + block.timeline
    table = pa.concat_tables([block.outcomes for block in ordered])
    outcomes = described(table.to_pandas(categories=["members_fought"]), stored_kinds(table.schema))
    manifest = manifest_of(scenario) | {"state": "complete", "seconds": round(seconds, 3)}
    return Run(outcomes, timeline.table(scenario.sampling.steps_per_year), manifest, None)


def _write_rows(path: Path, tables: Iterator[pa.Table]) -> None:
    """Rows in groups of one size, so that the bytes do not depend on how worlds were cut into
    blocks.
    """
    waiting: pa.Table | None = None
    writer: pq.ParquetWriter | None = None
    for table in tables:
        waiting = table if waiting is None else pa.concat_tables([waiting, table])
        writer = writer or pq.ParquetWriter(path, table.schema)
        while len(waiting) >= _ROWS:
            writer.write_table(waiting.slice(0, _ROWS).unify_dictionaries().combine_chunks())
            waiting = waiting.slice(_ROWS)
    if writer is not None and waiting is not None:
        if len(waiting):
            writer.write_table(waiting.unify_dictionaries().combine_chunks())
        writer.close()


def _read_rows(parts: list[Path]) -> Iterator[pa.Table]:
    """The outcomes of the parts one after the other, never more of them in memory than a group of
    rows.
    """
    for block in parts:
        with pq.ParquetFile(block / "outcomes.parquet") as file:
            yield from map(file.read_row_group, range(file.num_row_groups))


def _write_counts(path: Path, timeline: Timeline) -> None:
    with path.open("wb") as file:
        # # no name is allow_pickle
        np.savez_compressed(file, worlds=timeline.worlds, ended=timeline.ended, **timeline.at_peace)  # type: ignore[arg-type]


def _sum(parts: list[Path]) -> Timeline:
    total: Timeline | None = None
    for block in parts:
        with np.load(block / "timeline.npz") as counts:
            timeline = Timeline(
                int(counts["worlds"]), counts["ended"], {name: counts[name] for name in VARIABLES}
            )
        total = timeline if total is None else total + timeline
    if total is None:
        raise RunError("a run without blocks has no timeline")
    return total


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
