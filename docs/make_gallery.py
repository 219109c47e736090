"""Draw the figures of docs/gallery.md from the lines that stand there.

python docs/make_gallery.py [FOLDER].
"""

import os
import re
import sys
from pathlib import Path

import matplotlib as mpl

ROOT = Path(__file__).parents[1]
STEP = re.compile(
    r"```python\n(?P<code>.*?)```(?:\s*!\[[^\]]*\]\(figures/(?P<name>[^)]+)\))?", re.DOTALL
)


def make(folder: Path) -> list[Path]:
    """Run the page's lines in order, and save the axes that the last line before each picture
    returns. Returns the files.
    """
    from sim import plots  # noqa: PLC0415  only after the backend is chosen

    before, made = Path.cwd(), []
    names: dict[str, object] = {}
    os.chdir(ROOT)
    try:
        for step in STEP.finditer((ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")):
            *lines, last = step["code"].strip().split("\n")
            if step["name"] is None:
                exec(step["code"], names)  # noqa: S102  it is our own page
                continue
            exec("\n".join(lines), names)  # noqa: S102
            made.append(folder / step["name"])
            plots.save(eval(last, names), made[-1])  # noqa: S307
    finally:
        os.chdir(before)
    return made


if __name__ == "__main__":
    mpl.use("Agg")
    make(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "docs" / "figures")
