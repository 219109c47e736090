"""What the commands of studies share: a finding is read or found, printed, and drawn."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.replies import Answer, publish

if TYPE_CHECKING:
    from sim.study.finding import Finding
    from sim.study.kept import Kept
    from sim.study.question import Question

STUDY_KEPT = "stopped; what was simulated is kept: the same command goes on from there"


def publish_study(
    question: "Question",
    out: Path,
    find: Callable[[], "Finding"],
    before: Callable[[], object] = lambda: None,
    *,
    as_json: bool,
    document: Callable[["Finding"], dict[str, Any]] | None = None,
) -> None:
    """Answer a question with its finding, which is kept in `out`; `before` it is found, something
    may be called. `document` makes its plain data, by default its tables.
    """

    def make() -> Answer:
        from sim.study.kept import answered

        return answer_of(answered(question, out, find, before), document)

    publish(question, out, make, as_json=as_json)


def answer_of(
    kept: "Kept",
    document: Callable[["Finding"], dict[str, Any]] | None = None,
    lines: tuple[str, ...] = (),
    more: Mapping[Path, str] | None = None,
    notes: Sequence[str] = (),
) -> Answer:
    """The answer that a finding gives, with more lines, more files that it stands on, and notes."""
    from sim.presentation.registry import section_of

    finding, folder = kept.finding, kept.folder
    section = section_of(finding)
    return Answer(
        document=lambda: (
            (document(finding) if document else finding.document()) | {"folder": str(folder)}
        ),
        files={**kept.files, **(more or {})},
        sections=lambda: [section],
        lines=(f"Tables and figures: {folder}", *lines),
        places=(str(folder),),
        figures=lambda: {folder / "figures" / name: draw for name, draw in section.figures.items()},
        notes=list(notes),
    )
