"""The command that says who would sign which text."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

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
    app,
    load_all,
    plain_errors,
    sampling,
    simulate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.analysis.signing import Signing


@app.command()
def sign(
    files: Files,
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
    """Estimate who would sign each text, and how long it holds if it is signed."""
    with plain_errors():
        from sim.analysis.signing import signing
        from sim.scenario.schema import digest
        from sim.study.deals import document

        scenarios = load_all(files, overrides, sampling(designs, replicates, seed, years))
        runs = simulate(scenarios, workers, out, dask)
        found = [signing(each) for each in runs]
        folder = out / f"signing-{digest({'runs': [each.manifest['hash'] for each in runs]})[:8]}"
        _draw(found, folder)
        if as_json:
            typer.echo(json.dumps(document(found), indent=1, ensure_ascii=False, allow_nan=False))
        else:
            _print(found, folder)


def _draw(found: "Sequence[Signing]", folder: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from sim import plots

    (folder / "figures").mkdir(parents=True, exist_ok=True)
    plots.save(plots.signing(found), folder / "figures" / "signing.png")


def _print(found: "Sequence[Signing]", folder: Path) -> None:
    from rich.console import Console

    from sim.report import signing as report

    console = Console(highlight=False, width=report.WIDTH)
    for sentence in report.sentences(found):
        console.print(sentence)
    console.print(report.signing_table(found))
    console.print(report.durability_table(found))
    console.print(report.guarantors_table(found))
    for sentence in (report.differing(found), report.HOW_TO_READ):
        if sentence:
            console.print(f"\n{sentence}")
    console.print(f"\nFigure: {folder / 'figures' / 'signing.png'}", soft_wrap=True)
