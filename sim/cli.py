"""The command line: `ceasefire`. Imports stand in the commands that need them, so that `--help` answers at once."""

import json
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
    help="How long does a ceasefire between Russia and Ukraine hold under a security guarantee, how sure is that, and why does it end?\n\n"
         "A model for thinking with, not a forecast.",
    no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False,
)
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files.", show_default=False)]
File = Annotated[str, typer.Argument(metavar="FILE", help="A scenario file.", show_default=False)]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a value of the scenario; may be repeated.")]
Designs = Annotated[int | None, typer.Option(help="Parameter designs: what we do not know.", show_default="of the scenario")]
Replicates = Annotated[int | None, typer.Option(help="Histories of each design: chance.", show_default="of the scenario")]
Seed = Annotated[int | None, typer.Option(help="Seed of every random number.", show_default="of the scenario")]
Years = Annotated[int | None, typer.Option(help="Years to simulate.", show_default="of the scenario")]
Workers = Annotated[int, typer.Option(help="Processes; the results do not depend on their number.", min=1)]
Out = Annotated[Path, typer.Option(help="Folder for run folders.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
USAGE, STOPPED = 2, 130


@app.command("list")
def list_scenarios(folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder of scenario files.")] = Path("scenarios")) -> None:
    """List the scenarios in a folder: name and title."""
    with _plain_errors() as refuse:
        from sim.scenario.load import ScenarioError, load
        if not folder.is_dir():
            refuse([f"{folder}: no such folder; name one that holds scenario files"])
        problems = []
        for path in sorted(folder.glob("*.toml")):
            try:
                scenario = load(path)
            except ScenarioError as wrong:
                problems += wrong.problems
            else:
                typer.echo(f"{scenario.name:22} {scenario.title}")
        if problems:
            refuse(problems)


@app.command()
def check(files: Files) -> None:
    """Check scenario files, and say every problem in them."""
    with _plain_errors() as refuse:
        from sim.scenario.load import ScenarioError, load
        problems = []
        for file in files:
            try:
                load(file)
            except ScenarioError as wrong:
                problems += wrong.problems
            else:
                typer.echo(f"{file}: fine")
        if problems:
            refuse(problems)


@app.command()
def show(file: File, overrides: Set = None) -> None:
    """Print the resolved scenario: every value, what it means, who set it, and its source."""
    with _plain_errors():
        from sim.scenario.show import resolved
        typer.echo(resolved(_load(file, overrides)), nl=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario.schema import json_schema
    typer.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False, allow_nan=False))


@app.command()
def run(files: Files, designs: Designs = None, replicates: Replicates = None, seed: Seed = None, years: Years = None,
        overrides: Set = None, workers: Workers = 1, out: Out = Path("runs"), as_json: AsJson = False) -> None:
    """Simulate scenarios, print how durable the ceasefire is, and write a run folder with figures for each."""
    with _plain_errors():
        scenarios = _load_all(files, overrides, _sampling(designs, replicates, seed, years))
        runs = _simulate(scenarios, workers, out)
        for each in runs:
            _draw([each], Path(each.folder or out))
        _print(runs, None, as_json)


@app.command()
def compare(files: Annotated[list[str], typer.Argument(metavar="FILE_OR_RUN...", help="Scenario files or run folders.",
                                                       show_default=False)],
            baseline: Annotated[str | None, typer.Option(help="Name of the scenario to compare with.", show_default="the first")] = None,
            designs: Designs = None, replicates: Replicates = None, seed: Seed = None, years: Years = None, overrides: Set = None,
            workers: Workers = 1, out: Out = Path("runs"), as_json: AsJson = False) -> None:
    """Compare guarantees on the same histories: paired differences in durability, and figures of all of them."""
    with _plain_errors() as refuse:
        from sim.ensemble.store import read_run
        from sim.scenario.schema import digest
        sampling = _sampling(designs, replicates, seed, years)
        simulated = iter(_simulate(_load_all([each for each in files if not _is_run(each)], overrides, sampling), workers, out))
        runs = [read_run(each) if _is_run(each) else next(simulated) for each in files]
        names = [each.name for each in runs]
        if len(runs) < 2 or len(set(names)) < len(names):      # noqa: PLR2004  said in the message
            refuse([f"compare needs two or more scenarios of different names; it was given {', '.join(names)}"])
        if baseline is not None and baseline not in names:
            refuse([f"--baseline {baseline}: no such scenario among {', '.join(names)}"])
        folder = out / f"comparison-{digest({'runs': [each.manifest['hash'] for each in runs], 'baseline': baseline})[:8]}"
        _draw(runs, folder, baseline)
        _print(runs, baseline or names[0], as_json, folder / "figures")


@app.command()
def replay(file: File, world: Annotated[int | None, typer.Option(help="Number of the world.", show_default=False)] = None,
           typical: Annotated[bool, typer.Option("--typical", help="For each way of ending, the world nearest to the middle.")] = False,
           under: Annotated[str | None, typer.Option(metavar="OTHER", help="Another scenario to meet the same chances.")] = None,
           figure: Annotated[Path | None, typer.Option(metavar="PATH", help="Draw the history into this file.")] = None,
           overrides: Set = None, out: Out = Path("runs"), as_json: AsJson = False) -> None:
    """Tell the history of one world: what happened, what each actor believed and wanted, and how likely each choice was."""
    with _plain_errors() as refuse:
        from sim import report
        scenario = _load(file, overrides)
        other = None if under is None else _load(under, overrides)
        if (world is None) != typical:
            refuse(["replay needs either --world NUMBER or --typical"])
        worlds = _typical(scenario, out) if world is None else {"": world}
        told = []
        for kind, number in worlds.items():
            journals = [_history(each, number) for each in (scenario, other) if each is not None]
            told.append({"scenario": scenario.name, "typical": kind or None} | journals[0])
            if other is not None:
                told[-1]["under"] = {"scenario": other.name} | journals[1]
            if figure is not None:
                path = figure if not kind else figure.with_stem(f"{figure.stem}-{kind}")
                _write(path, partial(_draw_world, journals[0], path))
        if as_json:
            typer.echo(json.dumps({"worlds": told}, indent=1, ensure_ascii=False, allow_nan=False))
        else:
            for one in told:
                typer.echo("\n".join(report.story(one)) + "\n")


@app.command()
def game(file: File, year: Annotated[float, typer.Option(help="Years after the ceasefire.", min=0)] = 0.0,
         world: Annotated[int | None, typer.Option(help="Number of the world.", show_default="the first that still holds then")] = None,
         efg: Annotated[Path | None, typer.Option(metavar="PATH", help="Write the game for Gambit.")] = None,
         figure: Annotated[Path | None, typer.Option(metavar="PATH", help="Draw the tree into this file.")] = None,
         overrides: Set = None, as_json: AsJson = False) -> None:
    """Show the crisis game that the actors play in a month: moves, beliefs, payoffs, and its equilibrium."""
    with _plain_errors():
        import numpy as np

        from sim import report
        from sim.game.equilibrium import behaviour
        from sim.game.tree import crisis_tree
        scenario = _load(file, overrides)
        model = _at_year(scenario, year, world)
        crisis = model.crisis(np.zeros(1, dtype=np.intp))
        tree, strategy = crisis_tree(crisis), behaviour(crisis)
        told = {"scenario": scenario.name, "world": int(model.worlds[0]), "year": round(model.years, 6)} | report.game(crisis)
        if efg is not None:
            title = f"{scenario.name}, world {told['world']}, year {told['year']:g}"
            _write(efg, lambda: efg.write_text(tree.efg(title, "One month's crisis game of the model described in docs/model.md.")))
        if figure is not None:
            _write(figure, lambda: _save_tree(tree, strategy, figure))
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) if as_json else "\n".join(report.game_lines(told)))


