"""Run a scenario: its worlds in blocks, on any executor, kept in a run folder or in memory."""

import logging
import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sim.ensemble.block import BLOCK, Block, simulate
from sim.ensemble.store import Run, gather, read_run
from sim.errors import ImpossibleError, RunError
from sim.scenario.schema import Scenario

Progress = Callable[[int, int], None]
"""Called with the worlds that are done and the worlds in all."""
Worlds = tuple[int, int]
"""The first world of a block, and the first after it."""
POOL_START = 1.5
"""Seconds that processes take to start and to import what they need, as measured.

Less work than that is done in this process.
"""
SECONDS_A_STEP = 2e-7
"""Of one history in a block of many, on one core as fast as those of the developers."""
ATTEMPTS = 3
"""How often a block is tried before it is reported as failed."""
_WINDOW = 32
_log = logging.getLogger("ceasefire")


@dataclass(frozen=True)
class Failure:
    """A block that could not be computed, and why.

    Data, so that one block never loses the others.
    """

    worlds: Worlds
    why: str
    passing: bool = True
    """Whether the fault may pass, as that of a worker that died.

    The same worlds give the same impossible numbers.
    """


def run(
    scenario: Scenario,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    out: str | Path | None = "runs",
    block: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Simulate all histories of a scenario.

    Parameters
    ----------
    scenario
        What to simulate, and how often.
    workers
        Processes that compute blocks. They are started only where that takes less time than going
        on alone. A script that uses them makes its calls under `if __name__ == "__main__":`, since
        every process reads the script.
    executor
        Computes the blocks in place of processes of this machine.
    out
        Folder for the folder of the run: a run that was computed before is read again, one that was
        interrupted goes on, and one of fewer designs is added to. None keeps the results in memory.
    block
        Histories to a block, by default as many as take the least time. The results depend neither
        on it nor on the workers.
    progress
        Called with the histories that are done, and their total.

    Returns
    -------
    Run
        Outcomes with a row a history, and a timeline with a row a month.

    Raises
    ------
    RunError
        If the folder cannot be written, or if blocks fail again and again; the others are kept.
    ValueError
        For fewer than one worker or one history in a block.
    TypeError
        For the name or the file of a scenario in its place.
    RuntimeError
        In a process that is only reading an unguarded script.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/nato.toml", {"sampling.designs": 32}), out=None)
    >>> len(run.outcomes)
    320

    """
    if not isinstance(scenario, Scenario):
        raise TypeError(
            f"a run is of a scenario, not of a {type(scenario).__name__}; load it first, as in "
            'sim.run(sim.load("nato"))'
        )
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise RuntimeError(
            'a script whose run starts processes must call it under `if __name__ == "__main__":`, '
            "since each process reads the script when it starts"
        )
    if workers < 1 or (block is not None and block < 1):
        raise ValueError(f"workers and block must be at least 1; they are {workers} and {block}")
    began, worlds = time.perf_counter(), scenario.sampling.worlds
    if out is None:
        kept: list[Block] = []
        compute_blocks(
            scenario,
            spans(0, worlds, block or block_of(worlds)),
            kept.append,
            workers,
            executor,
            counted_progress(progress, worlds, 0),
        )
        return gather(scenario, kept, time.perf_counter() - began)
    from sim.ensemble.folder import Store  # noqa: PLC0415  a run in memory needs no Parquet

    store = Store(Path(out), scenario)
    if (kept_run := store.finished(tell=False)) is not None:
        return kept_run
    with store:
        if store.kept is not None:
            return store.kept
        size = block or block_of(worlds)
        blocks = spans(0, store.begun, store.begun or size) + spans(store.begun, worlds, size)
        missing = [span for span in blocks if not store.has(*span)]
        done = worlds - sum(last - first for first, last in missing)
        compute_blocks(
            scenario,
            missing,
            store.write,
            workers,
            executor,
            counted_progress(progress, worlds, done),
        )
        store.finish(blocks, time.perf_counter() - began)
        return read_run(store.folder)


def block_of(worlds: int) -> int:
    """Histories to a block of a run of so many: all of them or, if they are too many for one, an
    even part, so that two workers have as much to do; whole slabs, which are drawn as wholes.
    """
    from sim.model.chance import SLAB  # noqa: PLC0415  results are read without it

    if worlds <= BLOCK:
        return BLOCK
    pairs = -(-worlds // (2 * BLOCK))
    return -(-worlds // (2 * pairs * SLAB)) * SLAB


def spans(first: int, last: int, size: int) -> list[Worlds]:
    """The worlds from `first` up to, not including, `last`, in blocks."""
    return [(start, min(start + size, last)) for start in range(first, last, size)]


def compute_blocks(
    scenario: Scenario,
    blocks: list[Worlds],
    keep: Callable[[Block], None],
    workers: int,
    executor: Executor | None,
    progress: Callable[[int], None],
) -> None:
    """Compute the blocks and keep each; faults that may pass are tried again, on new processes if
    the old ones died.
    """
    failures: list[Failure] = []
    lost: list[Failure] = []
    for _ in range(ATTEMPTS):
        failures = []
        for result in (
            _own(scenario, blocks, workers)
            if executor is None
            else _sent(scenario, blocks, executor)
        ):
            if isinstance(result, Failure):
                (failures if result.passing else lost).append(result)
            else:
                keep(result)
                progress(result.timeline.worlds)
        if not failures:
            break
        blocks = [failure.worlds for failure in failures]
        for failure in failures:
            _log.warning(
                "simulated histories %d to %d failed and are tried again: %s",
                failure.worlds[0],
                failure.worlds[1] - 1,
                failure.why,
            )
    if lost := lost + failures:
        raise RunError(
            f"{scenario.name}: {len(lost)} blocks failed; the others are kept, and the same run "
            "goes on from there:\n"
            + "\n".join(
                f"  simulated histories {first} to {last - 1}, "
                f"seed {scenario.sampling.seed}: {failure.why}"
                for failure in lost
                for first, last in [failure.worlds]
            )
        )


def _own(scenario: Scenario, blocks: list[Worlds], workers: int) -> Iterator[Block | Failure]:
    """The blocks, computed here, or by processes where they are worth their start."""
    workers = min(workers, len(blocks))
    histories = sum(last - first for first, last in blocks)
    seconds = SECONDS_A_STEP * scenario.sampling.steps * histories
    if workers < 2 or seconds * (1 - 1 / workers) <= POOL_START:  # noqa: PLR2004  one is alone
        yield from (_attempt(scenario, *worlds) for worlds in blocks)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield from _sent(scenario, blocks, executor)


def _sent(
    scenario: Scenario, blocks: Iterable[Worlds], executor: Executor
) -> Iterator[Block | Failure]:
    """The blocks as an executor computes them, in any order.

    Only so many are under way at a time, so that memory stays flat.
    """
    remaining = iter(blocks)
    under_way: dict[Future[Block | Failure], Worlds] = {}
    try:
        while True:
            for worlds in islice(remaining, _WINDOW - len(under_way)):
                under_way[_submit(executor, scenario, worlds)] = worlds
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                worlds = under_way.pop(future)
                try:
                    yield future.result()
                except Exception as lost:  # noqa: BLE001  each executor has its own word for it
                    yield Failure(worlds, f"its worker was lost: {lost!r}")
    finally:
        for future in under_way:
            future.cancel()


def _submit(executor: Executor, scenario: Scenario, worlds: Worlds) -> "Future[Block | Failure]":
    """Send out a block; with an executor that is broken already, a future that says so."""
    try:
        return executor.submit(_attempt, scenario, *worlds)
    except BrokenExecutor as broken:
        future: Future[Block | Failure] = Future()
        future.set_exception(broken)
        return future


def _attempt(scenario: Scenario, first: int, last: int) -> Block | Failure:
    try:
        return simulate(scenario, first, last)
    except ImpossibleError as wrong:
        return Failure((first, last), str(wrong), passing=False)
    except Exception as wrong:  # noqa: BLE001  reported with its block; the others go on
        place = traceback.extract_tb(wrong.__traceback__)[-1]
        return Failure(
            (first, last), f"{wrong!r} in {place.name}, {Path(place.filename).name}:{place.lineno}"
        )


def counted_progress(progress: Progress | None, worlds: int, done: int) -> Callable[[int], None]:
    """Count the worlds that are done, and tell those who want to know, at once where there are some
    from before.
    """
    if progress and done:
        progress(done, worlds)

    def count(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(done, worlds)

    return count
