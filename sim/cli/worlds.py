"""Commands about one world: its story, and the game that is played in it."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import AsJson, File, Out, Set, app, load, plain_errors, simulate, write

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


@app.command()
def replay(
    file: File,
    world: Annotated[
        int | None, typer.Option(help="Number of the world.", show_default=False)
    ] = None,
    typical: Annotated[
        bool,
        typer.Option("--typical", help="For each way of ending, the world nearest to the middle."),
    ] = False,
    under: Annotated[
        str | None, typer.Option(metavar="OTHER", help="Another scenario to meet the same chances.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Draw the history into this file.")
    ] = None,
    overrides: Set = None,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Tell the history of one world: what happened, what each actor believed and wanted, and how
    likely each choice was.
    """
    with plain_errors() as refuse:
        from sim.analysis.labels import labels
        from sim.presentation import worlds as words
        from sim.study import replay as study

        scenario = load(file, overrides)
        other = None if under is None else load(under, overrides)
        both = [scenario] if other is None else [scenario, other]
        names: list[dict[str, Any]] = [
            {"scenario": each.name, "label": label}
            for each, label in zip(both, labels(both), strict=True)
        ]
        if (world is None) != typical:
            refuse(["replay needs either --world NUMBER or --typical"])
        worlds = _typical(scenario, out) if world is None else {"": world}
        told = []
        for kind, number in worlds.items():
            journals = [study.replay(each, number) for each in both]
            told.append(names[0] | {"typical": kind or None} | journals[0])
            if other is not None:
                told[-1]["under"] = names[1] | journals[1]
            if figure is not None:
                path = figure if not kind else figure.with_stem(f"{figure.stem}-{kind}")
                write(path, partial(_draw_world, journals[0], path))
        if as_json:
            typer.echo(json.dumps({"worlds": told}, indent=1, ensure_ascii=False, allow_nan=False))
        else:
            for one in told:
                typer.echo("\n".join(words.story(one)) + "\n")


def _typical(scenario: "Scenario", out: Path) -> dict[str, int]:
    from sim.analysis.typical import typical

    (run,) = simulate([scenario], 1, out)
    return {str(cause): world for cause, world in typical(run).items()}


def _draw_world(journal: dict[str, Any], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from sim import plots

    plots.save(plots.world(journal), path)


@app.command()
def game(
    file: File,
    year: Annotated[float, typer.Option(help="Years after the ceasefire.", min=0)] = 0.0,
    world: Annotated[
        int | None,
        typer.Option(help="Number of the world.", show_default="the first that still holds then"),
    ] = None,
    efg: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write the game for Gambit.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Draw the tree into this file.")
    ] = None,
    overrides: Set = None,
    as_json: AsJson = False,
) -> None:
    """Show the crisis game that the actors play in a month.

    Moves, beliefs, payoffs, and its equilibrium.
    """
    with plain_errors():
        import numpy as np

        from sim.game.equilibrium import behaviour
        from sim.game.tree import crisis_tree
        from sim.presentation import worlds as words

        scenario = load(file, overrides)
        model = _at_year(scenario, year, world)
        crisis = model.crisis(np.zeros(1, dtype=np.intp))
        tree, strategy = crisis_tree(crisis), behaviour(crisis)
        told = {
            "scenario": scenario.name,
            "label": scenario.label or scenario.name,
            "world": int(model.worlds[0]),
            "year": round(model.years, 6),
        } | words.game(crisis)
        if efg is not None:
            title = f"{scenario.name}, world {told['world']}, year {told['year']:g}"
            write(
                efg,
                lambda: efg.write_text(
                    tree.efg(
                        title, "One month's crisis game of the model described in docs/model.md."
                    )
                ),
            )
        if figure is not None:
            write(figure, lambda: _save_tree(tree, strategy, figure))
        typer.echo(
            json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)
            if as_json
            else "\n".join(words.game_lines(told))
        )


def _at_year(scenario: "Scenario", year: float, world: int | None) -> Any:
    """A model of one world at a moment at which its ceasefire still holds.

    Raises ScenarioError if there is none.
    """
    from sim.model.ceasefire import CeasefireModel
    from sim.scenario.load import ScenarioError

    sampling = scenario.sampling
    steps = round(year * sampling.steps_per_year)
    if steps > sampling.steps:
        raise ScenarioError(
            [f"--year {year:g}: the horizon of {scenario.name} is {sampling.horizon_years} years"]
        )
    if world is not None and not 0 <= world < sampling.worlds:
        raise ScenarioError(
            [f"--world {world}: {scenario.name} has the worlds 0 to {sampling.worlds - 1}"]
        )
    for number in range(sampling.worlds) if world is None else [world]:
        model = CeasefireModel(scenario, [number])
        while model.running and model.steps < steps:
            model.step()
        if model.at_peace[0]:
            return model
    ended = (
        "no world holds so long"
        if world is None
        else f"world {world} ended after {model.years_held[0]:.2f} years"
    )
    raise ScenarioError([f"--year {year:g}: {ended}; choose an earlier year, or another world"])


def _save_tree(tree: Any, strategy: Any, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from sim import plots

    plots.save(plots.game_tree(tree, strategy), path)
