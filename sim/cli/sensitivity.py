"""The command that reports which assumptions matter."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import completion
from sim.cli.loading import load_all
from sim.cli.messages import plain_errors
from sim.cli.options import AsJson, File, Out, Seed, Set, Workers, Years, app, sampling
from sim.cli.output import writes_results
from sim.cli.running import advance, progress_bar
from sim.cli.size import agree_to, asks_first
from sim.cli.studies import STUDY_KEPT, publish_study

if TYPE_CHECKING:
    from sim.study.finding import Finding

Outcome = Annotated[
    str,
    typer.Option(
        help="Outcome to explain: survival@5, restricted_mean_years, cause.attack, cost, ..."
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Explain the difference from this scenario, on the same histories.",
        autocompletion=completion.scenarios,
    ),
]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="KEY=LOW:HIGH",
        help="Number to vary as well, uniformly; may be repeated. "
        "Provisions (regime.*) vary in FILE only.",
        autocompletion=completion.keys(),
    ),
]
Samples = Annotated[
    int | None,
    typer.Option(
        help="Base of the sample, a power of two; "
        "the sample has (assumptions + 2) times as many points.",
        show_default="4096",
    ),
]
Histories = Annotated[
    int | None,
    typer.Option(
        "--replicates",
        help="Histories per point, two or more; the screening has more.",
        show_default="4",
    ),
]


@app.command()
@asks_first
@writes_results
def sensitivity(
    file: File,
    outcome: Outcome = "survival@5",
    against: Against = None,
    vary: Vary = None,
    samples: Samples = None,
    replicates: Histories = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Show which assumptions drive an outcome: screening, and shares of its variance, separating
    chance from parameter uncertainty.
    """
    with plain_errors(STUDY_KEPT):
        from sim.study.limits import read_all_limits
        from sim.study.question import Question

        scenarios = load_all(
            [file] if against is None else [file, against],
            overrides,
            sampling(seed=seed, years=years),
        )
        sizes = {
            name: value
            for name, value in (("samples", samples), ("replicates", replicates))
            if value is not None
        }
        limits = read_all_limits(vary or [])

        def find() -> "Finding":
            from sim.study.sensitivity import attribute_variance

            with progress_bar() as bar:
                task = bar.add_task(", ".join(scenario.name for scenario in scenarios), total=None)
                return attribute_variance(
                    scenarios[0],
                    outcome,
                    against=scenarios[1] if against else None,
                    vary=limits,
                    workers=workers,
                    out=out,
                    progress=partial(advance, bar, task),
                    **sizes,
                )

        question = Question.about("sensitivity", scenarios, outcome=outcome, vary=limits, **sizes)

        def ask() -> None:
            from sim.study.sensitivity import histories_of_sensitivity

            count = histories_of_sensitivity(scenarios, limits, **sizes)
            agree_to([(scenario, count) for scenario in scenarios], workers)

        publish_study(question, out, find, ask, as_json=as_json)
