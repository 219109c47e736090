"""The command about the historical record of past ceasefires."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import completion
from sim.cli.loading import load_all
from sim.cli.messages import plain_errors
from sim.cli.options import AsJson, Designs, Out, Replicates, Seed, Workers, app, sampling
from sim.cli.output import writes_results
from sim.cli.replies import Answer, publish
from sim.cli.running import simulate
from sim.cli.size import asks_first
from sim.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from sim.ensemble.store import Run
    from sim.presentation.section import Draw, Section
    from sim.scenario.schema import Scenario

Calibration = Annotated[
    Path | None,
    typer.Option(
        metavar="FINDING",
        help="Folder of a calibration; its scores leave each pair of adversaries out.",
    ),
]


@app.command()
@asks_first
@writes_results
def history(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE...]",
            help="Scenarios to score against it.",
            show_default=False,
            autocompletion=completion.scenarios,
        ),
    ] = None,
    calibration: Calibration = None,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Show how long past ceasefires lasted, by type of guarantee; with scenarios, score the model
    against them.
    """
    with plain_errors():
        from sim.study.question import Question

        scenarios = load_all(files or [], None, sampling(designs, replicates, seed))
        _check_unfitted(scenarios)
        fitted = "" if calibration is None else ascii(str(calibration))
        question = Question.about("history", scenarios, calibration=fitted)
        make = partial(_answer, scenarios, calibration, workers, out)
        publish(question, out, make, as_json=as_json)


def _answer(
    scenarios: "list[Scenario]", calibration: Path | None, workers: int, out: Path
) -> Answer:
    """What the record says, and how the model does beside it where there are scenarios."""
    from sim.record.record import OUTCOMES, record
    from sim.scenario.library import find_folder
    from sim.scenario.schema import digest
    from sim.study.calibration.forecasts import left_out_scores
    from sim.study.kept import Kept, read
    from sim.study.validation import covered, laid_over, too_few

    fitted = None if calibration is None else find_folder(calibration)
    calibrated = None if fitted is None else Kept(read(fitted), fitted)
    cases = covered(record(), [scenario.name for scenario in scenarios])
    learned = None if calibrated is None else left_out_scores(calibrated.finding, cases)
    runs = simulate(scenarios, workers, out)
    folder = out / f"history-{digest({'runs': [run.manifest['hash'] for run in runs]})[:8]}"
    few = too_few(cases) if runs else ""
    lifetimes = {outcome: _lifetimes(record(outcome)) for outcome in OUTCOMES}
    model = laid_over(cases, runs) if runs else None
    scores = _scores(cases, runs, learned) if runs and not few else None
    return Answer(
        document=lambda: {
            "record": {outcome: _rows(table) for outcome, table in lifetimes.items()},
            "model": _rows(model),
            "scores": _rows(scores),
        },
        files={
            path: own for read in (*runs, calibrated) if read for path, own in read.files.items()
        },
        sections=lambda: _sections(lifetimes, runs, model, scores),
        lines=(*([f"\n{few}"] if few else []), f"Figures: {folder}"),
        places=(str(folder),),
        figures=lambda: {folder / name: draw for name, draw in _figures(runs).items()},
    )


def _check_unfitted(scenarios: "list[Scenario]") -> None:
    """Raise ScenarioError for scenarios that were fitted to the cases that would score them."""
    problems = [
        f"{scenario.name}: contains draws of a posterior fitted to these cases; use it without "
        "them, and name the finding with --calibration, whose scores leave each pair of "
        "adversaries out in its turn"
        for scenario in scenarios
        if any(value.is_joint for value in scenario.uncertain().values())
    ]
    if problems:
        raise ScenarioError(problems)


def _rows(table: "pd.DataFrame | None") -> list[dict[str, Any]]:
    """The rows of a table as JSON has them; none of no table."""
    return [] if table is None else list(json.loads(table.to_json(orient="records")))


def _lifetimes(cases: "pd.DataFrame") -> "pd.DataFrame":
    """Durability at the reported years and the Weibull shape, of all cases and of each class."""
    import pandas as pd

    from sim.record.lifetimes import by_class, kaplan_meier, shape_interval

    rows = []
    for name, own in by_class(cases):
        row: dict[str, Any] = {"class": name, "cases": len(own), "ended": int(own["ended"].sum())}
        for _, held in kaplan_meier(own).iterrows():
            row |= {
                f"{column}@{held['years']:g}": held[column]
                for column in ("estimate", "low", "high")
            }
        shape = shape_interval(own) if row["ended"] > 1 else (None, None, None)
        rows.append(row | dict(zip(("shape", "shape_low", "shape_high"), shape, strict=True)))
    return pd.DataFrame(rows)


def _scores(
    cases: "pd.DataFrame", runs: list["Run"], learned: "pd.DataFrame | None"
) -> "pd.DataFrame":
    import pandas as pd

    from sim.study.scoring import scores
    from sim.study.validation import run_predictor

    return pd.concat([scores(cases, {"model": run_predictor(runs)}), learned], ignore_index=True)


def _figures(runs: list["Run"]) -> "dict[str, Draw]":
    from sim.presentation.section import figure
    from sim.record.record import OUTCOMES, record

    figures = {
        outcome: figure("record", record(outcome), runs if outcome == "war" else ())
        for outcome in OUTCOMES
    }
    none = next((run for run in runs if run.name == "none"), None)
    return figures | (
        {} if none is None else {"forecasters": figure("forecasters", record(), none)}
    )


def _sections(
    lifetimes: "Mapping[str, pd.DataFrame]",
    runs: "Sequence[Run]",
    model: "pd.DataFrame | None",
    scores: "pd.DataFrame | None",
) -> "Iterator[Section]":
    """The tables of the record, of the model beside it and of scores, and how to read them."""
    from sim.analysis.labels import labels_by_name
    from sim.presentation import record as words
    from sim.presentation.section import Section
    from sim.record.record import OUTCOMES

    past = [words.lifetimes_table(table, OUTCOMES[outcome]) for outcome, table in lifetimes.items()]
    yield Section("record", "", (), tuple(past), trust=words.HOW_TO_READ)
    if model is not None:
        beside = words.laid_over_table(model, labels_by_name(runs))
        yield Section("model", "", (), (beside,), trust=words.HOW_TO_READ_MODEL)
    if scores is not None:
        by_kind = [
            words.scores_table(scores[scores["score"] == kind], kind) for kind in ("Brier", "log")
        ]
        yield Section("scores", "", (), tuple(by_kind), trust=words.HOW_TO_READ_SCORES)
