"""Writing a result for another program: whole or not at all, over nothing but an earlier export."""

import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sim.ensemble.seal import write_whole, writing
from sim.ensemble.store import Run, read_run
from sim.errors import ArgumentFault, RunError
from sim.exports.described import MADE_BY, Exported, exported
from sim.exports.netcdf import write_netcdf
from sim.exports.text import ABOUT, file_names, write_document, write_folder
from sim.exports.workbook import write_workbook
from sim.study import kept
from sim.study.finding import Finding


@dataclass(frozen=True)
class Format:
    """A kind of file: how it is written, and the packages of the extra `export` that this needs."""

    write: Callable[[Path, Exported], None]
    needs: tuple[str, ...] = ()


FORMATS: Mapping[str, Format] = {
    "csv": Format(write_folder),
    "xlsx": Format(write_workbook, ("xlsxwriter",)),
    "nc": Format(write_netcdf, ("xarray", "h5netcdf", "h5py")),
    "json": Format(write_document),
}
"""By the name of `--to`, which is also how its files end; csv is a folder."""
_CORE = "docProps/core.xml"


def export(result: Run | Finding | str | Path, out: str | Path, to: str | None = None) -> Path:
    """Write a run or a finding for another program.

    Parameters
    ----------
    result
        A run, a finding, or the folder of one.
    out
        The file to write; for csv a folder. An earlier export is replaced, anything else is not.
    to
        `csv`, `xlsx`, `nc` or `json`; by default what the name of `out` ends in, and else csv.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    RunError
        If the result cannot be read, `out` is something else or cannot be written, or the extra
        `export` is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     run = sim.run(sim.load("none", {"sampling.designs": 32}), out=None)
    ...     sim.export(run, f"{folder}/none.json").name
    'none.json'

    """
    out = Path(out)
    kind = to or suffix(out)
    _check_available(kind)
    whole = exported(read(Path(result)) if isinstance(result, str | Path) else result)
    with writing(out, "name a place that can be written"):
        out.parent.mkdir(parents=True, exist_ok=True)
        if kind == "csv":
            _replace_folder(out, whole)
        else:
            _check_own(out)
            write_whole(out, lambda file: FORMATS[kind].write(file, whole))
    return out


def suffix(out: Path) -> str:
    """The format that the name of a file ends in, and else csv."""
    ending = out.suffix.removeprefix(".").lower()
    return ending if ending in FORMATS else "csv"


def read(folder: Path) -> Run | Finding:
    """The result in a folder. Raises RunError if there is none."""
    return kept.read(folder) if (folder / kept.FILE).exists() else read_run(folder)


def _check_available(kind: str) -> None:
    """Raise RunError for a format that is not known, or whose packages are not installed."""
    if kind not in FORMATS:
        raise RunError(ArgumentFault("to", kind, f"must be one of {', '.join(FORMATS)}"))
    if any(find_spec(package) is None for package in FORMATS[kind].needs):
        raise RunError(
            f"a file of kind {kind} needs the extra `export`: pip install 'ceasefire[export]'"
        )


def _replace_folder(out: Path, whole: Exported) -> None:
    """Write a folder beside where it belongs, and put it there when it is whole."""
    if out.exists() and not _is_own_folder(out, file_names(whole)):
        raise _taken(out)
    unfinished = out.with_name(f".{out.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        write_folder(unfinished, whole)
        shutil.rmtree(out, ignore_errors=True)
        unfinished.rename(out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _check_own(out: Path) -> None:
    """Raise RunError for a file that no export wrote."""
    if out.exists() and not (out.is_file() and _is_own_file(out)):
        raise _taken(out)


def _is_own_folder(folder: Path, names: set[str]) -> bool:
    """Whether an export wrote all that is in a folder; an empty one is nobody's."""
    if not folder.is_dir():
        return False
    there = {entry.name for entry in folder.iterdir()}
    about = folder / ABOUT
    return not there or (there <= names and about.is_file() and _is_own_file(about))


def _is_own_file(path: Path) -> bool:
    """Whether a file says that an export wrote it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return _CORE in archive.namelist() and MADE_BY.encode() in archive.read(_CORE)
    return MADE_BY.encode() in path.read_bytes()


def _taken(out: Path) -> RunError:
    return RunError(f"{out}: is there already, and no export wrote it; choose another name")
