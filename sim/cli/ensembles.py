"""Commands about thousands of worlds."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.clauses import Explain, explanations, show
from sim.cli.options import (
    WIDTH,
    AsJson,
    Dask,
    Designs,
    File,
    Files,
    Integrate,
    Out,
    Precision,
    Replicates,
    Seed,
    Set,
    Workers,
    Years,
    advance,
    app,
    load,
    load_all,
    plain_errors,
    progress_bar,
    sampling,
    simulate,
    warn,
)

if TYPE_CHECKING:
    from sim.ensemble.store import Run
    from sim.study.clauses import Explanation


@app.command()
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
    """Simulate scenarios, print how durable the ceasefire is, and write a run folder with figures
    for each.
    """
    with plain_errors():
        scenarios = load_all(files, overrides, sampling(designs, replicates, seed, years))
        runs = simulate(scenarios, workers, out, dask, precision, integrated=integrate)
        for each in runs:
            _draw([each], Path(each.folder or out))
        _print(runs, None, as_json, integrated=integrate)


@app.command()
def compare(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE_OR_RUN...", help="Scenario files or run folders.", show_default=False
        ),
    ],
    baseline: Annotated[
        str | None,
        typer.Option(help="Name of the scenario to compare with.", show_default="the first"),
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
    """Compare guarantees on the same histories: paired differences in durability, and figures of
    all of them.
    """
    with plain_errors() as refuse:
        from sim.ensemble.store import read_run
        from sim.scenario.schema import digest

        scenarios = load_all(
            [each for each in files if not _is_run(each)],
            overrides,
            sampling(designs, replicates, seed, years),
        )
        kept, given = {each: read_run(each) for each in files if _is_run(each)}, iter(scenarios)
        for each in kept.values():
            warn(each.scenario)
        names = [kept[each].name if each in kept else next(given).name for each in files]
        if len(names) < 2 or len(set(names)) < len(names):  # noqa: PLR2004  said in the message
            refuse(
                [
                    (
                        "compare needs two or more scenarios of different names; it was given "
                        f"{', '.join(names)}"
                    )
                ]
            )
        if baseline is not None and baseline not in names:
            refuse([f"--baseline {baseline}: no such scenario among {', '.join(names)}"])
        simulated = iter(simulate(scenarios, workers, out, dask))
        runs = [kept[each] if each in kept else next(simulated) for each in files]
        determines = {"runs": [each.manifest["hash"] for each in runs], "baseline": baseline}
        folder = out / f"comparison-{digest(determines)[:8]}"
        _draw(runs, folder, baseline)
        base = baseline or names[0]
        explained = explanations(runs, base, workers) if explain else None
        _print(runs, base, as_json, folder / "figures", integrated=integrate, explained=explained)


def _is_run(path: str) -> bool:
    return (Path(path) / "manifest.json").exists()


def _draw(runs: list["Run"], folder: Path, baseline: str | None = None) -> None:
    """Write the figures of a run, or of several together, into a folder."""
    import matplotlib as mpl

    mpl.use("Agg")
    from sim import plots

    figures: dict[str, Any] = {
        "survival": plots.survival,
        "threshold": plots.threshold,
        "causes": plots.causes,
        "reasons": plots.reasons,
        "hazard": plots.hazard,
    }
    if len(runs) > 1:
        figures |= {
            "differences": lambda several: plots.differences(several, baseline),
            "burden": plots.burden,
        }
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for name, draw in figures.items():
        plots.save(draw(runs), folder / "figures" / f"{name}.png")


def _print(
    runs: list["Run"],
    baseline: str | None,
    as_json: bool,
    figures: Path | None = None,
    *,
    integrated: bool,
    explained: "list[Explanation] | None" = None,
) -> None:
    from rich.console import Console

    from sim import report
    from sim.analysis.labels import labels

    differences, table = (
        (None, None)
        if baseline is None
        else report.differences_table(runs, baseline, integrated=integrated)
    )
    if as_json:
        document = report.document(runs, differences, integrated=integrated)
        if explained is not None:
            document["explained"] = [each.document() for each in explained]
        typer.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(console.width, WIDTH)
    costs = (
        report.costs_table(runs, integrated=integrated)
        if len(runs) > 1
        else report.burden_table(runs[0], integrated=integrated)
    )
    for sentence in report.deterred(runs):
        console.print(report.broken(sentence))
    for each in (
        report.durability_table(runs, integrated=integrated),
        table,
        report.threshold_table(runs),
        report.causes_table(runs, integrated=integrated),
        report.reasons_table(runs, integrated=integrated),
        report.peace_table(runs),
        report.broken(report.bent(runs)),
        costs,
    ):
        if each is not None:
            console.print(each)
    for difference in explained or []:
        show(difference)
    console.print(report.HOW_TO_READ)
    if integrated:
        console.print(report.gain(runs))
    for label, one in zip(labels(runs), runs, strict=True):
        console.print(f"  {label}: {one.folder}")
    if figures is not None:
        console.print(f"Figures of all together: {figures}")


@app.command()
def verify(
    folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder.", show_default=False)
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="Compute all blocks again, not a sample.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute worlds of a run again from its manifest, and compare them bit for bit."""
    with plain_errors():
        from dataclasses import asdict

        from sim.ensemble.verify import verify as check

        found = check(folder, everything=everything)
        if as_json:
            typer.echo(json.dumps(asdict(found), indent=1, ensure_ascii=False))
        else:
            same = "not the same" if found.differences else "the same, bit for bit"
            timeline = "" if found.timeline else "the timeline was not compared, which takes --all"
            lines = [
                f"{folder}: {found.worlds} of {found.of} worlds computed again: {same}",
                *found.differences,
                *found.versions,
            ]
            lines += [timeline] if timeline else []
            typer.echo("\n".join(lines))
        if found.differences:
            raise typer.Exit(1)


@app.command()
def sweep(
    file: File,
    ranges: Annotated[
        list[str],
        typer.Option("--grid", metavar="KEY=LOW:HIGH:N", help="Vary a value; may be repeated."),
    ],
    sample: Annotated[
        int | None,
        typer.Option(help="So many combinations as a Latin hypercube, not all of them.", min=1),
    ] = None,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Vary values of a scenario, and print the durability at every combination.

    Each is a run of the store.
    """
    with plain_errors():
        from sim.study import sweep as study

        scenario = load(file, overrides, sampling(designs, replicates, seed, years))
        values = dict(map(study.read_range, ranges))
        points = (
            study.grid(values)
            if sample is None
            else study.sample(values, sample, scenario.sampling.seed)
        )
        with progress_bar() as bar:
            task = bar.add_task(
                f"{scenario.name}, {len(points)} combinations",
                total=len(points) * scenario.sampling.worlds,
            )
            table = study.sweep(
                scenario, points, out=out, workers=workers, progress=partial(advance, bar, task)
            )
        if as_json:
            typer.echo(table.to_json(orient="records", indent=1))
        else:
            typer.echo(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
