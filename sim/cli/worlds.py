"""Commands about one simulated history: its story, and the game that is played in it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.characters import visible
from sim.cli import completion
from sim.cli.loading import load, load_at
from sim.cli.messages import plain_errors, write
from sim.cli.options import AsJson, File, Set, app
from sim.cli.output import draw_figure
from sim.cli.play import judge, show_game
from sim.cli.running import simulate
from sim.cli.size import agree_to, asks_first
from sim.cli.streams import say, say_document
from sim.errors import ArgumentFault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.course import Course
    from sim.scenario.schema import Scenario

_MOST_TRIED = 10_000
"""Histories among which one is looked for that still holds."""


@app.command()
@asks_first
def replay(
    file: File,
    world: Annotated[
        int | None, typer.Option(help="Number of the simulated history.", show_default=False)
    ] = None,
    typical: Annotated[
        bool,
        typer.Option("--typical", help="Show a representative history for each type of ending."),
    ] = False,
    under: Annotated[
        str | None,
        typer.Option(
            metavar="OTHER",
            help="Replay the same history (same random events) under another scenario.",
            autocompletion=completion.scenarios,
        ),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Draw the history to this file.")
    ] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Print everything that happened, with the chance of every choice."
        ),
    ] = False,
    course: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Fix what this course says, such as the log of a game, and show what each of its "
            "decisions was worth.",
        ),
    ] = None,
    overrides: Set = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="With --typical, folder for run folders; with --course, the page to write.",
            show_default="runs, and no page",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell the story of one simulated history: what mattered in each year, the turning points with
    their reasons, and how it ended.
    """
    with plain_errors() as refuse:
        if course is not None and (typical or under is not None):
            refuse(["--course: goes with --world, not with --typical or --under"])
        if course is None and (world is None) != typical:
            refuse(["replay needs either --world NUMBER or --typical"])
        if out is not None and course is None and not typical:
            refuse(["--out: goes with --typical or --course"])
        files = [file] if under is None else [file, under]
        both = list(load_at(dict(enumerate(files, 1)), overrides).values())
        scenario = both[0]
        fixed = None if course is None else _fixed(course, scenario)
        if fixed is not None:
            agree_to([(scenario, _judged(fixed))])
        worlds = _typical(scenario, out or Path("runs")) if typical else {"": world or 0}
        stories = [_story(both, number, kind, fixed) for kind, number in worlds.items()]
        after = None if fixed is None else judge(scenario, world or 0, fixed)
        if as_json:
            more = {} if after is None else {"after_action": after.document()}
            say_document({"worlds": stories} | more)
        else:
            for story in stories:
                _print(story, full=full)
        if figure is not None:
            _draw_worlds(dict(zip(worlds, stories, strict=True)), figure)
        if after is not None and fixed is not None:
            show_game(scenario, stories[0], fixed, after, out, printed=not as_json)


def _print(story: dict[str, Any], *, full: bool) -> None:
    """The story in paragraphs, or `full` in lines."""
    from sim.presentation import terminal, worlds

    console = terminal.console()
    console.print(f"{visible(worlds.title(story))}\n", style="bold", markup=False)
    if full:
        say("\n".join(worlds.ledger(story)) + "\n")
        return
    for paragraph in worlds.paragraphs(story):
        console.print(visible(paragraph.heading), style="bold", markup=False)
        console.print(f"{visible(terminal.paragraph(paragraph.text))}\n", markup=False)


def _fixed(path: Path, scenario: "Scenario") -> "Course":
    from sim.scenario.course_file import load_course

    return load_course(path, scenario)


def _judged(course: "Course") -> int:
    """Histories that judge the decisions of a course."""
    from sim.study.after_action import histories_of_after_action

    return histories_of_after_action(course)


def _story(
    scenarios: list["Scenario"], world: int, kind: str, course: "Course | None"
) -> dict[str, Any]:
    """The journal of a history under a scenario, and under a second one if there is one."""
    from sim.analysis.labels import labels
    from sim.study.replay import replay as journal

    own, *others = (
        {"scenario": scenario.name, "label": label} | extra | journal(scenario, world, course)
        for scenario, label, extra in zip(
            scenarios, labels(scenarios), ({"typical": kind or None}, {}), strict=False
        )
    )
    return own | {"under": others[0]} if others else own