def _at_year(scenario: "Scenario", year: float, world: int | None) -> Any:
    """A model of one world at a moment at which its ceasefire still holds. Raises ScenarioError if there is none."""
    from sim.model.ceasefire import CeasefireModel
    from sim.scenario.load import ScenarioError
    sampling = scenario.sampling
    steps = round(year * sampling.steps_per_year)
    if steps > sampling.steps:
        raise ScenarioError([f"--year {year:g}: the horizon of {scenario.name} is {sampling.horizon_years} years"])
    if world is not None and not 0 <= world < sampling.worlds:
        raise ScenarioError([f"--world {world}: {scenario.name} has the worlds 0 to {sampling.worlds - 1}"])
    for number in range(sampling.worlds) if world is None else [world]:
        model = CeasefireModel(scenario, [number])
        while model.running and model.steps < steps:
            model.step()
        if model.at_peace[0]:
            return model
    ended = "no world holds so long" if world is None else f"world {world} ended after {model.years_held[0]:.2f} years"
    raise ScenarioError([f"--year {year:g}: {ended}; choose an earlier year, or another world"])


def _save_tree(tree: Any, strategy: Any, path: Path) -> None:
    import matplotlib as mpl
    mpl.use("Agg")
    from sim import plots
    plots.save(plots.game_tree(tree, strategy), path)


def _write(path: Path, write: Callable[[], object]) -> None:
    """Write a file that the user asked for. Raises RunError if it cannot be written."""
    from sim.ensemble.store import RunError
    try:
        write()
    except (OSError, ValueError) as wrong:
        raise RunError(f"{path}: cannot be written: {wrong}") from None


