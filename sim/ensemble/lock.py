"""One process at a time in a folder of results."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_log = logging.getLogger("ceasefire")


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder, which need not exist yet, once another process that computes it has left it.

    The system lets go of it if the process dies. Raises OSError if the folder around it cannot be
    written.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  only what is written is locked

    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.parent / f".{folder.name}.lock")
    try:
        lock.acquire(timeout=0)
    except NotImplementedError:
        raise OSError(errno.ENOLCK, "this file system locks no files") from None
    except Timeout:
        _log.warning("%s: another process computes this; waiting for it", folder)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
