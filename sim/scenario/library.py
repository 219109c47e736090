"""The scenarios that come with the product, by name: a name stands for its file wherever a scenario
file does.
"""

import os
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "library"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "scenarios"
"""Where the library lies: inside an installed package, beside the package in a checkout."""
REFERENCE = (
    "none",
    "budapest",
    "neutrality",
    "armed_neutrality",
    "coalition",
    "article5_like",
    "nato",
    "eu",
)
"""The reference guarantees, in the order of tables."""
OVERLAYS = ("base", "calibrated", "donbas_withdrawal", "uncertain_costs")
"""What scenarios share, and what is applied on top of them."""


@cache
def files() -> dict[str, Path]:
    """The files of the library by name, those of texts last."""
    paths = (*sorted(FOLDER.glob("*.toml")), *sorted(FOLDER.glob("texts/*.toml")))
    return {path.stem: path for path in paths}


def groups() -> dict[str, list[str]]:
    """The names of the library by what they are, each group under its heading."""
    texts = [name for name, path in files().items() if path.parent != FOLDER]
    variants = [name for name in files() if name not in {*REFERENCE, *OVERLAYS, *texts}]
    return {
        "Reference guarantees": list(REFERENCE),
        "Variants": variants,
        "Texts that were negotiated": texts,
        "Overlays, as in nato+calibrated, and what all scenarios share": list(OVERLAYS),
    }


def find(file: str | Path, folder: Path = Path()) -> Path:
    """The file of this path in a folder if there is one, else that of the library by this name,
    else the path, where there is nothing.
    """
    known, path = files().get(str(file)), folder / file
    return path if known is None or path.is_file() else known


def find_folder(folder: Path) -> Path:
    """A folder, or that of the library by this name where there is none."""
    return folder if folder.exists() else FOLDER / folder


def shown(path: Path) -> str:
    """A path as messages and origins have it: one of the library does not say where it lies."""
    inside = path.is_relative_to(FOLDER)
    return f"library/{path.relative_to(FOLDER).as_posix()}" if inside else str(path)


def reference(path: Path) -> str:
    """What a command names a file by: its name if it is of the library, else its path."""
    return path.stem if files().get(path.stem) == path else str(path)


def reference_from(folder: Path, file: str) -> str:
    """What a scenario file in a folder names a file by, which is a path from here or a name."""
    path = find(file)
    if files().get(file) == path:
        return file
    return Path(os.path.relpath(path, folder)).as_posix()
