"""The command that writes a result for other programs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import completion
from sim.cli.loading import load, warn
from sim.cli.messages import plain_errors
from sim.cli.options import Set, app
from sim.cli.streams import say
from sim.errors import RunError

if TYPE_CHECKING:
    from sim.ensemble.store import Run
    from sim.study.finding import Finding


@app.command()
def export(
    result: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="Folder of a run or a finding; or a scenario, whose run is in --runs.",
            show_default=False,
            autocompletion=completion.scenarios,
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="csv (a folder), xlsx, nc (netCDF-4) or json.",
            show_default="as --out ends, else csv",
            autocompletion=lambda: ["csv", "xlsx", "nc", "json"],
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="What to write; an earlier export there is replaced, anything else is not.",
            show_default="the name of the result",
        ),
    ] = None,
    runs: Annotated[Path, typer.Option(help="Folder of run folders.")] = Path("runs"),
    overrides: Set = None,
) -> None:
    """Write a run or a finding for other programs: spreadsheets, R, Stata, SQL, netCDF readers.

    Every column comes with its unit and meaning (xlsx and nc: extra `export`).
    """
    with plain_errors():
        from sim.ensemble.store import Run
        from sim.exports import write

        content = _result(result, runs, overrides)
        if isinstance(content, Run):
            warn(content.scenario)
        path = out or Path(_default_name(content, to or "csv"))
        written = write.export(content, path, to)
        kind = "run" if isinstance(content, Run) else "finding"
        say(f"{written}: {kind} {content.name}, as {to or write.suffix(path)}")


def _default_name(what: "Run | Finding", kind: str) -> str:
    return f"{what.name}-csv" if kind == "csv" else f"{what.name}.{kind}"


def _result(name: str, runs: Path, overrides: list[str] | None) -> "Run | Finding":
    """The run or the finding in a folder, or of a name of the library, or the run of a scenario.

    Raises RunError if there is none.
    """
    from sim.exports.write import read
    from sim.scenario.library import find_folder
    from sim.study import kept

    if (folder := Path(name)).is_dir():
        return read(folder)
    if (find_folder(folder) / kept.FILE).is_file():
        return kept.read(find_folder(folder))
    return _run_of(name, runs, overrides)


def _run_of(name: str, runs: Path, overrides: list[str] | None) -> "Run":
    """The run of a scenario in a folder of runs. Raises RunError if it is not there."""
    from sim.ensemble.folder import Store
    from sim.ensemble.store import read_run

    scenario = load(name, overrides)
    folder = Store(runs, scenario).folder
    if folder.is_dir():
        return read_run(folder)
    others = sorted(map(str, runs.glob(f"{scenario.name}-*[0-9a-f]")))
    instead = (
        f"name one of the runs of other settings: {', '.join(others)}"
        if others
        else f"`ceasefire run {name}` makes it"
    )
    raise RunError(f"{name}: its run is not in {runs}; {instead}")
