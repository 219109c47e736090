"""What a command prints, kept: a question that was answered before is answered by reading, as long
as every file that the answer stands on is unchanged.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from pydantic import model_validator

from sim.ensemble.seal import Document, damaged, parsed, sealed, shaped, unsealed, write_whole
from sim.errors import DamagedError, RunError
from sim.fingerprint import as_written
from sim.presentation.section import Section, Table
from sim.study.question import Question

FOLDER = "replies"
"""Where they are kept in a folder of results."""
_log = logging.getLogger("ceasefire")


@dataclass(frozen=True)
class Reply:
    """Sections and the lines below them, or one document; on standard error, notes."""

    sections: tuple[Section, ...] = ()
    lines: tuple[str, ...] = ()
    document: Any = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """The file of a reply, and the hash of all that determines it: the question, the form in which
    it is answered, the folder that it names, and the program.
    """

    path: Path
    hash: str

    @classmethod
    def of(cls, question: Question, form: str, out: Path) -> Self:
        """That in a folder of results."""
        own = question.answered_by([_program()], form=form, out=ascii(str(out)))
        return cls(out / FOLDER / f"{question.kind}-{own[:16]}.json", own)


class _Table(Document):
    title: str
    headings: list[str]
    rows: list[list[str]]

    @model_validator(mode="after")
    def _is_rectangular(self) -> Self:
        if any(len(row) != len(self.headings) for row in self.rows):
            raise ValueError("a row has more cells or fewer than there are headings")
        return self

    def table(self) -> Table:
        return Table(self.title, tuple(self.headings), tuple(map(tuple, self.rows)))


class _Section(Document):
    name: str
    question: str
    answer: list[str]
    tables: list[_Table]
    trust: str

    def section(self) -> Section:
        tables = tuple(table.table() for table in self.tables)
        return Section(self.name, self.question, tuple(self.answer), tables, trust=self.trust)


class _ReplyFile(Document):
    """What stands in the file: the reply, the files that it stands on with their hashes, and its
    figures without the endings of their kinds.
    """

    asked: str
    files: dict[str, str]
    figures: list[str]
    sections: list[_Section]
    lines: list[str]
    document: Any
    notes: list[str]

    def reply(self) -> Reply:
        sections = tuple(section.section() for section in self.sections)
        return Reply(sections, tuple(self.lines), self.document, tuple(self.notes))


def keep(
    reply: Reply, place: Place, files: Mapping[Path, str], figures: Iterable[Path] = ()
) -> None:
    """Keep a reply that stands on some files, each with its hash, beside its figures.

    Where it cannot be written it is made again the next time.
    """
    document = {
        "asked": place.hash,
        "files": {str(path): own for path, own in files.items()},
        "figures": [str(path) for path in figures],
        "sections": [_plain(section) for section in reply.sections],
        "lines": list(reply.lines),
        "document": reply.document,
        "notes": list(reply.notes),
    }
    with suppress(OSError, ValueError):  # a full disk, a path that is no text
        text = sealed(document).encode()
        place.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place.path, lambda path: path.write_bytes(text))


def recall(place: Place, is_drawn: Callable[[Path], bool]) -> Reply | None:
    """The reply that is kept in a place, if what it stands on is unchanged and its figures are
    drawn. A file that is damaged is named, and not believed.
    """
    try:
        content = unsealed(parsed(place.path), place.path)
        shaped(_ReplyFile, content, place.path)
        kept = _ReplyFile.model_validate(content)
        stands = kept.asked == place.hash and not damaged(Path(), kept.files)
    except DamagedError as wrong:
        _log.warning("%s, and is computed again", wrong.what)
        return None
    except RunError:
        return None
    return kept.reply() if stands and all(map(is_drawn, map(Path, kept.figures))) else None


def _plain(section: Section) -> dict[str, Any]:
    """What of a section is printed."""
    shown = ("name", "question", "answer", "trust")
    return {name: getattr(section, name) for name in shown} | {
        "tables": [asdict(table) for table in section.tables]
    }


@cache
def _program() -> str:
    """The hash of all source files of the program."""
    package = Path(__file__).parents[1]
    files = [path for path in package.rglob("*") if path.suffix in (".csv", ".html", ".py")]
    return as_written(files, package)
