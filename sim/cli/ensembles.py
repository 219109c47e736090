"""Commands about thousands of simulated histories."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import completion
from sim.cli.answers import answer_of_comparison, answer_of_runs
from sim.cli.clauses import Explain
from sim.cli.loading import beyond_the_guarantee, load_all, load_at, refuse_twins, warn
from sim.cli.messages import note, plain_errors
from sim.cli.options import (
    AsJson,
    Dask,
    Designs,
    Files,
    Integrate,
    Out,
    Precision,
    Replicates,
    Seed,
    Set,
    Workers,
    Years,
    app,
    sampling,
)
from sim.cli.output import writes_results
from sim.cli.replies import Answer, publish
from sim.cli.running import simulate
from sim.cli.size import agree_to, asks_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.scenario.schema import Scenario


@app.command()
@asks_first
@writes_results
def run(
    files: Files,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    precision: Precision = None,
    integrate: Integrate = False,
    workers: Workers = 1,
    dask: Dask = None,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Simulate scenarios: how long the ceasefire holds, how sure that is, and why it ends.

    Writes a run folder with figures for each.
    """
    with plain_errors():
        from sim.study.question import Question

        scenarios = load_all(files, overrides, sampling(designs, replicates, seed, years))

        def make() -> Answer:
            notes: list[str] = []

            def tell(text: str) -> None:
                notes.append(text)
                note(text)

            runs = simulate(
                scenarios, workers, out, dask, precision, integrated=integrate, tell=tell
            )
            return answer_of_runs(runs, out, notes, integrated=integrate)

        question = Question.about("run", scenarios, precision=precision, integrated=integrate)
        publish(question, out, make, as_json=as_json)


@app.command()
@asks_first
@writes_results
def compare(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE_OR_RUN...",
            help="Scenarios (names or files) or run folders. One may stand there twice, with "
            "a change by --set N:KEY=VALUE.",
            show_default=False,
            autocompletion=completion.scenarios,
        ),
    ],
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Scenario from which differences are taken: its name or file.",
            show_default="the first",
        ),
    ] = None,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    integrate: Integrate = False,
    explain: Explain = False,
    workers: Workers = 1,
    dask: Dask = None,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Compare guarantees on the same simulated histories: which holds longest, by how much, how
    sure that is, and what would reverse it.
    """
    with plain_errors() as refuse:
        from sim.analysis.labels import distinct
        from sim.ensemble.manifest import read_manifest, scenario_of
        from sim.scenario.load import renamed
        from sim.scenario.schema import digest
        from sim.study.question import Question

        at = dict(enumerate(files, 1))
        manifests = {
            position: read_manifest(Path(file)) for position, file in at.items() if _is_run(file)
        }
        loaded = load_at(
            {position: file for position, file in at.items() if position not in manifests},
            overrides,
            sampling(designs, replicates, seed, years),
        )
        recorded = {position: scenario_of(manifest) for position, manifest in manifests.items()}
        for scenario in recorded.values():
            warn(scenario)
        texts = [(loaded | recorded)[position] for position in at]
        names = [text.name for text in texts]
        if len(names) < 2:  # noqa: PLR2004  said in the message
            refuse([f"compare needs at least two scenarios; got {', '.join(names)}"])
        refuse_twins(
            names,
            [
                manifests[position]["hash"] if position in manifests else text.determinants()
                for position, text in enumerate(texts, 1)
            ],
            overrides,
        )
        names = distinct(names)
        if baseline in files:
            baseline = names[files.index(baseline)]
        if baseline is not None and baseline not in names:
            refuse([f"--baseline {baseline}: no such scenario among {', '.join(names)}"])
        texts = list(map(renamed, texts, names))
        if beyond := beyond_the_guarantee(texts):
            note(beyond)

        def make() -> Answer:
            from sim.ensemble.store import read_run

            base = texts[names.index(baseline) if baseline else 0] if explain else None
            simulated = [text for position, text in enumerate(texts, 1) if position in loaded]
            kept = {position: read_run(at[position]) for position in manifests}
            agree_to(_histories(simulated, texts, base), workers)
            others = iter(simulate(simulated, workers, out, dask))
            runs = [
                kept[position].renamed(text.name) if position in kept else next(others)
                for position, text in enumerate(texts, 1)
            ]
            return answer_of_comparison(
                runs, baseline, out, workers, integrated=integrate, explain=explain, as_json=as_json
            )

        question = Question.about(
            "compare",
            texts,
            read=[[ascii(at[position]), digest(known)] for position, known in manifests.items()],
            baseline=baseline,
            integrated=integrate,
            explained=explain,
        )
        publish(question, out, make, as_json=as_json)


def _histories(
    simulated: "Sequence[Scenario]", together: "Sequence[Scenario]", explained: "Scenario | None"
) -> "Iterator[tuple[Scenario, int]]":
    """How many histories of each scenario a comparison takes: those of runs, of what would reverse
    the ranking, and of what explains each difference from a baseline.
    """
    from sim.study.clauses import histories_of_explanation
    from sim.study.reversal import simulations

    for scenario in simulated:
        yield scenario, scenario.sampling.worlds
    yield together[0], simulations(together[0])
    if explained is None:
        return
    for scenario in together:
        if scenario is not explained:
            yield scenario, histories_of_explanation(scenario, explained)


def _is_run(path: str) -> bool:
    return (Path(path) / "manifest.json").exists()
