"""The run folder while it is computed: named by the hash of what determines the run, written block
by block, and complete when the manifest says so.
"""

import glob
import logging
import math
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.ensemble.block import Block
from sim.ensemble.joined import (
    COUNTS,
    OUTCOMES,
    arrow,
    give_back,
    read_rows,
    summed_counts,
    write_counts,
    write_rows,
)
from sim.ensemble.lock import alone_in
from sim.ensemble.manifest import MANIFEST, manifest_of, read_manifest, written
from sim.ensemble.seal import (
    Document,
    damaged,
    parsed,
    sealed,
    sha256,
    shaped,
    unsealed,
    write_whole,
    writing,
)
from sim.ensemble.store import RESULTS, Run, read_run
from sim.errors import DamagedError, RunError
from sim.scenario.columns import outcomes as declared_outcomes
from sim.scenario.columns import schema
from sim.scenario.columns import timeline as declared_timeline
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario

_HASHES = "sha256.json"
_SAID = ("title", "label", "as_of", "origins", "stated_sources")
"""What a scenario says of itself beside what determines its result."""
_log = logging.getLogger("ceasefire")


class _Hashes(Document):
    """What is recorded of a block: its run, and the hashes of its files."""

    run: str
    files: dict[str, str]


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
        self._held = ExitStack()
        self._smaller: Path | None = None
        self.begun = 0
        """Worlds that need not be computed, the first ones.

        Those of a finished run of fewer designs in the same place.
        """
        self.kept: Run | None = None
        """The results, where another process or an earlier call has computed them."""

    def __enter__(self) -> Self:
        """Open or make the folder, once another process that computes the same run has left it.

        Raises RunError if it cannot be written.
        """
        with self._writing(), ExitStack() as held:
            held.enter_context(alone_in(self.folder))
            self.kept = self.finished()
            if self.kept is None:
                self._begin()
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Let others in."""
        self._held.close()

    def finished(self, *, tell: bool = True) -> Run | None:
        """The finished results of this very run, unchanged; None if they are to be computed.

        What is damaged is named where it is to be told. What the scenario says of itself is said as
        it says it now.
        """
        try:
            run = read_run(self.folder)
        except DamagedError as wrong:
            if tell:
                _log.warning("%s, and is computed again", wrong.what)
            return None
        except RunError:
            return None
        if run.manifest["hash"] != self.manifest["hash"]:
            return None
        _discard(self._blocks)  # left by a process that was killed here
        said = {key: self.manifest[key] for key in _SAID}
        return Run(run.worlds, run.timeline, run.manifest | said, run.folder)

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
            self._smaller_runs(
                before.get("adds_to", "") if going_on else f"{glob.escape(self._scenario.name)}-*"
            ),
            key=lambda finished: finished[1],
            default=(None, 0),
        )
        self._blocks.mkdir(parents=True, exist_ok=True)
        for half_written in self.folder.glob(".[0-9]*.*"):  # by a process that was killed
            half_written.unlink()
        self.manifest["adds_to"] = self._smaller.name if self._smaller else ""
        self._write_manifest({"state": "running"})

    def _smaller_runs(self, pattern: str) -> Iterator[tuple[Path, int]]:
        """The finished and unchanged runs beside this one that hold the first of its worlds, and
        how many.
        """
        for folder in self.folder.parent.glob(pattern) if pattern else ():
            if _designs_said(folder) >= self._scenario.sampling.designs:
                continue
            manifest = _manifest(folder)
            if (
                manifest.get("state") != "complete"
                or manifest["versions"] != self.manifest["versions"]
            ):
                continue
            fewer = {"sampling.designs": manifest["scenario"]["sampling"]["designs"]}
            begins_this_one = (
                manifest["hash"] == manifest_of(replaced(self._scenario, fewer))["hash"]
            )
            if begins_this_one and _is_whole(folder, manifest["sha256"]):
                yield folder, manifest["worlds"]

    def has(self, first: int, last: int) -> bool:
        """Whether a block of this run has been written and is unchanged.

        A damaged one is named and thrown away.
        """
        folder = self._block(first, last)
        if folder == self._smaller:
            return True
        if not folder.exists():
            return False
        wrong = self._altered(folder)
        if wrong:
            _log.warning("%s, and is computed again", DamagedError(wrong[0]).what)
            shutil.rmtree(folder)
        return not wrong

    def _altered(self, block: Path) -> list[Path]:
        """The files of a block that are missing or changed, or were written for another run."""
        record = block / _HASHES
        try:
            hashes = unsealed(parsed(record), record)
            shaped(_Hashes, hashes, record)
            files = hashes["files"]
            changed = damaged(block, files)
        except RunError:
            return [record]
        is_own = hashes["run"] == self.manifest["hash"] and set(files) == {OUTCOMES, COUNTS}
        return changed if is_own else [record]

    def write(self, block: Block) -> None:
        """Keep a block: whole, or not at all."""
        folder = self._block(block.first, block.first + block.timeline.worlds)
        unfinished = folder.with_suffix(".part")
        with self._writing():
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            rows = arrow(block.outcomes, schema(declared_outcomes(self._scenario)))
            pq.write_table(rows, unfinished / OUTCOMES)
            write_counts(unfinished / COUNTS, block.timeline)
            hashes = {name: sha256(unfinished / name) for name in (OUTCOMES, COUNTS)}
            document = {"run": self.manifest["hash"], "files": hashes}
            (unfinished / _HASHES).write_text(sealed(document), encoding="utf-8")
            unfinished.rename(folder)

    def finish(self, blocks: list[tuple[int, int]], seconds: float) -> None:
        """Join the blocks into the results of the run, in the order of worlds, and say in the
        manifest that it is complete.
        """
        parts = [self._block(*span) for span in sorted(blocks)]
        several = len(parts) > 1
        if several:
            give_back()
        with self._writing():
            write_whole(self.folder / OUTCOMES, lambda path: write_rows(path, read_rows(parts)))
            counts = summed_counts(parts)
            write_whole(self.folder / COUNTS, lambda path: write_counts(path, counts))
            timeline = _without_version(counts.table(self._scenario.sampling.steps_per_year))
            write_whole(
                self.folder / "timeline.parquet", lambda path: pq.write_table(timeline, path)
            )
            self._write_manifest(
                {
                    "state": "complete",
                    "blocks": len(parts),
                    "finished": datetime.now(UTC).isoformat(timespec="seconds"),
                    "seconds": round(seconds, 3),
                    "sha256": {name: sha256(self.folder / name) for name in RESULTS},
                }
            )
            _discard(self._blocks)
        if several:
            give_back()

    def _writing(self) -> AbstractContextManager[None]:
        return writing(
            self.folder,
            "choose another folder",
            "what was finished is kept, and the same run goes on from there",
        )

    def _block(self, first: int, last: int) -> Path:
        return (
            self._smaller
            if self._smaller and (first, last) == (0, self.begun)
            else self._blocks / f"{first:010d}-{last:010d}"
        )

    def _write_manifest(self, more: dict[str, Any]) -> None:
        text = written(self.manifest | more)
        write_whole(self.folder / MANIFEST, lambda path: path.write_text(text, encoding="utf-8"))


def _designs_said(folder: Path) -> float:
    """How many parameter sets the manifest in a folder says that its run has, which is looked up
    before all of it is checked: a sweep has hundreds of runs beside each other.
    """
    try:
        document = parsed(folder / MANIFEST)
    except RunError:
        return math.inf
    match document:
        case {"scenario": {"sampling": {"designs": int(designs)}}}:
            return designs
    return math.inf


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest in a folder; an empty one if there is none that can be believed."""
    try:
        return read_manifest(folder)
    except RunError:
        return {}


def _discard(blocks: Path) -> None:
    """Take blocks away that are no longer needed; what of them cannot be removed is marked as
    unfinished.
    """
    unfinished = blocks.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    with suppress(OSError):
        blocks.rename(unfinished)
    for left in (unfinished, blocks):
        shutil.rmtree(left, ignore_errors=True)


def _is_whole(folder: Path, recorded: dict[str, str]) -> bool:
    """Whether the files are there, can be read, and are those whose hashes were recorded."""
    try:
        return not damaged(folder, recorded)
    except RunError:
        return False


def _without_version(timeline: pd.DataFrame) -> pa.Table:
    """The table of a timeline, which says nothing of the pandas that it was made with: the same
    bytes whatever that is.
    """
    table = pa.Table.from_pandas(timeline, schema(declared_timeline()), preserve_index=False)
    return table.replace_schema_metadata(None)
