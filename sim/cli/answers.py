"""What runs answer, one by one and beside each other."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.clauses import explanations
from sim.cli.output import output
from sim.cli.replies import Answer
from sim.cli.running import advance, progress_bar
from sim.cli.size import agree_to

if TYPE_CHECKING:
    from sim.analysis.comparison import Comparison
    from sim.ensemble.store import Run
    from sim.presentation.section import Draw, Section
    from sim.study.finding import Finding
    from sim.study.kept import Kept


def answer_of_runs(
    runs: "Sequence[Run]", out: Path, notes: list[str], *, integrated: bool
) -> Answer:
    """Each run with figures of its own."""
    from sim.analysis.comparison import Comparison
    from sim.analysis.summary import Summary
    from sim.presentation.document import document

    shown = Comparison(tuple(Summary(run, integrated) for run in runs))

    def figures() -> "dict[Path, Draw]":
        drawn: dict[Path, Draw] = {}
        for run, summary in zip(runs, shown.runs, strict=True):
            drawn |= _figures(Comparison((summary,)), _figures_in(run.folder or out, integrated))
        return drawn

    return Answer(
        document=lambda: document(shown),
        files=_files(runs),
        sections=lambda: _sections(shown),
        lines=tuple(_places(runs, shown)),
        places=tuple(str(run.folder) for run in runs),
        figures=figures,
        notes=notes,
    )


def answer_of_comparison(
    runs: "list[Run]",
    baseline: str | None,
    out: Path,
    workers: int,
    *,
    integrated: bool,
    explain: bool,
    as_json: bool,
) -> Answer:
    """Runs beside each other, what would reverse their ranking and, where it is wanted, what
    explains their differences. Raises NotPairedError.
    """
    from sim.analysis.comparison import Comparison
    from sim.analysis.differences import paired
    from sim.analysis.summary import Summary
    from sim.presentation.document import document
    from sim.scenario.schema import digest

    shown = Comparison(tuple(Summary(run, integrated) for run in runs), baseline)
    for run in runs:
        paired(run, shown.base.run)
    determines = {
        "runs": [(run.name, run.label, run.manifest["hash"]) for run in runs],
        "baseline": baseline,
    }
    folder = out / f"comparison-{digest(determines)[:8]}"
    figures = _figures_in(folder, integrated)
    explained = explanations(runs, shown.base.name, out, workers) if explain else []
    reversal = None if as_json or output().quiet else reversal_of(runs, out, workers)
    files = _files(runs) | {path: own for kept in explained for path, own in kept.files.items()}
    return Answer(
        document=lambda: document(shown) | (_explained(explained) if explain else {}),
        files=files,
        sections=lambda: _sections(shown, reversal, explained),
        lines=(*_places(runs, shown), f"Figures of the comparison: {figures}"),
        places=(str(folder),),
        figures=lambda: _figures(shown, figures),
    )


def reversal_of(runs: "list[Run]", out: Path, workers: int) -> "Finding":
    """What would reverse the ranking of the best two, read where it was found before."""
    from sim.study.reversal import kept, simulations

    scenario = runs[0].scenario
    agree_to([(scenario, simulations(scenario))], workers)
    with progress_bar() as bar:
        task = bar.add_task("What would reverse this", total=simulations(scenario))
        return kept(runs, out, workers=workers, progress=partial(advance, bar, task))


def _files(runs: "Sequence[Run]") -> dict[Path, str]:
    return {path: own for run in runs for path, own in run.files.items()}


def _figures_in(folder: Path, integrated: bool) -> Path:
    """The folder of figures in a folder of results; estimates of either kind have their own."""
    return folder / ("figures-integrated" if integrated else "figures")


def _figures(shown: "Comparison", folder: Path) -> "dict[Path, Draw]":
    """The figures of all sections, in a folder."""
    from sim.presentation.runs import sections

    return {
        folder / name: draw for section in sections(shown) for name, draw in section.figures.items()
    }


def _explained(explained: "Sequence[Kept]") -> dict[str, Any]:
    """What explains differences, as plain data."""
    from sim.study.explanation import explanation_of

    return {"explained": [explanation_of(kept.finding).document() for kept in explained]}


def _sections(
    shown: "Comparison", reversal: "Finding | None" = None, explained: "Sequence[Kept]" = ()
) -> "Iterator[Section]":
    """The answer in sentences, the tables, what explains differences, and how to read them."""
    from sim.presentation.answer import HOW_TO_READ, answer, gain
    from sim.presentation.registry import section_of
    from sim.presentation.runs import sections
    from sim.presentation.section import Section

    yield from answer(shown, reversal)
    tables = tuple(table for section in sections(shown) for table in section.tables)
    yield Section("tables", "", (), tables)
    for kept in explained:
        yield section_of(kept.finding)
    gained = [gain(shown)] if shown.runs[0].integrated else []
    yield Section("reading", "", (), trust="\n".join([HOW_TO_READ, *gained]))


def _places(runs: "Sequence[Run]", shown: "Comparison") -> Iterator[str]:
    """Where each run is kept."""
    for label, run in zip(shown.labels, runs, strict=True):
        yield f"  {label}: {run.folder}"