def _typical(scenario: "Scenario", out: Path) -> dict[str, int]:
    from sim.analysis.typical import typical

    (run,) = simulate([scenario], 1, out)
    return {str(cause): world for cause, world in typical(run).items()}


def _draw_worlds(stories: dict[str, dict[str, Any]], figure: Path) -> None:
    """Draw the story of each kind of ending, or the only one, to a file of its own."""
    for kind, story in stories.items():
        path = figure if not kind else figure.with_stem(f"{figure.stem}-{kind}")
        write(path, partial(_draw_world, story))


def _draw_world(journal: dict[str, Any], path: Path) -> None:
    from sim import plots

    draw_figure(partial(plots.world, journal), path)


@app.command()
def game(
    file: File,
    year: Annotated[float, typer.Option(help="Years after the ceasefire.", min=0)] = 0.0,
    world: Annotated[
        int | None,
        typer.Option(
            help="Number of the simulated history.", show_default="the first that still holds then"
        ),
    ] = None,
    efg: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write the game for Gambit.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Draw the game tree to this file.")
    ] = None,
    overrides: Set = None,
    as_json: AsJson = False,
) -> None:
    """Show the crisis game of one month: moves, beliefs, payoffs and equilibrium."""
    with plain_errors():
        import numpy as np

        from sim.game.equilibrium import behaviour
        from sim.game.tree import crisis_tree
        from sim.presentation import worlds as words

        scenario = load(file, overrides)
        model = _at_year(scenario, year, world)
        crisis = model.crisis(np.zeros(1, dtype=np.intp))
        tree, strategy = crisis_tree(crisis), behaviour(crisis)
        document = {
            "scenario": scenario.name,
            "label": scenario.label or scenario.name,
            "world": int(model.worlds[0]),
            "year": round(model.years, 6),
        } | words.game(crisis)
        if as_json:
            say_document(document)
        else:
            say("\n".join(words.game_lines(document)))
        if efg is not None:
            title = f"{scenario.name}, history {document['world']}, year {document['year']:g}"
            text = tree.efg(
                title, "One month's crisis game of the model described in docs/model.md."
            )
            write(efg, lambda file: file.write_text(text, encoding="utf-8"))
        if figure is not None:
            write(figure, partial(_save_tree, tree, strategy))


def _at_year(scenario: "Scenario", year: float, world: int | None) -> Any:
    """A model of one history at a moment at which its ceasefire still holds.

    Raises ScenarioError if there is none.
    """
    from sim.model.ceasefire import CeasefireModel
    from sim.study.replay import check_world

    sampling = scenario.sampling
    if not year <= sampling.horizon_years:
        must = (
            f"must be at most {sampling.horizon_years}, the horizon of scenario '{scenario.name}'"
        )
        raise ScenarioError(ArgumentFault("year", f"{year:g}", must))
    steps = round(year * sampling.steps_per_year)
    if world is not None:
        check_world(scenario, world)

    def until(numbers: "Sequence[int]") -> Any:
        model = CeasefireModel(scenario, numbers)
        while model.running and model.month < steps:
            model.step()
        return model

    tried = range(min(sampling.worlds, _MOST_TRIED))
    number = world if world is not None else next(iter(until(tried).at_peace.nonzero()[0]), None)
    model = None if number is None else until([int(number)])
    if model is not None and model.at_peace[0]:
        return model
    ended = (
        f"of the first {len(tried):,} histories none holds that long"
        if model is None
        else f"simulated history {world} ended after {model.years_held[0]:.2f} years"
    )
    must = f"must be earlier, or the simulated history another: {ended}"
    raise ScenarioError(ArgumentFault("year", f"{year:g}", must))


def _save_tree(tree: Any, strategy: Any, path: Path) -> None:
    from sim import plots

    draw_figure(partial(plots.game_tree, tree, strategy), path)
