"""The command that fits the model to the historical record."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import (
    NOTHING_KEPT,
    AsJson,
    Out,
    Seed,
    Workers,
    advance,
    app,
    counting_bar,
    plain_errors,
    pool,
)
from sim.cli.output import output, writes_results
from sim.cli.streams import say
from sim.cli.studies import publish

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
    with plain_errors(NOTHING_KEPT) as refuse:
        from sim.presentation.calibration import doubts
        from sim.scenario import library
        from sim.scenario.load import load_folder
        from sim.scenario.schema import POSTERIOR
        from sim.study.calibration.overlay import scenario_text
        from sim.study.calibration.study import fit_record
        from sim.study.finding import writable

        sizes: dict[str, Any] = {
            "candidates": candidates,
            "histories": histories,
            "checks": checks,
            "seed": seed,
        }
        scenarios, problems = load_folder(folder or library.FOLDER)
        if problems:
            refuse(problems)
        writable(out)
        with pool(workers) as executor, counting_bar() as bar:
            task = bar.add_task("candidates simulated", total=None)
            finding = fit_record(
                list(scenarios.values()),
                executor=executor,
                progress=partial(advance, bar, task),
                **{name: value for name, value in sizes.items() if value is not None},
            )
        posterior = publish(finding, out, as_json=as_json) / "calibrated.toml"
        posterior.write_text(scenario_text(finding), encoding="utf-8")
        if not (as_json or output().quiet):
            say(
                f"Not to be used: {posterior}"
                if any(doubts(finding))
                else (f"To apply on top of any scenario, as in nato+{posterior}; {POSTERIOR}")
            )
