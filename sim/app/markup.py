"""Text, tables and figures as the page shows them.

Whatever comes from a file is shown as it stands and never read as markup.
"""

import base64
import re
from collections.abc import Sequence

import streamlit as st

from sim.characters import as_html
from sim.presentation.section import Section, Table

STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 2.2rem 2.5rem 3rem; max-width: 1500px; }
[data-testid="stCheckbox"] [data-testid="stWidgetLabel"] * { white-space: normal; }
[data-testid="stButton"] button, [data-testid="stButton"] button * {
  justify-content: flex-start; text-align: left; white-space: normal; text-overflow: clip; }
[data-stale="true"] .cf,
[data-stale="true"] [data-testid="stDownloadButton"] { visibility: hidden; }
.cf h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; padding: 0; font-weight: 600; }
.cf h2 { font-size: 1.1rem; margin: 0; padding: 0; font-weight: 600; }
.cf h3 { font-size: .9rem; margin: .3rem 0; padding: 0; font-weight: 600; }
.cf p { margin: .35rem 0; line-height: 1.45; max-width: 75ch; }
.cf .quiet { color: #5b6470; font-size: .86rem; }
.cf .problems { padding: .6rem 1rem .6rem 2rem; background: #fdf1ea;
  border-left: 4px solid #D55E00; }
.cf .problems ul { margin: 0; padding: 0; }
.cf .problems li { font-size: .9rem; overflow-wrap: anywhere; }
.cf .wide { overflow-x: auto; }
.cf .wide:focus-visible, .cf .long:focus-visible { outline: 3px solid #0072B2; }
.cf .long { max-height: 25rem; overflow-y: auto; }
.cf table { border-collapse: collapse; font-size: .86rem;
  font-variant-numeric: tabular-nums; margin: 0; }
.cf th, .cf td { padding: .28rem .7rem .28rem 0; border: 0;
  border-bottom: 1px solid #e4e8ec; vertical-align: top; text-align: left; }
.cf thead th { font-weight: 600; position: sticky; top: 0; background: #fff; }
.cf tbody th { font-weight: 500; white-space: nowrap; }
.cf table.cards { table-layout: fixed; width: 100%; }
.cf table.cards th, .cf table.cards td { overflow-wrap: anywhere; white-space: normal; }
.cf table.cards th:nth-child(1) { width: 21%; } .cf table.cards th:nth-child(2) { width: 12%; }
.cf table.cards th:nth-child(3) { width: 10%; } .cf table.cards th:nth-child(4) { width: 7%; }
.cf table.cards th:nth-child(7) { width: 14%; }
.cf table.numbers td { white-space: nowrap; }
.cf table.reasons tbody th { white-space: normal; }
.cf td small { display: block; color: #5b6470; font-size: .8rem; }
.cf img { width: 100%; height: auto; display: block; }
.cf code { font-size: .82rem; background: #f3f5f7; padding: 0 .2rem;
  color: inherit; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 3.6rem 1rem 3rem; }
  .cf table.cards, .cf table.cards tbody, .cf table.cards tr,
  .cf table.cards td, .cf table.cards th { display: block; border: 0; }
  .cf table.cards thead { display: none; }
  .cf table.cards tr { border-bottom: 1px solid #e4e8ec; padding: .4rem 0; }
  .cf table.cards tbody td, .cf table.cards tbody th { padding: .05rem 0; width: auto; }
  .cf table.cards td:empty { display: none; }
  .cf table.cards td::before { content: attr(data-label) " "; color: #5b6470; }
}
</style>"""


def html(inner: str) -> None:
    """Show markup of our own making, in which everything from a file is escaped."""
    st.html(f'<div class="cf">{inner}</div>')


def problems(faults: Sequence[str]) -> None:
    """What is wrong, a line each, as the command line says it."""
    if faults:
        html(
            '<div class="problems" role="alert"><ul>'
            + "".join(f"<li>{as_html(fault)}</li>" for fault in faults)
            + "</ul></div>"
        )


def status(said: str) -> None:
    """What goes on, read aloud when it changes."""
    html(f'<p class="quiet" role="status">{as_html(said)}</p>')


def as_markdown(text: str) -> str:
    """The text for a place that reads Markdown, which then shows it as it stands."""
    return re.sub(r"([^\w\s])", r"\\\1", text)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], kind: str, name: str = "") -> str:
    """A table whose first column names the rows.

    Of a cell with several lines those after the first are small. `kind` is its style; it is read
    aloud by its name, or else by its headings.
    """
    head = "".join(
        f'<th scope="col">{_breakable(heading)}</th>' if heading else "<td></td>"
        for heading in headings
    )
    called = as_html(name or ", ".join(filter(None, headings)))
    body = "".join(
        f'<tr><th scope="row">{_breakable(name)}</th>'
        + "".join(
            f'<td data-label="{as_html(heading)}">{_cell(cell)}</td>'
            for heading, cell in zip(headings[1:], cells, strict=True)
        )
        + "</tr>"
        for name, *cells in rows
    )
    return (
        f'<div class="wide" role="group" tabindex="0" aria-label="{called}"><table '
        f'class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def numbers(shown: Table) -> str:
    """A table of a section, on its side where that makes it narrower beside a figure."""
    headings: Sequence[str] = shown.headings
    rows: Sequence[Sequence[str]] = shown.rows
    if len(rows) < len(headings) - 1:
        (_, *headings), *rows = ([*row] for row in zip(headings, *rows, strict=True))
        headings = ["", *headings]
    return f"<h3>{as_html(shown.title)}</h3>{table(headings, rows, 'numbers', shown.title)}"


def sentences(section: Section) -> str:
    """The question of a section and its answer."""
    said = "".join(f"<p>{as_html(sentence)}</p>" for sentence in section.answer)
    return f"<h2>{as_html(section.question)}</h2>{said}"


def figure(png: bytes, words: str) -> str:
    """A figure, with what it shows in words for those who cannot see it."""
    return (
        f'<div class="figure"><img alt="{as_html(words)}" '
        f'src="data:image/png;base64,{base64.b64encode(png).decode()}"></div>'
    )


def _breakable(name: str) -> str:
    """A name that may go on in the next line after a stop in it."""
    return re.sub(r"([_.\-])", r"\1<wbr>", as_html(name))


def _cell(text: str) -> str:
    first, *rest = text.split("\n")
    return as_html(first) + "".join(f"<small>{as_html(line)}</small>" for line in rest)
