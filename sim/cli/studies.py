"""What the commands of studies share: a finding is kept, drawn and printed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.output import draw_figures, output
from sim.cli.streams import say, say_document

if TYPE_CHECKING:
    from sim.study.finding import Finding


def publish(
    finding: "Finding",
    out: Path,
    *,
    as_json: bool,
    document: Callable[["Finding"], dict[str, Any]] | None = None,
) -> Path:
    """Keep a finding with its figures in a folder in `out`, print it, and return the folder.

    `document` makes its plain data, by default its tables.
    """
    from sim.presentation import terminal
    from sim.presentation.registry import section_of
    from sim.study.finding import keep

    section = section_of(finding)
    folder = keep(finding, out)
    draw_figures(section.figures, folder / "figures")
    if as_json:
        say_document(
            (document(finding) if document else finding.document()) | {"folder": str(folder)}
        )
    elif output().quiet:
        say(str(folder))
    else:
        console = terminal.console()
        console.print(terminal.section(section))
        say(f"Tables and figures: {folder}")
    return folder
