"""A warm copy of the command line: a process that has imported everything and forks for each
command, in which the n-th use of a file can fail.

Started as a program it reads a trial a line, as JSON, and answers with how the trial ended.
"""

import errno
import importlib
import inspect
import io
import json
import os
import pathlib
import pkgutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
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

    Without a fault it only counts. A write that fails has written half of its bytes.
    """

    def __init__(self, folder: str, fault: str | None, at: int) -> None:
        self.folder, self.fault, self.at = folder, fault, at
        self.used = 0
        self.is_on = False

    def meet(self, path: Any, half: Callable[[], object] = lambda: None) -> None:
        """Count a use of a file, and fail where it is the one."""
        if not self.is_on or not self.concerns(path):
            return
        self.used += 1
        if self.used != self.at or self.fault is None:
            return
        half()
        if self.fault == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault == NO_MEMORY:
            raise MemoryError
        code = getattr(errno, self.fault)
        raise OSError(code, os.strerror(code), os.fspath(path))

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


def _trial(words: list[str], faults: Faults, given: str) -> int:
    """Carry out a command in this process, and say with which code it ended."""
    from sim.cli import app

    for number, name in ((1, "stdout"), (2, "stderr")):
        setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))
    sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    sys.argv = ["ceasefire", *words]
    code: Any = 0
    try:
        faults.install()
        app(words)
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001  whatever a user would see
        traceback.print_exc()
        code = 1
    faults.is_on = False
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return code if isinstance(code, int) else 1


@dataclass(frozen=True)
class _Begun:
    """A trial in a copy of this process: its number, and the files of what it prints and uses."""

    child: int
    files: tuple[Any, Any, Any]

    @classmethod
    def with_faults(cls, asked: dict[str, Any]) -> "_Begun":
        """Begin it."""
        files = out, err, uses = tuple(tempfile.TemporaryFile() for _ in range(3))  # noqa: SIM115  read when it has ended
        child = os.fork()
        if child:
            return cls(child, files)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        os.chdir(asked["cwd"])
        signal.alarm(asked.get("patience", 0))
        faults = Faults(asked["cwd"], asked.get("fault"), asked.get("at", 0))
        code = _trial(asked["words"], faults, asked.get("given", ""))
        uses.write(str(faults.used).encode())
        uses.flush()
        os._exit(code)

    def ended(self) -> dict[str, Any]:
        """How it ended."""
        _, status, used = os.wait4(self.child, 0)
        read = []
        for file in self.files:
            with file:
                file.seek(0)
                read.append(file.read().decode("utf-8", "replace"))
        return {
            "code": os.waitstatus_to_exitcode(status),
            "out": read[0],
            "err": read[1],
            "uses": int(read[2] or 0),
            "seconds": used.ru_utime + used.ru_stime,
        }


def _warm_up(sizes: dict[str, int]) -> None:
    """Import what any command imports, and make studies small: values by the names of constants,
    and by `module.function:keyword` of defaults.
    """
    os.environ["MPLBACKEND"] = "agg"
    import sim

    for found in pkgutil.walk_packages(sim.__path__, "sim."):
        if not found.name.startswith(("sim.app", "sim.__main__")):
            importlib.import_module(found.name)
    for name in ("matplotlib.backends.backend_agg", "rich.progress", "sklearn.linear_model"):
        importlib.import_module(name)
    for name, size in sizes.items():
        path, _, keyword = name.partition(":")
        module, _, inner = path.rpartition(".")
        owner = importlib.import_module(module)
        if keyword:
            _set_default(getattr(owner, inner), keyword, size)
        else:
            setattr(owner, inner, size)


def _set_default(function: Any, keyword: str, size: int) -> None:
    """Give an argument of a function another default."""
    if keyword in (function.__kwdefaults__ or {}):
        function.__kwdefaults__[keyword] = size
        return
    defaults = function.__defaults__
    names = inspect.getfullargspec(function).args[-len(defaults) :]
    together = zip(names, defaults, strict=True)
    function.__defaults__ = tuple(size if name == keyword else old for name, old in together)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its code, what it printed, and how often it used a file of its folder."""

    code: int
    out: str
    err: str
    uses: int
    seconds: float


class Warm:
    """The command line in a process that has imported everything."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, json.dumps(sizes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ
            | {
                "PYTHONPATH": str(Path(__file__).parents[1]),
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
                "PYTHONWARNINGS": "ignore",
            },
        )
        assert self._line() == []

    def __call__(self, words: list[str], cwd: Path, **more: Any) -> Ended:
        """Carry out a command in a folder; `fault` meets its use number `at` of a file there."""
        (ended,) = self.at_once(1, words, cwd, **more)
        return ended

    def at_once(self, times: int, words: list[str], cwd: Path, **more: Any) -> list[Ended]:
        """The same by several processes."""
        asked = {"words": words, "cwd": str(cwd), "times": times, **more}
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        return [Ended(**ended) for ended in self._line()]

    def _line(self) -> Any:
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def _answer(document: list[Any]) -> None:
    sys.stdout.write(f"{json.dumps(document)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _warm_up(json.loads(sys.argv[1]))
    _answer([])
    for line in sys.stdin:
        trial = json.loads(line)
        begun = [_Begun.with_faults(trial) for _ in range(trial["times"])]
        _answer([one.ended() for one in begun])
