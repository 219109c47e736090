"""Uses of files that fail, in this process and whoever asks for them."""

import errno
import io
import os
import pathlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

KILL, NO_MEMORY = "SIGKILL", "MemoryError"
FAULTS = ("ENOSPC", "EACCES", "EIO", NO_MEMORY, KILL)
"""What an injected fault is."""
AUDITED = frozenset(
    {
        *("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.listdir", "os.scandir"),
        *("os.truncate", "os.link", "os.symlink", "os.chmod", "shutil.rmtree"),
    }
)
"""What Python reports before it does it, whoever asks: `open` counts for `os.open` as well, `rename`
for `replace`, and `remove` for `unlink`.
"""


class Faults:
    """Counts the uses of files below a folder, and fails at one of them.

    Without a fault it only counts. A write that fails has written half of its bytes. With `fork`,
    which returns whether it is the copy that returns, a copy of the process meets each fault at
    every use.
    """

    def __init__(self, folder: str, fault: str | None, at: int) -> None:
        self.folder, self.fault, self.at = folder, fault, at
        self.used = 0
        self.is_on = False
        self.fork: Callable[[str, int], bool] | None = None
        self._process = os.getpid

    def meet(self, path: Any, half: Callable[[], object] = lambda: None) -> None:
        """Count a use of a file, and fail where it is the one."""
        if not self.is_on or not self.concerns(path):
            return
        self.used += 1
        if self.fork:
            self._meet_each()
        if self.used != self.at or self.fault is None:
            return
        half()
        if self.fault == KILL:
            os.kill(self._process(), signal.SIGKILL)
        if self.fault == NO_MEMORY:
            raise MemoryError
        code = getattr(errno, self.fault)
        raise OSError(code, os.strerror(code), os.fspath(path))

    def _meet_each(self) -> None:
        """Let a copy of the process meet each fault here."""
        self.is_on = False
        for fault in FAULTS:
            if self.fork(fault, self.used):
                self.fault, self.at, self.fork = fault, self.used, None
                break
        self.is_on = True

    def concerns(self, path: Any) -> bool:
        """Whether a path leads into the folder."""
        is_path = isinstance(path, str | os.PathLike)
        return is_path and str(Path(self.folder, path)).startswith(self.folder)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hear of a use of a file from Python."""
        if self.is_on and event in AUDITED and arguments:
            self.meet(arguments[0])

    def install(self) -> None:
        """Hear of every use of a file from here on."""
        import pyarrow.parquet as pq
        from matplotlib.figure import Figure

        sys.addaudithook(self.audit)
        os.stat = self._before(os.stat, lambda path, *_, **__: path)
        io.open = pathlib.io.open = self._opening(io.open)
        for owner, name, place in (
            (pq.ParquetWriter, "__init__", lambda _, where, *__, **___: where),
            (pq.ParquetWriter, "write_table", lambda writer, *_, **__: writer.where),
            (Figure, "savefig", lambda _, path, *__, **___: path),
        ):
            setattr(owner, name, self._before(getattr(owner, name), place))
        self.is_on = True

    def _before(self, call: Any, place: Callable[..., Any]) -> Any:
        """A call that meets the fault first; `place` finds its path among its arguments."""

        def meeting(*positional: Any, **named: Any) -> Any:
            self.meet(place(*positional, **named))
            return call(*positional, **named)

        return meeting

    def _opening(self, plain: Any) -> Any:
        """`open`, of which each write of a file meets the fault."""
        faults = self

        class Raw(io.FileIO):
            def write(self, data: Any, /) -> int:
                half = bytes(data)[: len(data) // 2]
                faults.meet(self.name, lambda: io.FileIO.write(self, half))
                return super().write(data)

        def opening(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
            if not faults.concerns(file) or not set(mode) & {"w", "x", "a"}:
                return plain(file, mode, *more, **named)
            writer = io.BufferedWriter(Raw(file, mode.replace("b", "").replace("t", "")))
            options = dict(zip(("buffering", "encoding", "errors", "newline"), more, strict=False))
            options = {"encoding": "utf-8"} | options | named
            options.pop("buffering", None)
            return writer if "b" in mode else io.TextIOWrapper(writer, **options)

        return opening
