"""The command that recomputes a run."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.messages import plain_errors
from sim.cli.options import AsJson, app
from sim.cli.size import agree_to, asks_first
from sim.cli.streams import say, say_document


@app.command()
@asks_first
def verify(
    folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder.", show_default=False)
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="Recompute all blocks, not a sample.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute part of a run from its manifest and check that the results match exactly."""
    with plain_errors():
        from dataclasses import asdict

        from sim.ensemble.store import read_run
        from sim.ensemble.verify import histories_of_verification, verify_run

        run = read_run(folder)
        again = histories_of_verification(run.scenario, everything=everything)
        agree_to([(run.scenario, again)])
        checked = verify_run(run, everything=everything)
        if as_json:
            say_document(asdict(checked))
        else:
            same = "not the same" if checked.differences else "the same, bit for bit"
            timeline = (
                "" if checked.timeline else "the timeline was not compared, which takes --all"
            )
            counted = f"{checked.worlds} of {checked.total} simulated histories"
            lines = [
                f"{folder}: {counted} computed again: {same}",
                *checked.differences,
                *checked.versions,
            ]
            lines += [timeline] if timeline else []
            say("\n".join(lines))
        if checked.differences:
            raise typer.Exit(1)
