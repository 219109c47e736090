"""Run a scenario: its worlds in blocks, on any executor, kept in a run folder or in memory."""

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sim.ensemble.block import BLOCK, Block, simulate
from sim.ensemble.store import Run, Store, gather, read_run
from sim.scenario.schema import Scenario

Progress = Callable[[int, int], None]
"""Called with the worlds that are done and the worlds in all."""


def run(scenario: Scenario, *, workers: int = 1, executor: Executor | None = None, out: str | Path | None = "runs",
        block: int = BLOCK, progress: Progress | None = None) -> Run:
    """Simulate all worlds of a scenario.

    `workers` processes, or any `executor`, compute blocks of `block` worlds; the results do not depend on either. They are
    written to a folder in `out`, from which a run that was computed before is read again; with `out=None` they stay in memory.
    Raises RunError if the folder cannot be written, ValueError for fewer than one worker or world in a block.
    """
    if workers < 1 or block < 1:
        raise ValueError(f"workers and block must be at least 1; they are {workers} and {block}")
    began, worlds = time.perf_counter(), scenario.sampling.worlds
    blocks = [(first, min(first + block, worlds)) for first in range(0, worlds, block)]
    store = None if out is None else Store(Path(out), scenario)
    if store and store.complete:
        return read_run(store.folder)
    missing = [each for each in blocks if not (store and store.has(*each))]
    done = worlds - sum(last - first for first, last in missing)
    kept: list[Block] = []
    with nullcontext(executor) if executor or not missing else pool(workers) as shared:
        for result in _computed(scenario, missing, shared):
            if store:
                store.write(result)
            else:
                kept.append(result)
            done += result.timeline.worlds
            if progress:
                progress(done, worlds)
    seconds = time.perf_counter() - began
    if store is None:
        return gather(scenario, kept, seconds)
    store.finish(blocks, seconds)
    return read_run(store.folder)


@contextmanager
def pool(workers: int) -> Iterator[Executor | None]:
    """An executor of that many processes, to be shared by several runs; none for one worker, who is this process."""
    if workers == 1:
        yield None
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


def _computed(scenario: Scenario, blocks: Iterable[tuple[int, int]], executor: Executor | None) -> Iterator[Block]:
    """The blocks as they are computed, in any order."""
    if executor is None:
        for first, last in blocks:
            yield simulate(scenario, first, last)
        return
    waiting = [executor.submit(simulate, scenario, first, last) for first, last in blocks]
    try:
        for future in as_completed(waiting):
            yield future.result()
    finally:
        for future in waiting:
            future.cancel()
