"""The command that gives a user a seat at the table."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.loading import load
from sim.cli.messages import plain_errors, write
from sim.cli.options import File, Set, app
from sim.cli.running import advance, counting_bar
from sim.cli.streams import MAX_REFUSED, say, typed_line, typed_lines
from sim.errors import ArgumentFault, RunError, ScenarioError

if TYPE_CHECKING:
    from sim.scenario.course import Course
    from sim.scenario.schema import Scenario
    from sim.study.after_action import AfterAction
    from sim.study.play import Game, Turn


@app.command()
def play(
    file: File,
    seat: Annotated[
        list[str],
        typer.Option(
            help="Whom to decide for: europe, united_states, ukraine or russia; may be repeated.",
            show_default=False,
        ),
    ],
    world: Annotated[int, typer.Option(help="Number of the simulated history.")] = 0,
    course: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="What is fixed already: a course, or an earlier log."),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Where every decision is kept; one that exists is resumed.",
            show_default="play-SCENARIO-WORLD.toml",
        ),
    ] = None,
    branch_at: Annotated[
        float | None,
        typer.Option(
            metavar="YEARS",
            help="Keep of --course what comes before this moment, and start a new log there.",
        ),
    ] = None,
    overrides: Set = None,
) -> None:
    """Decide for an actor in one history, one option a line; the model decides for all others."""
    kept = log or _default_log(file, world, course, branch_at)
    with plain_errors(f"stopped; {kept} has every decision: the same command goes on from there"):
        from sim.study.play import Game

        scenario = load(file, overrides)
        start = _start(scenario, course, kept, branch_at)
        keep = partial(_keep, kept, f"{file}, history {world}")
        game = Game(scenario, world, seat, start, keep)
        keep(game.course)
        _play(game)
        say(
            f"\nThe log is {kept}. What became of it, and what each decision was worth:\n"
            f"  ceasefire replay {file} --world {world} --course {kept}"
        )


def _default_log(file: str, world: int, course: Path | None, branch_at: float | None) -> Path:
    if course is not None and branch_at is not None:
        return course.with_name(f"{course.stem}-from-{branch_at:g}.toml")
    return Path(f"play-{Path(file).stem}-{world}.toml")


def _start(
    scenario: "Scenario", course: Path | None, log: Path, branch_at: float | None
) -> "Course | None":
    """What is fixed when the game begins. Raises ScenarioError."""
    from sim.scenario.course_file import load_course
    from sim.study.play import branched

    resumes = course is None or course == log
    if branch_at is not None:
        if course is None:
            must = "needs --course, the log of the game that branches there"
            raise ScenarioError(ArgumentFault("branch_at", f"{branch_at:g}", must))
        horizon = scenario.sampling.horizon_years
        if not 0 < branch_at < horizon:
            must = f"must lie between the signature and the horizon, {horizon} years"
            raise ScenarioError(ArgumentFault("branch_at", f"{branch_at:g}", must))
        if log.exists():
            raise ScenarioError(f"{log}: exists; name a new log for the branch with --log")
        return branched(load_course(course, scenario), branch_at)
    if log.exists():
        if not resumes:
            raise ScenarioError(
                f"{log}: exists; leave out --course to resume it, or name a new log with --log"
            )
        return load_course(log, scenario)
    return None if course is None else load_course(course, scenario)


def _keep(log: Path, whose: str, course: "Course") -> None:
    """Write the log, whole or not at all."""
    text = f"# A game of {whose}.\n{course.text()}"
    write(log, lambda file: file.write_text(text, encoding="utf-8"))


def _play(game: "Game") -> None:
    """Show each decision and read an option for it, until the history or the input ends."""
    from sim.presentation.seat import ending

    seen: set[tuple[int, str]] = set()
    lines = typed_lines()
    while (turn := game.turn) is not None:
        _show(game, turn, seen)
        option = next(_answers(turn, lines), None)
        if option is None:
            return
        game.choose(option)
    _show_news(game, None, seen)
    say(ending(game.journal))


def _answers(turn: "Turn", lines: Any) -> Iterator[str]:
    """The options that are typed, each line that names none being refused.

    Raises RunError for an input that goes on and on without naming one.
    """
    options = list(turn.options)
    for _ in range(MAX_REFUSED):
        if not (line := typed_line(lines)):
            return
        typed = line.strip().casefold()
        if typed in options:
            yield typed
        elif typed.isascii() and typed.isdigit() and 1 <= int(typed[:3]) <= len(options):
            yield options[int(typed[:3]) - 1]
        else:
            listed = ", ".join(f"{number} or {name}" for number, name in enumerate(options, 1))
            say(f"{line.strip()[:60]!r}: no such option; type {listed}", err=True)
    raise RunError(f"standard input: {MAX_REFUSED} lines in a row name no option; the game stops")


def _show(game: "Game", turn: "Turn", seen: set[tuple[int, str]]) -> None:
    from sim.presentation import seat, terminal

    _show_news(game, turn.step, seen)
    signed = game.scenario.calendar.signed
    for text in seat.situation(turn, signed):
        say(terminal.paragraph(text))
    *options, why = seat.options(turn)
    say("\n".join(options))
    say(terminal.paragraph(why))


def _show_news(game: "Game", month: int | None, seen: set[tuple[int, str]]) -> None:
    from sim.presentation import seat, terminal

    public = seat.public_deeds(game.journal, month)
    signed, steps = game.scenario.calendar.signed, game.scenario.sampling.steps_per_year
    say("")
    for text in seat.news(signed, public, steps, seen):
        say(terminal.paragraph(text))


def judge(scenario: "Scenario", world: int, course: "Course") -> "AfterAction":
    """What each decision of a course was worth, with a progress bar on a terminal."""
    from sim.study.after_action import after_action

    with counting_bar() as bar:
        task = bar.add_task("decisions", total=None)
        return after_action(scenario, world, course, progress=partial(advance, bar, task))


def show_game(
    scenario: "Scenario",
    story: dict[str, Any],
    course: "Course",
    after: "AfterAction",
    page: Path | None,
    *,
    printed: bool,
) -> None:
    """Print what the decisions of a game were worth, and write its page where one is wanted."""
    from sim.page.story import game_page
    from sim.presentation import terminal
    from sim.presentation.after_action import after_action as section_of

    section = section_of(after, scenario.calendar.signed)
    if printed:
        terminal.console().print(terminal.section(section))
    if page is not None:
        html = game_page(story, section, course.text())
        write(page, lambda file: file.write_text(html, encoding="utf-8"))
        say(f"Page: {page}", err=not printed)
