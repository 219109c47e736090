"""The command that says what each clause of a text is worth."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import completion
from sim.cli.loading import load_all
from sim.cli.messages import plain_errors
from sim.cli.options import AsJson, File, Out, Seed, Set, Workers, app, sampling
from sim.cli.output import writes_results
from sim.cli.running import advance, pool, progress_bar
from sim.cli.size import agree_to, asks_first
from sim.cli.studies import STUDY_KEPT, publish_study

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.ensemble.store import Run
    from sim.scenario.schema import Scenario
    from sim.study.finding import Finding
    from sim.study.kept import Kept

Outcome = Annotated[
    str,
    typer.Option(
        help=(
            "Outcome to explain, such as survival@10, cost, terms_drift, russia_signs, "
            "ukraine_signs, both_sign."
        )
    ),
]
ManySets = Annotated[int, typer.Option(help="Number of parameter sets of each subset.", min=2)]
ManyHistories = Annotated[int, typer.Option(help="Simulated histories per parameter set.", min=1)]

Explain = Annotated[
    bool,
    typer.Option(
        "--explain", help="Explain each difference after 10 years by provision (500 x 4 histories)."
    ),
]


@app.command()
@asks_first
@writes_results
def clauses(
    file: File,
    outcome: Outcome = "survival@10",
    against: Annotated[
        str | None,
        typer.Option(
            metavar="OTHER",
            help="Explain the difference from this text.",
            show_default="base",
            autocompletion=completion.scenarios,
        ),
    ] = None,
    designs: ManySets = 500,
    replicates: ManyHistories = 4,
    seed: Seed = None,
    overrides: Set = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Value each clause of a text: what it adds on average, first, and last."""
    with plain_errors(STUDY_KEPT):
        from sim.study.question import Question

        files = [file] if against is None else [file, against]
        scenario, *others = load_all(files, overrides, sampling(seed=seed))

        def find() -> "Finding":
            from sim.study.clauses import value

            with pool(workers) as executor, progress_bar() as bar:
                task = bar.add_task(f"{scenario.name}, subsets of its clauses", total=None)
                return value(
                    scenario,
                    outcome,
                    *others,
                    designs=designs,
                    replicates=replicates,
                    executor=executor,
                    progress=partial(advance, bar, task),
                    out=out,
                ).finding()

        question = Question.about(
            "clauses",
            [scenario, *others],
            outcome=outcome,
            designs=designs,
            replicates=replicates,
        )

        def ask() -> None:
            from sim.study.clauses import histories_of_clauses

            texts = [scenario, *others]
            agree_to([(scenario, histories_of_clauses(texts, designs, replicates))], workers)

        publish_study(question, out, find, ask, as_json=as_json, document=_document)


def _document(finding: "Finding") -> dict[str, Any]:
    """The finding as plain data."""
    from sim.study.explanation import explanation_of

    return explanation_of(finding).document()


def explanations(runs: "Sequence[Run]", baseline: str, out: Path, workers: int) -> "list[Kept]":
    """What makes the difference of each run from the baseline, by provision, read where it was
    found before.
    """
    from sim.study.kept import answered
    from sim.study.question import Question

    base = next(run.scenario for run in runs if run.name == baseline)
    outcome = f"survival@{min(10, base.sampling.horizon_years)}"

    def find(scenario: "Scenario") -> "Finding":
        from sim.study.clauses import explanation

        with pool(workers) as executor, progress_bar() as bar:
            task = bar.add_task(f"{scenario.name} explained", total=None)
            report = partial(advance, bar, task)
            return explanation(
                scenario, base, outcome, executor=executor, progress=report, out=out
            ).finding()

    explained = []
    for scenario in (run.scenario for run in runs if run.name != baseline):
        question = Question.about("clauses", [scenario, base], provisions=outcome)
        explained.append(answered(question, out, partial(find, scenario)))
    return explained
