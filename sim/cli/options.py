"""What the commands share: the application, options, loading and running, and plain messages for
whatever goes wrong.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from sim.ensemble.store import Run
    from sim.scenario.schema import Scenario

app = typer.Typer(
    name="ceasefire",
    help=(
        "How long does a ceasefire between Russia and Ukraine hold under a security guarantee, "
        "how sure is that, and why does it end?\n\nA model for thinking with, not a forecast."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...", help="Scenario files; A+B puts B over A.", show_default=False
    ),
]
File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A scenario file; A+B puts B over A.", show_default=False),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a value of the scenario; may be repeated."
    ),
]
Designs = Annotated[
    int | None,
    typer.Option(help="Parameter designs: what we do not know.", show_default="of the scenario"),
]
Replicates = Annotated[
    int | None,
    typer.Option(help="Histories of each design: chance.", show_default="of the scenario"),
]
Seed = Annotated[
    int | None, typer.Option(help="Seed of every random number.", show_default="of the scenario")
]
Years = Annotated[
    int | None, typer.Option(help="Years to simulate.", show_default="of the scenario")
]
Workers = Annotated[
    int, typer.Option(help="Processes; the results do not depend on their number.", min=1)
]
Dask = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="Compute on the cluster of this dask scheduler (extra `cluster`)."
    ),
]
Precision = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="Run until every durability's 95 % sampling error is at most this.",
        min=0.0001,
        max=0.5,
    ),
]
Integrate = Annotated[
    bool,
    typer.Option(
        "--integrate",
        help="Integrate each month's hazard in place of its coin toss: the same mean, a "
        "smaller sampling error.",
    ),
]
Out = Annotated[Path, typer.Option(help="Folder for run folders.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
USAGE, STOPPED = 2, 130


def sampling(
    designs: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    years: int | None = None,
) -> dict[str, int]:
    """The options that were given, by the keys of a scenario that they set."""
    given = {"designs": designs, "replicates": replicates, "seed": seed, "horizon_years": years}
    return {f"sampling.{name}": value for name, value in given.items() if value is not None}


BLOCKS_KEPT = "stopped; the blocks that were finished are kept: the same command goes on from there"
NOTHING_KEPT = "stopped before it ended; nothing was kept"


@contextmanager
def plain_errors(stopped: str = BLOCKS_KEPT) -> Iterator[Any]:
    """Problems of the user's input go to standard error, a line each, with exit code 2 and without
    a traceback; so does `stopped`.
    """

    def refuse(problems: list[str]) -> NoReturn:
        for problem in problems:
            typer.echo(problem, err=True)
        raise typer.Exit(USAGE)

    try:
        yield refuse
    except KeyboardInterrupt:
        typer.echo(stopped, err=True)
        raise typer.Exit(STOPPED) from None
    except ValueError as wrong:
        from sim.analysis.durability import NotPairedError
        from sim.ensemble.store import RunError
        from sim.quantity import ImpossibleError
        from sim.scenario.load import ScenarioError

        match wrong:
            case ScenarioError():
                refuse(wrong.problems)
            case RunError() | NotPairedError() | ImpossibleError():
                refuse([str(wrong)])
        raise


def load(
    file: str, overrides: list[str] | None = None, more: dict[str, int] | None = None
) -> "Scenario":
    """The scenario of a file, or of files put over each other by a +, with --set and other options.

    Raises ScenarioError.
    """
    from sim.scenario import load as scenario_files

    path, *over = [file] if Path(file).exists() else file.split("+")
    if not path or not all(over):
        raise scenario_files.ScenarioError(
            [f"{file}: names no file beside a +; say A+B to put B over A"]
        )
    values = dict(map(scenario_files.read_override, overrides or [])) | (more or {})
    scenario = scenario_files.load(path, values, origin="command line", over=over)
    warn(scenario)
    return scenario


def warn(scenario: "Scenario") -> None:
    """Say on standard error what has to be said of a scenario on a posterior."""
    if scenario.of_posterior:
        typer.echo(scenario.of_posterior, err=True)


def load_all(
    files: list[str], overrides: list[str] | None, more: dict[str, int]
) -> list["Scenario"]:
    """Every scenario, or every problem in any of them."""
    from sim.scenario.load import ScenarioError

    scenarios, problems = [], []
    for file in files:
        try:
            scenarios.append(load(file, overrides, more))
        except ScenarioError as wrong:
            problems += wrong.problems
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return scenarios


def simulate(
    scenarios: list["Scenario"],
    workers: int,
    out: Path,
    dask: str | None = None,
    precision: float | None = None,
    *,
    integrated: bool = False,
) -> list["Run"]:
    """Run scenarios one after another, with a progress bar for each where someone is looking."""
    from sim.ensemble.run import run
    from sim.study.precision import run_to_precision

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
                    tell=partial(typer.echo, err=True),
                    **options,
                )
            )
    return runs


@contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    """An executor on a dask cluster, or none.

    Raises RunError if the extra is not installed or nobody answers there.
    """
    if address is None:
        yield None
        return
    from sim.ensemble.store import RunError

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


@contextmanager
def pool(workers: int) -> Iterator[Any]:
    """So many processes as an executor, or none where one is enough."""
    if workers == 1:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


def counting_bar() -> Any:
    """A progress bar on standard error, where it is a terminal, of things that are counted one by
    one.
    """
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
        *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    )


def progress_bar() -> Any:
    """A progress bar on standard error, where it is a terminal.

    Blocks, worlds a second, time left.
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
            return f"{task.speed:,.0f} worlds a second" if task.speed else ""

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        Blocks(),
        Speed(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    return Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    )


def advance(bar: Any, task: Any, done: int, worlds: int) -> None:
    """Tell a progress bar how many worlds of how many are done."""
    bar.update(task, completed=done, total=worlds)


def write(path: Path, write: Callable[[], object]) -> None:
    """Write a file that the user asked for. Raises RunError if it cannot be written."""
    from sim.ensemble.store import RunError

    try:
        write()
    except (OSError, ValueError) as wrong:
        raise RunError(f"{path}: cannot be written: {wrong}") from None
