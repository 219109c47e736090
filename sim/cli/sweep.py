"""The command that varies values of a scenario: `sweep`."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from sim.cli.replies import Answer, publish
from sim.cli.running import advance, progress_bar
from sim.cli.size import agree, asks_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sim.ensemble.store import Run
    from sim.scenario.schema import Scenario


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
        from sim.study.limits import read_ranges
        from sim.study.question import Question

        scenario = load(file, overrides, sampling(designs, replicates, seed, years))
        values = read_ranges(ranges)
        question = Question.about("sweep", [scenario], values=values, sample=sample)
        make = partial(_answer, scenario, values, sample, workers, out)
        publish(question, out, make, as_json=as_json)


def _answer(
    scenario: "Scenario",
    values: "Mapping[str, Sequence[float]]",
    sample: int | None,
    workers: int,
    out: Path,
) -> Answer:
    """Durability at every combination of the values, or at a sample of them."""
    from sim.presentation.sweep import section
    from sim.study import sweep as study

    points = (
        study.grid(values)
        if sample is None
        else study.sample(values, sample, scenario.sampling.seed)
    )
    agree([scenario], workers, times=len(points))
    files: dict[Path, str] = {}

    def runs() -> "Iterator[Run]":
        with progress_bar() as bar:
            task = bar.add_task(
                f"{scenario.name}, {len(points)} combinations",
                total=len(points) * scenario.sampling.worlds,
            )
            progress = partial(advance, bar, task)
            for run in study.simulate_points(
                scenario, points, out=out, workers=workers, progress=progress
            ):
                files.update(run.files)
                yield run

    table = study.durability_by_point(points, runs())
    difference = study.difference_of_ends(scenario, points, table, out=out, workers=workers)
    return Answer(
        document=lambda: json.loads(table.to_json(orient="records", double_precision=15)),
        files=files,
        sections=lambda: [
            section(scenario.label or scenario.name, list(values), table, difference)
        ],
    )
