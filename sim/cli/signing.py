"""The command that says who would sign which text."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import (
    AsJson,
    Dask,
    Designs,
    Files,
    Out,
    Replicates,
    Seed,
    Set,
    Workers,
    Years,
    advance,
    app,
    load_all,
    plain_errors,
    pool,
    progress_bar,
    sampling,
    simulate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.analysis.signing import Signing
    from sim.scenario.schema import Scenario
    from sim.study.side_payments import Point

Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="KEY=LOW:HIGH",
        help="A side payment: a provision and its limits; may be repeated.",
    ),
]


@app.command()
def sign(
    files: Files,
    vary: Vary = None,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    workers: Workers = 1,
    dask: Dask = None,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Estimate who would sign each text, and how long it holds if it is signed.

    With --vary, also find the texts along the frontier between the two, and what one costs in the
    other.
    """
    with plain_errors():
        from sim.analysis.signing import signing
        from sim.scenario.schema import digest
        from sim.study.deals import document

        scenarios = load_all(files, overrides, sampling(designs, replicates, seed, years))
        runs = simulate(scenarios, workers, out, dask)
        found = [signing(each) for each in runs]
        folder = out / f"signing-{digest({'runs': [each.manifest['hash'] for each in runs]})[:8]}"
        _draw(found, folder)
        frontiers = _frontiers(scenarios, vary, workers)
        if as_json:
            typer.echo(
                json.dumps(
                    document(found, frontiers), indent=1, ensure_ascii=False, allow_nan=False
                )
            )
        else:
            _print(found, folder, frontiers)


def _frontiers(
    scenarios: "Sequence[Scenario]", vary: list[str] | None, workers: int
) -> "dict[str, list[Point]]":
    """For each scenario the texts along its frontier, if any provisions vary."""
    if not vary:
        return {}
    from sim.study.side_payments import frontier
    from sim.study.sweep import read_all_limits

    limits, found = read_all_limits(vary), {}
    with pool(workers) as executor, progress_bar() as bar:
        for each in scenarios:
            task = bar.add_task(f"{each.name}, side payments", total=None)
            report = partial(advance, bar, task)
            found[each.name] = frontier(each, limits, executor=executor, progress=report)
    return found


def _draw(found: "Sequence[Signing]", folder: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from sim import plots

    (folder / "figures").mkdir(parents=True, exist_ok=True)
    plots.save(plots.signing(found), folder / "figures" / "signing.png")


def _print(found: "Sequence[Signing]", folder: Path, frontiers: "dict[str, list[Point]]") -> None:
    from rich.console import Console

    from sim.report import signing as report

    console = Console(highlight=False, width=report.WIDTH)
    for sentence in report.sentences(found):
        console.print(sentence)
    console.print(report.signing_table(found))
    console.print(report.durability_table(found))
    console.print(report.guarantors_table(found))
    for each in found:
        if each.scenario in frontiers:
            console.print(report.frontier_table(each.label, frontiers[each.scenario]))
    for sentence in (report.differing(found), report.HOW_TO_READ):
        if sentence:
            console.print(f"\n{sentence}")
    console.print(f"\nFigure: {folder / 'figures' / 'signing.png'}", soft_wrap=True)
