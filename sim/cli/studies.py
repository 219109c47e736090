"""What the commands of studies share: a finding is read or found, printed, and drawn."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.cli.output import draw_figures, output
from sim.cli.streams import say, say_document

if TYPE_CHECKING:
    from sim.study.finding import Finding
    from sim.study.kept import Kept

STUDY_KEPT = "stopped; what was simulated is kept: the same command goes on from there"


def publish(
    kept: "Kept",
    *,
    as_json: bool,
    document: Callable[["Finding"], dict[str, Any]] | None = None,
) -> None:
    """Print a finding that is kept, and draw the figures that are missing beside it.

    `document` makes its plain data, by default its tables.
    """
    from sim.presentation.registry import section_of

    finding, folder = kept.finding, kept.folder
    section = section_of(finding)
    if as_json:
        say_document(
            (document(finding) if document else finding.document()) | {"folder": str(folder)}
        )
    elif output().quiet:
        say(str(folder))
    else:
        from sim.presentation import terminal

        terminal.console().print(terminal.section(section))
        say(f"Tables and figures: {folder}")
    draw_figures(section.figures, folder / "figures")
