"""The command that fits the model to the historical record."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.messages import plain_errors
from sim.cli.options import AsJson, Out, Seed, Workers, app
from sim.cli.output import writes_results
from sim.cli.replies import Answer, publish
from sim.cli.running import advance, counting_bar, pool
from sim.cli.size import agree_to, asks_first
from sim.cli.studies import STUDY_KEPT, answer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.study.finding import Finding
    from sim.study.question import Question

Candidates = Annotated[
    int | None,
    typer.Option(help="Candidates to draw from the prior and simulate.", show_default="400"),
]
Histories = Annotated[
    int | None,
    typer.Option(help="Simulated histories per candidate and scenario.", show_default="600"),
]
Checks = Annotated[
    int | None,
    typer.Option(
        help="Synthetic records of known truth for testing the method.", show_default="200"
    ),
]


@app.command()
@asks_first
@writes_results
def calibrate(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Folder of the scenarios that represent the classes of the record.",
            show_default="the library",
        ),
    ] = None,
    candidates: Candidates = None,
    histories: Histories = None,
    checks: Checks = None,
    seed: Seed = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Fit the uncertain parameters to past ceasefires and write the posterior as a scenario overlay
    (four minutes on two idle cores).
    """
    with plain_errors(STUDY_KEPT) as refuse:
        from sim.scenario import library
        from sim.scenario.load import load_folder
        from sim.study.question import Question

        sizes: dict[str, Any] = {
            "candidates": candidates,
            "histories": histories,
            "checks": checks,
            "seed": seed,
        }
        sizes = {name: value for name, value in sizes.items() if value is not None}
        scenarios, problems = load_folder(folder or library.FOLDER)
        if problems:
            refuse(problems)

        def find() -> "Finding":
            from sim.study.calibration.study import fit_record

            with pool(workers) as executor, counting_bar() as bar:
                task = bar.add_task("candidates simulated", total=None)
                return fit_record(
                    list(scenarios.values()),
                    executor=executor,
                    progress=partial(advance, bar, task),
                    out=out,
                    **sizes,
                )

        def ask() -> None:
            from sim.study.calibration.study import histories_of_calibration

            agree_to(histories_of_calibration(list(scenarios.values()), **sizes), workers)

        question = Question.about("calibration", scenarios.values(), **sizes)
        publish(question, out, lambda: _answer(question, out, find, ask), as_json=as_json)


def _answer(
    question: "Question", out: Path, find: "Callable[[], Finding]", ask: "Callable[[], None]"
) -> Answer:
    """The answer of the finding, its posterior written beside it."""
    from sim.ensemble.seal import standing
    from sim.presentation.calibration import doubts
    from sim.scenario.schema import POSTERIOR
    from sim.study.calibration.overlay import scenario_text
    from sim.study.kept import answered

    kept = answered(question, out, find, ask)
    posterior = kept.folder / "calibrated.toml"
    _write_overlay(posterior, scenario_text(kept.finding))
    use = (
        f"Not to be used: {posterior}"
        if any(doubts(kept.finding))
        else f"To apply on top of any scenario, as in nato+{posterior}; {POSTERIOR}"
    )
    return answer_of(kept, lines=(use,), more=standing(posterior))


def _write_overlay(path: Path, text: str) -> None:
    """Write the posterior beside its finding, unless it stands there unchanged.

    Raises RunError if it cannot be written.
    """
    from sim.ensemble.seal import write_whole, writing

    data = text.encode()
    if not path.is_file() or path.read_bytes() != data:
        with writing(path, "choose another --out"):
            write_whole(path, lambda file: file.write_bytes(data))
