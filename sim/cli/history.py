"""The command about the record of past ceasefires."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import (
    AsJson,
    Designs,
    Out,
    Replicates,
    Seed,
    Workers,
    app,
    load_all,
    plain_errors,
    sampling,
    simulate,
)

if TYPE_CHECKING:
    import pandas as pd

    from sim.ensemble.store import Run
    from sim.presentation.section import Table
Calibration = Annotated[
    Path | None,
    typer.Option(
        metavar="FINDING",
        help="Folder of a calibration; its scores leave each pair of adversaries out.",
    ),
]


@app.command()
def history(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE...]", help="Scenarios to hold against it.", show_default=False
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
    """Show how long past ceasefires lasted, by type of guarantee.

    With scenarios, score the model against them.
    """
    with plain_errors() as refuse:
        from sim.record.record import OUTCOMES, record
        from sim.study.calibration.study import left_out_scores
        from sim.study.finding import read, writable
        from sim.study.validation import covered, laid_over, too_few

        scenarios = load_all(files or [], None, sampling(designs, replicates, seed))
        known = None if calibration is None else read(calibration)
        if fitted := [
            scenario.name
            for scenario in scenarios
            if any(each.jointly for each in scenario.uncertain().values())
        ]:
            refuse(
                [
                    f"{name}: holds draws of a posterior that has seen these cases; give it "
                    "without them, and the finding to --calibration, whose scores leave out "
                    "each pair of adversaries in its turn"
                    for name in fitted
                ]
            )
        cases = covered(record(), [scenario.name for scenario in scenarios])
        learned = None if known is None else left_out_scores(known, cases)
        folder = out / "history"
        writable(folder)
        runs = simulate(scenarios, workers, out)
        tables = {outcome: _lifetimes(record(outcome)) for outcome in OUTCOMES}
        model = laid_over(cases, runs) if runs else None
        few = too_few(cases)
        scored = _scores(cases, runs, learned) if runs and not few else None
        _draw(runs, folder)
        if as_json:
            document = {
                "record": {outcome: _rows(table) for outcome, table in tables.items()},
                "model": _rows(model),
                "scores": _rows(scored),
            }
            typer.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))
            return
        _print(tables, model, scored, runs)
        if runs and few:
            typer.echo(f"\n{few}")
        typer.echo(f"Figures: {folder}")


def _rows(table: "pd.DataFrame | None") -> list[dict[str, Any]]:
    """The rows of a table as JSON has them; none of no table."""
    return [] if table is None else list(json.loads(table.to_json(orient="records")))


def _lifetimes(cases: "pd.DataFrame") -> "pd.DataFrame":
    """Durability at the reported years and the Weibull shape, of all cases and of each class."""
    import pandas as pd

    from sim.record.lifetimes import by_class, kaplan_meier, shape_interval

    rows = []
    for name, some in by_class(cases):
        row: dict[str, Any] = {"class": name, "cases": len(some), "ended": int(some["ended"].sum())}
        for _, held in kaplan_meier(some).iterrows():
            row |= {
                f"{column}@{held['years']:g}": held[column]
                for column in ("estimate", "low", "high")
            }
        shape = shape_interval(some) if row["ended"] > 1 else (None, None, None)
        rows.append(row | dict(zip(("shape", "shape_low", "shape_high"), shape, strict=True)))
    return pd.DataFrame(rows)


def _scores(
    cases: "pd.DataFrame", runs: list["Run"], learned: "pd.DataFrame | None"
) -> "pd.DataFrame":
    import pandas as pd

    from sim.study.validation import of_runs, scores

    return pd.concat([scores(cases, {"model": of_runs(runs)}), learned], ignore_index=True)


def _draw(runs: list["Run"], folder: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from sim import plots
    from sim.record.record import OUTCOMES, record

    for outcome in OUTCOMES:
        plots.save(
            plots.record(record(outcome), runs if outcome == "war" else ()),
            folder / f"{outcome}.png",
        )
    none = next((run for run in runs if run.name == "none"), None)
    if none is not None:
        plots.save(plots.forecasters(record(), none), folder / "forecasters.png")


def _print(
    tables: dict[str, "pd.DataFrame"],
    model: "pd.DataFrame | None",
    scored: "pd.DataFrame | None",
    runs: list["Run"],
) -> None:
    from sim.analysis.labels import labels_by_name
    from sim.presentation import record as words
    from sim.presentation import terminal
    from sim.record.record import OUTCOMES

    console = terminal.console()

    def show(shown: "Table", how_to_read: str = "") -> None:
        console.print(*terminal.table(shown), sep="\n")
        if how_to_read:
            console.print(f"\n{terminal.paragraph(how_to_read)}")

    *first, last = [words.lifetimes_table(each, OUTCOMES[name]) for name, each in tables.items()]
    for each in first:
        show(each)
    show(last, words.HOW_TO_READ)
    if model is not None:
        show(words.laid_over_table(model, labels_by_name(runs)), words.HOW_TO_READ_MODEL)
    if scored is not None:
        brier, log = (
            words.scores_table(scored[scored["score"] == kind], kind) for kind in ("Brier", "log")
        )
        show(brier)
        show(log, words.HOW_TO_READ_SCORES)
