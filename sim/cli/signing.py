"""The command that says who would sign which text."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import completion
from sim.cli.loading import load_all
from sim.cli.messages import plain_errors
from sim.cli.options import (
    AsJson,
    Dask,
    Designs,
    Files,
    Out,
    Replicates,
    Seed,
    Set,
    Workers,
    Years,
    app,
    sampling,
)
from sim.cli.output import writes_results
from sim.cli.running import advance, pool, progress_bar, simulate
from sim.cli.size import agree_to, asks_first
from sim.cli.studies import publish_study

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.schema import Scenario
    from sim.study.finding import Finding
    from sim.study.requirement_faults import Ranges
    from sim.study.side_payments import Point

Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="KEY=LOW:HIGH",
        help="A side payment: a provision and its limits; may be repeated.",
        autocompletion=completion.keys("regime."),
    ),
]


@app.command()
@asks_first
@writes_results
def sign(
    files: Files,
    vary: Vary = None,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    workers: Workers = 1,
    dask: Dask = None,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Estimate who would sign each text, and how long it holds if it is signed.

    With --vary, also find the texts along the frontier between the two, and what one costs in the
    other.
    """
    with plain_errors():
        from sim.study.limits import read_all_limits
        from sim.study.question import Question

        scenarios = load_all(files, overrides, sampling(designs, replicates, seed, years))
        limits = read_all_limits(vary or [])

        def find() -> "Finding":
            from sim.study.deals import find_signing

            runs = simulate(scenarios, workers, out, dask)
            return find_signing(runs, _frontiers(scenarios, limits, out, workers))

        def ask() -> None:
            from sim.study.side_payments import simulations

            more = simulations() if limits else 0
            agree_to([(text, text.sampling.worlds + more) for text in scenarios], workers)

        question = Question.about("signing", scenarios, vary=limits)
        publish_study(question, out, find, ask, as_json=as_json, document=_document)


def _document(finding: "Finding") -> dict[str, Any]:
    """The finding as plain data."""
    from sim.study.deals import document

    return document(finding)


def _frontiers(
    scenarios: "Sequence[Scenario]", limits: "Ranges", out: Path, workers: int
) -> "dict[str, list[Point]]":
    """For each scenario the texts along its frontier, if any provisions vary."""
    if not limits:
        return {}
    from sim.study.side_payments import frontier

    along = {}
    with pool(workers) as executor, progress_bar() as bar:
        for scenario in scenarios:
            task = bar.add_task(f"{scenario.name}, side payments", total=None)
            report = partial(advance, bar, task)
            along[scenario.name] = frontier(
                scenario, limits, executor=executor, progress=report, out=out
            )
    return along
