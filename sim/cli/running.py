"""Runs of the command line: on processes or a cluster, with a progress bar on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.messages import note
from sim.cli.output import output
from sim.cli.size import agree
from sim.errors import RunError

if TYPE_CHECKING:
    from sim.ensemble.store import Run
    from sim.scenario.schema import Scenario


def simulate(
    scenarios: list["Scenario"],
    workers: int,
    out: Path,
    dask: str | None = None,
    precision: float | None = None,
    *,
    integrated: bool = False,
    tell: Callable[[str], None] = note,
) -> list["Run"]:
    """Run scenarios one after another, with a progress bar for each on a terminal; `tell` gets a
    line for each attempt to reach a precision.
    """
    from sim.ensemble.run import run
    from sim.study.precision import run_to_precision

    agree(scenarios, workers)
    runs = []
    with progress_bar() as bar, _cluster(dask) as executor:
        for scenario in scenarios:
            task = bar.add_task(scenario.name, total=scenario.sampling.worlds)
            options: dict[str, Any] = {
                "workers": workers,
                "executor": executor,
                "out": out,
                "progress": partial(advance, bar, task),
            }
            runs.append(
                run(scenario, **options)
                if precision is None
                else run_to_precision(
                    scenario,
                    precision,
                    integrated=integrated,
                    tell=tell,
                    before=partial(_agree_beside, bar, workers),
                    **options,
                )
            )
    return runs


def _agree_beside(bar: Any, workers: int, scenario: "Scenario") -> None:
    """Ask before a run that is larger than what was agreed to, while a bar is shown."""
    bar.stop()
    agree([scenario], workers)
    bar.start()


@contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    """An executor on a dask cluster, or none.

    Raises RunError if the extra is not installed or no scheduler answers.
    """
    if address is None:
        yield None
        return

    try:
        from distributed import Client
    except ImportError:
        raise RunError(
            "--dask needs the extra `cluster`: pip install 'ceasefire[cluster]'"
        ) from None
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError) as wrong:
        raise RunError(f"--dask {address}: no scheduler answers there: {wrong}") from None
    with client:
        yield client.get_executor()


def pool(workers: int) -> Any:
    """An executor with this many processes, or none for one."""
    from sim.ensemble.pool import pool as processes

    return processes(workers)


def _shows_progress() -> bool:
    return sys.stderr.isatty() and not output().quiet


def counting_bar() -> Any:
    """A progress bar on standard error, where it is a terminal, for things counted one by one."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    return Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not _shows_progress()
    )


def progress_bar() -> Any:
    """A progress bar on standard error, where it is a terminal.

    Blocks, histories a second, time left.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )

    from sim.ensemble.block import BLOCK

    class Blocks(ProgressColumn):
        def render(self, task: Task) -> str:
            return f"{task.completed / BLOCK:.0f} of {-(-(task.total or 0) // BLOCK):.0f} blocks"

    class Speed(ProgressColumn):
        def render(self, task: Task) -> str:
            return f"{task.speed:,.0f} histories a second" if task.speed else ""

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        Blocks(),
        Speed(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    return Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not _shows_progress()
    )


def advance(bar: Any, task: Any, done: int, worlds: int) -> None:
    """Show on a progress bar how many histories of how many are done."""
    bar.update(task, completed=done, total=worlds)
