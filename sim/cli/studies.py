"""What the commands of studies share: a finding is kept, drawn and printed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.cli.output import draw_figures, output

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
        typer.echo(
            json.dumps(
                (document(finding) if document else finding.document()) | {"folder": str(folder)},
                indent=1,
                ensure_ascii=False,
                allow_nan=False,
            )
        )
    elif output().quiet:
        typer.echo(folder)
    else:
        console = terminal.console()
        console.print(terminal.section(section))
        console.print(f"Tables and figures: {folder}")
    return folder
