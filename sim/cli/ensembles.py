"""Commands about thousands of simulated histories."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import completion
from sim.cli.clauses import Explain, explanations
from sim.cli.loading import load_all, load_at, refuse_twins, warn
from sim.cli.messages import plain_errors
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
from sim.cli.output import draw_figures, output, writes_results
from sim.cli.running import advance, progress_bar, simulate
from sim.cli.size import agree_to, asks_first
from sim.cli.streams import say, say_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sim.analysis.comparison import Comparison
    from sim.ensemble.store import Run
    from sim.scenario.schema import Scenario
    from sim.study.explanation import Explanation
    from sim.study.finding import Finding


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
        from sim.analysis.comparison import Comparison

        scenarios = load_all(files, overrides, sampling(designs, replicates, seed, years))
        runs = simulate(scenarios, workers, out, dask, precision, integrated=integrate)
        shown = _summarised(runs, integrate)
        if as_json:
            _print_json(shown)
        elif output().quiet:
            say("\n".join(str(run.folder) for run in runs))
        else:
            _print(shown)
        for summary in shown.runs:
            folder = Path(getattr(summary.run, "folder", None) or out)
            _draw(Comparison((summary,)), _figures(folder, integrate))


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
            help="Name of the scenario from which differences are taken.", show_default="the first"
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
        from sim.analysis.differences import paired
        from sim.analysis.labels import distinct
        from sim.ensemble.store import read_run
        from sim.scenario.load import renamed
        from sim.scenario.schema import digest

        at = dict(enumerate(files, 1))
        kept = {position: read_run(file) for position, file in at.items() if _is_run(file)}
        loaded = load_at(
            {position: file for position, file in at.items() if position not in kept},
            overrides,
            sampling(designs, replicates, seed, years),
        )
        for run in kept.values():
            warn(run.scenario)
        names = [(kept if position in kept else loaded)[position].name for position in at]
        if len(names) < 2:  # noqa: PLR2004  said in the message
            refuse([f"compare needs at least two scenarios; got {', '.join(names)}"])
        refuse_twins(
            names,
            [
                kept[position].manifest["hash"]
                if position in kept
                else loaded[position].determinants()
                for position in at
            ],
            overrides,
        )
        names = distinct(names)
        if baseline is not None and baseline not in names:
            refuse([f"--baseline {baseline}: no such scenario among {', '.join(names)}"])
        called = dict(zip(at, names, strict=True))
        scenarios = [renamed(scenario, called[at]) for at, scenario in loaded.items()]
        texts = iter(scenarios)
        together = [
            kept[position].scenario if position in kept else next(texts) for position in called
        ]
        base = names.index(baseline) if baseline else 0
        agree_to(_histories(scenarios, together, together[base] if explain else None), workers)
        simulated = iter(simulate(scenarios, workers, out, dask))
        runs = [
            kept[position].renamed(name) if position in kept else next(simulated)
            for position, name in called.items()
        ]
        determines = {
            "runs": [(run.name, run.label, run.manifest["hash"]) for run in runs],
            "baseline": baseline,
        }
        folder = out / f"comparison-{digest(determines)[:8]}"
        shown = _summarised(runs, integrate, baseline)
        for run in runs:
            paired(run, shown.base.run)
        figures = _figures(folder, integrate)
        explained = explanations(runs, shown.base.name, out, workers) if explain else []
        if as_json:
            more = {"explained": [entry.document() for entry in explained]} if explain else {}
            _print_json(shown, more)
        elif output().quiet:
            say(str(folder))
        else:
            _print(shown, figures, reversal_of(runs, out, workers), explained)
        _draw(shown, figures)


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


def _summarised(runs: list["Run"], integrated: bool, baseline: str | None = None) -> "Comparison":
    """The runs with each of their estimates made once."""
    from sim.analysis.comparison import Comparison
    from sim.analysis.summary import Summary

    return Comparison(tuple(Summary(run, integrated) for run in runs), baseline)


def reversal_of(runs: list["Run"], out: Path, workers: int) -> "Finding":
    """What would reverse the ranking of the best two, read where it was found before."""
    from sim.study.reversal import kept, simulations

    scenario = runs[0].scenario
    agree_to([(scenario, simulations(scenario))], workers)
    with progress_bar() as bar:
        task = bar.add_task("What would reverse this", total=simulations(scenario))
        return kept(runs, out, workers=workers, progress=partial(advance, bar, task))


def _figures(folder: Path, integrated: bool) -> Path:
    """The folder of figures in a folder of results; estimates of either kind have their own."""
    return folder / ("figures-integrated" if integrated else "figures")


def _draw(shown: "Comparison", figures: Path) -> None:
    """Write the figures of all sections into a folder."""
    from sim.presentation.runs import sections

    for section in sections(shown):
        draw_figures(section.figures, figures)


def _print_json(shown: "Comparison", more: "Mapping[str, Any] | None" = None) -> None:
    from sim.presentation.document import document

    say_document(document(shown) | dict(more or {}))


def _print(
    shown: "Comparison",
    figures: Path | None = None,
    reversal: "Finding | None" = None,
    explained: "Sequence[Explanation]" = (),
) -> None:
    """The answer in sentences, the tables, how to read them, and where everything is kept."""
    from sim.presentation import terminal
    from sim.presentation.answer import HOW_TO_READ, answer, gain
    from sim.presentation.registry import section_of
    from sim.presentation.runs import sections

    console = terminal.console()
    for section in answer(shown, reversal):
        console.print(terminal.section(section))
    for section in sections(shown):
        for table in section.tables:
            console.print(*terminal.table(table), sep="\n")
    for difference in explained:
        console.print(terminal.section(section_of(difference.finding())))
    console.print(f"\n{terminal.paragraph(HOW_TO_READ)}")
    if shown.runs[0].integrated:
        console.print(terminal.paragraph(gain(shown)))
    for label, run in shown.labelled:
        say(f"  {label}: {getattr(run.run, 'folder', None)}")
    if figures is not None:
        say(f"Figures of all together: {figures}")


@app.command()
@asks_first
def verify(
    folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder.", show_default=False)
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="Recompute all blocks, not a sample.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute part of a run from its manifest and check that the results match exactly."""
    with plain_errors():
        from dataclasses import asdict

        from sim.ensemble.store import read_run
        from sim.ensemble.verify import histories_of_verification, verify_run

        run = read_run(folder)
        again = histories_of_verification(run.scenario, everything=everything)
        agree_to([(run.scenario, again)])
        checked = verify_run(run, everything=everything)
        if as_json:
            say_document(asdict(checked))
        else:
            same = "not the same" if checked.differences else "the same, bit for bit"
            timeline = (
                "" if checked.timeline else "the timeline was not compared, which takes --all"
            )
            counted = f"{checked.worlds} of {checked.total} simulated histories"
            lines = [
                f"{folder}: {counted} computed again: {same}",
                *checked.differences,
                *checked.versions,
            ]
            lines += [timeline] if timeline else []
            say("\n".join(lines))
        if checked.differences:
            raise typer.Exit(1)