def _typical(scenario: "Scenario", out: Path) -> dict[str, int]:
    from sim.analysis.typical import typical
    run, = _simulate([scenario], 1, out)
    return {str(cause): world for cause, world in typical(run).items()}


def _history(scenario: "Scenario", world: int) -> dict[str, Any]:
    """The journal of a world, as plain data. Raises ScenarioError for a world that the scenario does not have."""
    from sim.model.ceasefire import CeasefireModel
    from sim.scenario.load import ScenarioError
    if not 0 <= world < scenario.sampling.worlds:
        raise ScenarioError([f"--world {world}: {scenario.name} has the worlds 0 to {scenario.sampling.worlds - 1}"])
    model = CeasefireModel(scenario, [world])
    while model.running:
        model.step()
    return model.journal.document() if model.journal else {}


def _draw_world(journal: dict[str, Any], path: Path) -> None:
    import matplotlib as mpl
    mpl.use("Agg")
    from sim import plots
    plots.save(plots.world(journal), path)


@contextmanager
def _plain_errors() -> Iterator[Any]:
    """Problems of the user's input go to standard error, a line each, with exit code 2 and without a traceback."""
    def refuse(problems: list[str]) -> NoReturn:
        for problem in problems:
            typer.echo(problem, err=True)
        raise typer.Exit(USAGE)
    try:
        yield refuse
    except KeyboardInterrupt:
        typer.echo("stopped; the blocks that were finished are kept: the same command goes on from there", err=True)
        raise typer.Exit(STOPPED) from None
    except ValueError as wrong:
        from sim.ensemble.store import RunError
        from sim.scenario.load import ScenarioError
        match wrong:
            case ScenarioError():
                refuse(wrong.problems)
            case RunError():
                refuse([str(wrong)])
        raise


def _sampling(designs: int | None, replicates: int | None, seed: int | None, years: int | None) -> dict[str, int]:
    given = {"designs": designs, "replicates": replicates, "seed": seed, "horizon_years": years}
    return {f"sampling.{name}": value for name, value in given.items() if value is not None}


def _load(file: str, overrides: list[str] | None, more: dict[str, int] | None = None) -> "Scenario":
    from sim.scenario.load import load, read_override
    return load(file, dict(map(read_override, overrides or [])) | (more or {}), origin="command line")


def _load_all(files: list[str], overrides: list[str] | None, more: dict[str, int]) -> list["Scenario"]:
    """Every scenario, or every problem in any of them."""
    from sim.scenario.load import ScenarioError
    scenarios, problems = [], []
    for file in files:
        try:
            scenarios.append(_load(file, overrides, more))
        except ScenarioError as wrong:
            problems += wrong.problems
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return scenarios


def _is_run(path: str) -> bool:
    return (Path(path) / "manifest.json").exists()


def _simulate(scenarios: list["Scenario"], workers: int, out: Path) -> list["Run"]:
    """Run scenarios one after another, with a progress bar for each where someone is looking."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from sim.ensemble.run import run as simulate
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("worlds"), TimeRemainingColumn())
    runs = []
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        for scenario in scenarios:
            task = bar.add_task(scenario.name, total=scenario.sampling.worlds)
            runs.append(simulate(scenario, workers=workers, out=out, progress=partial(_advance, bar, task)))
    return runs


def _advance(bar: Any, task: Any, done: int, _: int) -> None:
    bar.update(task, completed=done)


def _draw(runs: list["Run"], folder: Path, baseline: str | None = None) -> None:
    """Write the figures of a run, or of several together, into a folder."""
    import matplotlib as mpl
    mpl.use("Agg")
    from sim import plots
    figures: dict[str, Any] = {"survival": plots.survival, "causes": plots.causes, "hazard": plots.hazard}
    if len(runs) > 1:
        figures["differences"] = lambda several: plots.differences(several, baseline)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for name, draw in figures.items():
        plots.save(draw(runs), folder / "figures" / f"{name}.png")


def _print(runs: list["Run"], baseline: str | None, as_json: bool, figures: Path | None = None) -> None:
    from rich.console import Console

    from sim import report
    differences, table = (None, None) if baseline is None else report.differences_table(runs, baseline)
    if as_json:
        typer.echo(json.dumps(report.document(runs, differences), indent=1, ensure_ascii=False, allow_nan=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    for each in (report.durability_table(runs), report.causes_table(runs), table):
        if each is not None:
            console.print(each)
    console.print(report.HOW_TO_READ)
    for one in runs:
        console.print(f"  {one.name}: {one.folder}")
    if figures is not None:
        console.print(f"Figures of all together: {figures}")
