"""The command about the historical record of past ceasefires."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import completion
from sim.cli.loading import load_all
from sim.cli.messages import plain_errors
from sim.cli.options import AsJson, Designs, Out, Replicates, Seed, Workers, app, sampling
from sim.cli.output import draw_figures, output, writes_results
from sim.cli.running import simulate
from sim.cli.size import asks_first
from sim.cli.streams import say, say_document
from sim.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.axes import Axes

    from sim.ensemble.store import Run
    from sim.presentation.section import Table
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
        scenarios = load_all(files or [], None, sampling(designs, replicates, seed))
        answer = _answer(scenarios, calibration, workers, out)
        if as_json:
            say_document(answer.document())
        elif output().quiet:
            say(str(answer.folder))
        else:
            _print(answer)
            say(f"Figures: {answer.folder}")
        _draw(answer.runs, answer.folder)


@dataclass(frozen=True)
class _Answer:
    """What the record says, and how the model does beside it where there are scenarios."""

    folder: Path
    lifetimes: "dict[str, pd.DataFrame]"
    runs: "list[Run]"
    model: "pd.DataFrame | None"
    scores: "pd.DataFrame | None"
    too_few: str

    def document(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "record": {outcome: _rows(table) for outcome, table in self.lifetimes.items()},
            "model": _rows(self.model),
            "scores": _rows(self.scores),
        }


def _answer(
    scenarios: "list[Scenario]", calibration: Path | None, workers: int, out: Path
) -> _Answer:
    """Check everything, and run the scenarios."""
    from sim.record.record import OUTCOMES, record
    from sim.scenario.library import find_folder
    from sim.scenario.schema import digest
    from sim.study.calibration.forecasts import left_out_scores
    from sim.study.kept import read
    from sim.study.validation import covered, laid_over, too_few

    calibrated = None if calibration is None else read(find_folder(calibration))
    _check_unfitted(scenarios)
    cases = covered(record(), [scenario.name for scenario in scenarios])
    learned = None if calibrated is None else left_out_scores(calibrated, cases)
    runs = simulate(scenarios, workers, out)
    folder = out / f"history-{digest({'runs': [run.manifest['hash'] for run in runs]})[:8]}"
    few = too_few(cases) if runs else ""
    return _Answer(
        folder,
        {outcome: _lifetimes(record(outcome)) for outcome in OUTCOMES},
        runs,
        laid_over(cases, runs) if runs else None,
        _scores(cases, runs, learned) if runs and not few else None,
        few,
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


def _draw(runs: list["Run"], folder: Path) -> None:
    from sim import plots
    from sim.record.record import OUTCOMES, record

    figures: dict[str, Callable[[], Axes]] = {
        outcome: partial(plots.record, record(outcome), runs if outcome == "war" else ())
        for outcome in OUTCOMES
    }
    none = next((run for run in runs if run.name == "none"), None)
    if none is not None:
        figures["forecasters"] = partial(plots.forecasters, record(), none)
    draw_figures(figures, folder)


def _print(answer: _Answer) -> None:
    from sim.analysis.labels import labels_by_name
    from sim.presentation import record as words
    from sim.presentation import terminal
    from sim.record.record import OUTCOMES

    console = terminal.console()

    def show(shown: "Table", how_to_read: str = "") -> None:
        console.print(*terminal.table(shown), sep="\n")
        if how_to_read:
            console.print(f"\n{terminal.paragraph(how_to_read)}")

    *first, last = [
        words.lifetimes_table(table, OUTCOMES[outcome])
        for outcome, table in answer.lifetimes.items()
    ]
    for lifetimes in first:
        show(lifetimes)
    show(last, words.HOW_TO_READ)
    if answer.model is not None:
        model = words.laid_over_table(answer.model, labels_by_name(answer.runs))
        show(model, words.HOW_TO_READ_MODEL)
    if answer.scores is not None:
        brier, log = (
            words.scores_table(answer.scores[answer.scores["score"] == kind], kind)
            for kind in ("Brier", "log")
        )
        show(brier)
        show(log, words.HOW_TO_READ_SCORES)
    if answer.too_few:
        say(f"\n{answer.too_few}")
