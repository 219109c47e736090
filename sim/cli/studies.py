"""What the commands of studies share: a finding is kept, drawn and printed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sim.cli.options import WIDTH

if TYPE_CHECKING:
    from sim.study.finding import Finding


def publish(finding: "Finding", out: Path, *, as_json: bool) -> Path:
    """Keep a finding with its figures in a folder in `out`, print it, and return the folder."""
    import matplotlib as mpl

    mpl.use("Agg")
    from rich.console import Console

    from sim import plots
    from sim.briefing.findings import telling
    from sim.study.finding import keep

    presentation = telling(finding)
    folder = keep(finding, out)
    (folder / "figures").mkdir()
    for name, draw in presentation.figures.items():
        plots.save(draw(finding), folder / "figures" / f"{name}.png")
    if as_json:
        typer.echo(
            json.dumps(
                finding.document() | {"folder": str(folder)},
                indent=1,
                ensure_ascii=False,
                allow_nan=False,
            )
        )
    else:
        console = Console(highlight=False, soft_wrap=True)
        console.width = max(console.width, WIDTH)
        console.print(presentation.section(finding))
        console.print(f"Tables and figures: {folder}")
    return folder
