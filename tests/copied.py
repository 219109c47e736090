"""A process that is copied in the middle of its work, with the folder in which it works."""

import fcntl
import os
import shutil
from pathlib import Path


def copied(folder: Path) -> int:
    """Fork. The copy works in a copy of the folder, which stands in its place until `put_back`.

    Returns the number of the copy, and 0 in the copy, which has files of its own: what it writes is
    not seen here, and moves no position in a file that is open here.
    """
    aside = _aside(folder)
    folder.rename(aside)
    shutil.copytree(aside, folder)
    copy = os.fork()
    if not copy:
        _have_own_files(aside, folder)
        os.chdir(folder)
    return copy


def put_back(folder: Path) -> None:
    """Remove what the copy left, and let this process go on in the folder that it knows."""
    shutil.rmtree(folder)
    _aside(folder).rename(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}, set aside")


def _have_own_files(before: Path, now: Path) -> None:
    """Open all that is open of a folder in its copy, at the same position."""
    places = {_identity(path.stat()): path for path in (before, *before.rglob("*"))}
    for number in range(3, 256):
        try:
            place = places.get(_identity(os.fstat(number)))
        except OSError:
            continue
        if place is None:
            continue
        mode = fcntl.fcntl(number, fcntl.F_GETFL) & (os.O_ACCMODE | os.O_APPEND)
        own = os.open(now / place.relative_to(before), mode)
        if place.is_file():
            os.lseek(own, os.lseek(number, 0, os.SEEK_CUR), os.SEEK_SET)
        os.dup2(own, number, inheritable=False)
        os.close(own)


def _identity(file: os.stat_result) -> tuple[int, int]:
    return file.st_dev, file.st_ino
