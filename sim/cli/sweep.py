"""The command that varies values of a scenario: `sweep`."""

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import completion
from sim.cli.loading import load
from sim.cli.messages import plain_errors
from sim.cli.options import (
    AsJson,
    Designs,
    File,
    Out,
    Replicates,
    Seed,
    Set,
    Workers,
    Years,
    app,
    sampling,
)
from sim.cli.running import advance, progress_bar
from sim.cli.size import agree, asks_first
from sim.cli.streams import say, say_document


@app.command()
@asks_first
def sweep(
    file: File,
    ranges: Annotated[
        list[str],
        typer.Option(
            "--grid",
            metavar="KEY=LOW:HIGH:N",
            help="Vary a value; may be repeated.",
            autocompletion=completion.keys(),
        ),
    ],
    sample: Annotated[
        int | None,
        typer.Option(
            help="Number of combinations to draw by Latin hypercube instead of the full grid.",
            min=1,
        ),
    ] = None,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Vary values of a scenario, and print the durability at every combination.

    Each combination is kept as a run.
    """
    with plain_errors():
        from sim.study import sweep as study

        scenario = load(file, overrides, sampling(designs, replicates, seed, years))
        values = study.read_ranges(ranges)
        points = (
            study.grid(values)
            if sample is None
            else study.sample(values, sample, scenario.sampling.seed)
        )
        agree([scenario], workers, times=len(points))
        with progress_bar() as bar:
            task = bar.add_task(
                f"{scenario.name}, {len(points)} combinations",
                total=len(points) * scenario.sampling.worlds,
            )
            table = study.sweep(
                scenario, points, out=out, workers=workers, progress=partial(advance, bar, task)
            )
        if as_json:
            say_document(json.loads(table.to_json(orient="records", double_precision=15)))
        else:
            say(
                table.to_string(
                    index=False, float_format=lambda value: f"{value:.3f}", line_width=80
                )
            )
