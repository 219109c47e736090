"""Commands about assumptions: where a guarantee fails, and what would reverse a ranking."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import completion
from sim.cli.loading import load_all
from sim.cli.messages import plain_errors
from sim.cli.options import (
    AsJson,
    Designs,
    File,
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
from sim.cli.running import advance, progress_bar
from sim.cli.size import agree, asks_first
from sim.cli.studies import publish_study

if TYPE_CHECKING:
    from sim.study.finding import Finding


@app.command()
@asks_first
@writes_results
def discover(
    file: File,
    when: Annotated[
        str,
        typer.Option(
            metavar="CONDITION",
            help="Condition for failure, such as 'survival@5 < 0.5'.",
            show_default=False,
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Apply the condition to the difference from this scenario, "
            "as in 'survival@5 > 0'.",
            autocompletion=completion.scenarios,
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
    """Find the combinations of assumptions under which a guarantee fails, as readable rules with
    confidence limits.
    """
    with plain_errors():
        from sim.study.question import Question

        more = sampling(designs, replicates, seed, years)
        scenarios = load_all([file] if against is None else [file, against], overrides, more)

        def find() -> "Finding":
            from sim.study.discovery import find_regions

            with progress_bar() as bar:
                task = bar.add_task(
                    ", ".join(scenario.name for scenario in scenarios),
                    total=sum(scenario.sampling.worlds for scenario in scenarios),
                )
                return find_regions(
                    scenarios[0],
                    when,
                    against=scenarios[1] if against else None,
                    workers=workers,
                    out=out,
                    progress=partial(advance, bar, task),
                )

        question = Question.about("discovery", scenarios, when=when)
        ask = partial(agree, scenarios, workers)
        publish_study(question, out, find, ask, as_json=as_json)


@app.command()
@asks_first
@writes_results
def robust(
    files: Files,
    outcome: Annotated[
        str | None,
        typer.Option(
            help="Outcome to rank guarantees by, such as restricted_mean_years.",
            show_default="survival@10, or to a nearer horizon",
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
    """Rank guarantees over all assumptions: how often each is best, regret, worst decile, and which
    belief would reverse the ranking.
    """
    with plain_errors():
        from sim.study.question import Question

        scenarios = load_all(files, overrides, sampling(designs, replicates, seed, years))

        def find() -> "Finding":
            from sim.study.robustness import rank_guarantees

            with progress_bar() as bar:
                task = bar.add_task(
                    f"{len(scenarios)} guarantees",
                    total=sum(scenario.sampling.worlds for scenario in scenarios),
                )
                return rank_guarantees(
                    scenarios,
                    outcome,
                    workers=workers,
                    out=out,
                    progress=partial(advance, bar, task),
                )

        question = Question.about("robustness", scenarios, outcome=outcome)
        ask = partial(agree, scenarios, workers)
        publish_study(question, out, find, ask, as_json=as_json)
