"""What the commands share: the application, options, loading and running, and plain messages for
whatever goes wrong.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sim.cli import completion
from sim.cli.output import output
from sim.cli.panels import Panels
from sim.cli.size import agree
from sim.cli.streams import say, standard_streams
from sim.errors import ArgumentFault, Fault, InputError, RunError, ScenarioError

if TYPE_CHECKING:
    from sim.ensemble.store import Run
    from sim.scenario.schema import Scenario


class _Application(typer.Typer):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command of the words, as a program."""
        with standard_streams():
            return super().__call__(*args, **kwargs)


app = _Application(
    name="ceasefire",
    help=(
        "How long does a ceasefire between Russia and Ukraine hold under a security guarantee, "
        "how sure is that, and why does it end?\n\n"
        "A tool for exploring assumptions, not a forecast."
    ),
    no_args_is_help=True,
    cls=Panels,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    """Print the version of the program, and nothing else."""
    if wanted:
        from importlib.metadata import version

        say(f"ceasefire {version('ceasefire')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
    ),
]


@app.callback()
def program(_version: Version = False) -> None:
    """What every command is called through: no figure is shown on a screen."""
    os.environ["MPLBACKEND"] = "Agg"


Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Scenarios: names or files. Use A+B to apply B's values on top of A.",
        show_default=False,
        autocompletion=completion.scenarios,
    ),
]
File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="Scenario: a name or a file. Use A+B to apply B's values on top of A.",
        show_default=False,
        autocompletion=completion.scenarios,
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="[N:]KEY=VALUE",
        help="Change a value of every scenario, or of the Nth only; may be repeated.",
        autocompletion=completion.keys(),
    ),
]
Designs = Annotated[
    int | None,
    typer.Option(
        help="Number of parameter sets to sample (parameter uncertainty).",
        show_default="from the scenario",
    ),
]
Replicates = Annotated[
    int | None,
    typer.Option(
        help="Simulated histories per parameter set (chance).", show_default="from the scenario"
    ),
]
Seed = Annotated[
    int | None, typer.Option(help="Seed of every random number.", show_default="from the scenario")
]
Years = Annotated[
    int | None, typer.Option(help="Years to simulate.", show_default="from the scenario")
]
Workers = Annotated[
    int, typer.Option(help="Processes; the results do not depend on their number.", min=1, max=1024)
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
        help="Run until the 95 % sampling error of every durability is at most this.",
        min=0.0001,
        max=0.5,
    ),
]
Integrate = Annotated[
    bool,
    typer.Option(
        "--integrate",
        help="Reduce sampling error by using monthly hazards instead of simulated outcomes; "
        "estimates stay unbiased.",
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
    """The options that were used, by the keys of a scenario that they set."""
    options = {"designs": designs, "replicates": replicates, "seed": seed, "horizon_years": years}
    return {f"sampling.{name}": value for name, value in options.items() if value is not None}


BLOCKS_KEPT = "stopped; finished blocks are kept: the same command resumes the run"
NOTHING_KEPT = "stopped early; nothing was kept"


@contextmanager
def plain_errors(stopped: str = BLOCKS_KEPT) -> Iterator[Any]:
    """Print input errors to stderr, one per line, and exit with code 2 instead of a traceback; an
    interruption prints `stopped`.
    """

    def refuse(problems: list[str]) -> NoReturn:
        for problem in problems:
            say(problem, err=True)
        raise typer.Exit(USAGE)

    try:
        yield refuse
    except KeyboardInterrupt:
        say(stopped, err=True)
        raise typer.Exit(STOPPED) from None
    except MemoryError:
        refuse(["there is not enough memory for this; take fewer histories, samples or years"])
    except InputError as wrong:
        refuse(wrong.on_command_line())


def load(
    file: str, overrides: list[str] | None = None, more: dict[str, int] | None = None
) -> "Scenario":
    """The scenario of a file or name, or of several applied on top of each other, with --set and
    options.

    Raises ScenarioError.
    """
    return load_at({1: file}, overrides, more)[1]


def warn(scenario: "Scenario") -> None:
    """Warn on standard error of a scenario whose draws come from a posterior."""
    if scenario.of_posterior:
        note(scenario.of_posterior)


def load_all(
    files: list[str], overrides: list[str] | None, more: dict[str, int]
) -> list["Scenario"]:
    """Every scenario, under different names, or every problem in any of them.

    Raises ScenarioError.
    """
    from sim.analysis.labels import distinct
    from sim.scenario.load import renamed

    scenarios = list(load_at(dict(enumerate(files, 1)), overrides, more).values())
    names = [scenario.name for scenario in scenarios]
    refuse_twins(names, [scenario.determinants() for scenario in scenarios], overrides)
    return list(map(renamed, scenarios, distinct(names)))


def refuse_twins(names: list[str], determinants: list[Any], overrides: list[str] | None) -> None:
    """Raise ScenarioError for a scenario that stands there twice and is the same both times, unless
    one of them was set to what it is.
    """
    if any(map(_AT.fullmatch, overrides or [])):
        return
    for position, name in enumerate(names):
        same = [other for other in range(position) if names[other] == name]
        if any(determinants[other] == determinants[position] for other in same):
            raise ScenarioError(
                f"{name}: is there twice without a difference; change one of them, as in "
                f"--set {position + 1}:regime.deployment.brigades=10"
            )


_AT = re.compile(r"(\d+):(.*)", re.DOTALL)


def load_at(
    files: Mapping[int, str], overrides: list[str] | None, more: dict[str, int] | None = None
) -> dict[int, "Scenario"]:
    """Every scenario by its position on the command line, each with the values of --set that are
    for all or for it. Raises ScenarioError with every problem in any of them.
    """
    values: dict[int, list[str]] = {position: [] for position in files}
    scenarios: dict[int, Scenario] = {}
    faults: list[Fault] = []
    for override in overrides or []:
        at = _AT.fullmatch(override)
        if at is None:
            for own in values.values():
                own.append(override)
        elif int(at[1]) in values:
            values[int(at[1])].append(at[2])
        else:
            must = f"must name the position of a scenario among {', '.join(map(str, files))}"
            faults.append(ArgumentFault("set", override, must))
    for position, file in files.items():
        try:
            scenarios[position] = _load(file, values[position], more or {})
        except ScenarioError as wrong:
            faults += wrong.faults
    if faults:
        raise ScenarioError(faults)
    return scenarios


def stacked(file: str) -> list[str]:
    """The file, and those applied on top of it: A and B of A+B, unless there is a file A+B."""
    return [file] if Path(file).exists() else file.split("+")


def _load(file: str, overrides: list[str], more: dict[str, int]) -> "Scenario":
    """The scenario of A or A+B with these values over it. Raises ScenarioError."""
    from sim.scenario import load as scenario_files

    path, *over = stacked(file)
    if not path or not all(over):
        raise ScenarioError(
            f"{file}: names no file beside a +; use A+B to apply B's values on top of A"
        )
    values = dict(map(scenario_files.read_override, overrides)) | more
    scenario = scenario_files.load(path, values, origin="command line", over=over)
    warn(scenario)
    return scenario


def simulate(
    scenarios: list["Scenario"],
    workers: int,
    out: Path,
    dask: str | None = None,
    precision: float | None = None,
    *,
    integrated: bool = False,
) -> list["Run"]:
    """Run scenarios one after another, with a progress bar for each on a terminal."""
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
                    tell=note,
                    **options,
                )
            )
    return runs


def note(text: str) -> None:
    """Say something beside the answer, on standard error."""
    if not output().quiet:
        say(text, err=True)


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


@contextmanager
def pool(workers: int) -> Iterator[Any]:
    """An executor with this many processes, or none for one."""
    if workers == 1:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


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


def write(path: Path, write: Callable[[], object]) -> None:
    """Write a file that the user named. Raises RunError if it cannot be written."""
    try:
        write()
    except (OSError, ValueError) as wrong:
        raise RunError(f"{path}: cannot be written: {wrong}") from None
