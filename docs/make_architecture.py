"""Draw docs/figures/architecture.svg from the code: python docs/make_architecture.py [FILE].

The layers are those that import-linter holds the code to; what a package is for is the first
sentence of its own docstring.
"""

import ast
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATH = (
    ("scenario file", "TOML"),
    ("Scenario", "checked, frozen"),
    ("parameter sets", "what we do not know"),
    ("CeasefireModel", "many histories in one Mesa model"),
    ("run folder", "Parquet, manifest"),
    ("estimates", "each with its limits"),
    ("sections", "question, answer, table, figure"),
    ("readers", "terminal, report, explorer"),
)
"""The one path of the data, from what a user writes to what a reader sees."""
WIDTH, MARGIN, LINE = 960, 20, 18
LETTERS = 112
"""Letters of a docstring that fit on a line."""

HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:g}" width="{width}" \
height="{height:g}" font-family="sans-serif" font-size="14">
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" \
orient="auto"><path d="M0,0 L10,5 L0,10 z" fill="#444"/></marker></defs>"""


def layers() -> list[list[str]]:
    """The layers from the top, each with the packages that share it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]
    return [layer.split(" | ") for layer in settings["contracts"][0]["layers"]]


def purpose(name: str) -> str:
    """The first sentence of the docstring of a package or module of `sim`."""
    package = ROOT / "sim" / name
    path = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split())
    return text.partition(". ")[0].rstrip(".").replace("`", "")


def text(x: float, y: float, words: str, style: str = "") -> str:
    """A line of text."""
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    """A rectangle."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" fill="{fill}" '
        'stroke="#444"/>'
    )


def path_of_the_data(top: float) -> Iterator[str]:
    """Eight boxes in two rows, and an arrow from each to the next."""
    width, height, gap = 200, 52, 40
    for number, (name, meaning) in enumerate(PATH):
        row, place = divmod(number, 4)
        x, y = MARGIN + place * (width + gap), top + row * (height + 34)
        yield box(x, y, width, height, "#e8f0f8")
        middle = x + width / 2
        yield text(middle, y + 22, name, 'text-anchor="middle" font-weight="bold"')
        yield text(middle, y + 41, meaning, 'text-anchor="middle" font-size="12"')
        if place:
            yield arrow(x - gap + 3, y + height / 2, x - 4, y + height / 2)
    last, first = MARGIN + 3 * (width + gap) + width / 2, MARGIN + width / 2
    between = top + height + 17
    yield (
        f'<polyline points="{last:g},{top + height:g} {last:g},{between:g} {first:g},{between:g} '
        f'{first:g},{top + height + 30:g}" fill="none" stroke="#444" marker-end="url(#tip)"/>'
    )


def arrow(x: float, y: float, to_x: float, to_y: float) -> str:
    """A straight arrow."""
    return (
        f'<line x1="{x:g}" y1="{y:g}" x2="{to_x:g}" y2="{to_y:g}" stroke="#444" '
        'marker-end="url(#tip)"/>'
    )


def stack(top: float) -> tuple[list[str], float]:
    """The layers from `cli` down, and where they end."""
    drawn, y = [], top
    for names in layers():
        lines = [
            (name if number == 0 else "", line)
            for name in names
            for number, line in enumerate(textwrap.wrap(purpose(name), LETTERS))
        ]
        height = LINE * len(lines) + 10
        drawn.append(box(MARGIN + 20, y, WIDTH - 2 * MARGIN - 20, height, "#f6f3ec"))
        for number, (name, line) in enumerate(lines):
            place = y + LINE * (number + 1)
            drawn.append(text(MARGIN + 32, place, name, 'font-weight="bold"'))
            drawn.append(text(MARGIN + 150, place, line, 'font-size="13"'))
        y += height + 4
    drawn.append(arrow(MARGIN + 6, top, MARGIN + 6, y - 8))
    return drawn, y


def draw() -> str:
    """The picture, as SVG."""
    layers_drawn, end = stack(260)
    parts = [
        HEAD.format(width=WIDTH, height=end),
        box(0, 0, WIDTH, end, "white").replace('stroke="#444"', 'stroke="none"'),
        text(MARGIN, 26, "The path of the data", 'font-size="16" font-weight="bold"'),
        *path_of_the_data(42),
        text(
            *(MARGIN, 220, "The packages of sim, one layer above the other"),
            'font-size="16" font-weight="bold"',
        ),
        text(
            MARGIN, 242, "An import points down only. Packages in one box do not import each other."
        ),
        *layers_drawn,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    default = ROOT / "docs" / "figures" / "architecture.svg"
    Path(sys.argv[1] if len(sys.argv) > 1 else default).write_text(draw(), encoding="utf-8")
