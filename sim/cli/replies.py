"""How commands answer: with the reply that is kept, if it still stands, or else with a new one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.messages import note
from sim.cli.output import draw_figures, is_drawn, output
from sim.cli.streams import say, say_document

if TYPE_CHECKING:
    from sim.presentation.reply import Reply
    from sim.presentation.section import Draw, Section
    from sim.study.question import Question


@dataclass(frozen=True)
class Answer:
    """A new answer, each form of it made when it is wanted: `sections` with `lines` below them, a
    `document`, or the `places` of its results alone.

    It stands on `files`, each with its hash. Figures go by their path without ending.
    """

    document: Callable[[], Any]
    files: Mapping[Path, str]
    sections: Callable[[], "Iterable[Section]"] = tuple
    lines: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    figures: "Callable[[], Mapping[Path, Draw]]" = dict
    notes: list[str] = field(default_factory=list)


def publish(question: "Question", out: Path, make: Callable[[], Answer], *, as_json: bool) -> None:
    """Answer a question, whose reply is kept in `out`, and draw the figures that are missing."""
    from sim.presentation.reply import Place, keep, recall

    form = "json" if as_json else "quiet" if output().quiet else "text"
    place = Place.of(question, form, out)
    kept = None if output().redraw else recall(place, is_drawn)
    if kept is not None:
        for text in kept.notes:
            note(text)
        _print(kept)
        return
    answer = make()
    reply = _reply(answer, form)
    _print(reply)
    figures = answer.figures()
    keep(reply, place, answer.files, figures)
    draw_figures(figures)


def _reply(answer: Answer, form: str) -> "Reply":
    """The answer in a form."""
    from sim.presentation.reply import Reply

    notes = tuple(answer.notes)
    match form:
        case "json":
            return Reply(document=answer.document(), notes=notes)
        case "quiet":
            return Reply(lines=answer.places, notes=notes)
    return Reply(tuple(answer.sections()), answer.lines, notes=notes)


def _print(reply: "Reply") -> None:
    """Print a reply, be it new or kept."""
    if reply.document is not None:
        say_document(reply.document)
    if reply.sections:
        from sim.presentation import terminal

        console = terminal.console()
        for section in reply.sections:
            console.print(terminal.section(section))
    for line in reply.lines:
        say(line)
