"""The command that looks for what would be enough."""

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
    app,
    sampling,
)
from sim.cli.output import writes_results
from sim.cli.running import advance, counting_bar, pool
from sim.cli.size import agree, asks_first
from sim.cli.studies import STUDY_KEPT, publish_study

if TYPE_CHECKING:
    from sim.study.finding import Finding

Hold = Annotated[
    float, typer.Option(help="Target share of ceasefires still holding (0–1).", show_default=False)
]
HoldYears = Annotated[float, typer.Option(help="Target duration in years.", show_default=False)]
Vary = Annotated[
    list[str],
    typer.Option(
        "--vary",
        metavar="KEY=LOW:HIGH",
        help="Provision and its limits; may be repeated.",
        show_default=False,
        autocompletion=completion.keys("regime."),
    ),
]
Cost = Annotated[
    str,
    typer.Option(
        help=(
            "Cost to minimise: cost.peace, cost, cost.war, cost.europe, cost.united_states, "
            "cost.ukraine."
        )
    ),
]
Samples = Annotated[int, typer.Option(help="Guarantees to try before the search begins.", min=8)]


@app.command()
@asks_first
@writes_results
def require(
    file: File,
    hold: Hold,
    years: HoldYears,
    vary: Vary,
    cost: Cost = "cost.peace",
    samples: Samples = 64,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    overrides: Set = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Find the cheapest guarantee that reaches a target durability, with its uncertainty and the
    cost–durability frontier.
    """
    with plain_errors(STUDY_KEPT):
        from sim.study.limits import read_all_limits
        from sim.study.question import Question

        scenario = load(file, overrides, sampling(designs, replicates, seed))
        limits = read_all_limits(vary)

        def find() -> "Finding":
            from sim.study.requirement import find_cheapest

            with pool(workers) as executor, counting_bar() as bar:
                task = bar.add_task("guarantees simulated", total=None)
                return find_cheapest(
                    scenario,
                    hold,
                    years,
                    limits,
                    cost=cost,
                    samples=samples,
                    executor=executor,
                    progress=partial(advance, bar, task),
                    out=out,
                )

        asks = {"hold": hold, "years": years, "vary": limits, "cost": cost, "samples": samples}
        question = Question.about("requirement", [scenario], **asks)

        def ask() -> None:
            from sim.study.cheapest import simulations

            agree([scenario], workers, times=simulations(len(limits), samples))

        publish_study(question, out, find, ask, as_json=as_json)
