"""A warm copy of the command line: a process that has imported everything and forks for each
command, in which the n-th use of a file can fail. Its figures are blank.

Started as a program it reads a trial a line, as JSON, and answers with how the trial ended. A trial
of each fault at every use forks again at each of them, so that nothing is computed twice.
"""

import gc
import importlib
import io
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from copied import copied, put_back
from faults import Faults
from sizes import places


def _trial(words: list[str], faults: Faults, typed: str) -> int:
    """Carry out a command in this process, and say with which code it ended."""
    from sim.cli import app

    for number, name in ((1, "stdout"), (2, "stderr")):
        setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))
    sys.stdin = io.TextIOWrapper(io.BytesIO(typed.encode()), encoding="utf-8")
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
    def with_faults(cls, trial: dict[str, Any], reports: Connection | None = None) -> "_Begun":
        """Begin it. With a way to report, each fault is met at every use."""
        files = out, err, uses = _three_files()
        child = os.fork()
        if child:
            return cls(child, files)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        os.chdir(trial["cwd"])
        signal.alarm(trial.get("patience", 0))
        exec(trial.get("first", ""))  # noqa: S102  what a test wants of this process
        faults = Faults(trial["cwd"], trial.get("fault"), trial.get("at", 0))
        if reports:
            faults.fork = _Forks(Path(trial["cwd"]), (1, 2, uses.fileno()), reports)
        code = _trial(trial["words"], faults, trial.get("typed", ""))
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
            "memory": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        }


def _three_files() -> tuple[Any, Any, Any]:
    return tuple(tempfile.TemporaryFile() for _ in range(3))


class _Forks:
    """Copies of this process, which go on in a copy of its folder and end before it goes on."""

    def __init__(self, folder: Path, numbers: tuple[int, int, int], reports: Connection) -> None:
        self._folder, self._numbers, self._reports = folder, numbers, reports
        own = os.getpid()
        os.getpid = lambda: own  # a copy takes itself for the process for which it stands

    def __call__(self, fault: str, at: int) -> bool:
        """Fork, and report how the copy ended. Returns whether this is the copy."""
        files = _three_files()
        for file, number in zip(files, self._numbers, strict=True):
            file.write(os.pread(number, os.fstat(number).st_size, 0))
            file.flush()
        child = copied(self._folder)
        if not child:
            for file, number in zip(files, self._numbers, strict=True):
                os.dup2(file.fileno(), number)
            return True
        self._reports.send({"fault": fault, "at": at} | _Begun(child, files).ended())
        self._reports.recv()
        put_back(self._folder)
        return False


def _each_fault(trial: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """How a command ends at each use of a file with each fault, and at last how without."""
    here, there = Pipe()
    begun = _Begun.with_faults(trial, there)
    there.close()
    while True:
        try:
            yield here.recv()
        except EOFError:
            break
        here.send("go on")
    yield begun.ended()


def _warm_up(sizes: dict[str, int]) -> str:
    """Import what any command imports, take the fingerprint of the model, and set sizes of studies.
    Returns where the package is.
    """
    os.environ["MPLBACKEND"] = "agg"
    import sim

    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if not module.name.startswith(("sim.app", "sim.__main__")):
            importlib.import_module(module.name)
    for name in ("matplotlib.backends.backend_agg", "rich.progress", "sklearn.linear_model"):
        importlib.import_module(name)
    from blank import saved_blank
    from matplotlib.figure import Figure

    from sim.ensemble.manifest import model_code

    Figure.savefig = saved_blank
    model_code()
    for namespace, name, size in places(sizes):
        namespace[name] = size
    gc.collect()
    gc.freeze()  # or each fork would copy the memory in which it looks for garbage
    return str(sim.__path__[0])


@dataclass(frozen=True)
class Ended:
    """How a command ended: its code, what it printed, how often it used a file of its folder,
    seconds of the processor, bytes of memory at most, and which fault it met at which of these
    uses.
    """

    code: int
    out: str
    err: str
    uses: int
    seconds: float
    memory: int
    fault: str | None = None
    at: int = 0


class Warm:
    """The command line in a process that has imported everything: of the package in this checkout,
    or of one that is installed for another Python.
    """

    def __init__(self, sizes: dict[str, int], python: Path | None = None) -> None:
        self._process = subprocess.Popen(
            [python or sys.executable, __file__, json.dumps(sizes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ
            | {
                "PYTHONPATH": "" if python else str(Path(__file__).parents[1]),
                "COLUMNS": "80",
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
                "PYTHONWARNINGS": "ignore",
            },
        )
        self.package = Path(self._line())
        """Where the package is that answers."""

    def __call__(self, words: list[str], cwd: Path, **more: Any) -> Ended:
        """Carry out a command in a folder; `fault` meets its use number `at` of a file there, and
        `first` is a program that its process carries out before.
        """
        (ended,) = self.at_once(1, words, cwd, **more)
        return ended

    def at_once(self, times: int, words: list[str], cwd: Path, **more: Any) -> list[Ended]:
        """The same by several processes."""
        return [
            Ended(**ended)
            for ended in self._answer({"words": words, "cwd": str(cwd), "times": times, **more})
        ]

    def with_each_fault(self, words: list[str], cwd: Path, **more: Any) -> Iterator[Ended]:
        """The same with each fault at every use of a file, and at last without.

        The folder holds what each left behind until the next is taken; until then, the command may
        be carried out in it again.
        """
        ended = self._answer({"words": words, "cwd": str(cwd), "each fault": True, **more})
        while ended:
            yield Ended(**ended)
            ended = self._answer(None)

    def _answer(self, question: Any) -> Any:
        self._process.stdin.write(f"{json.dumps(question)}\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> Any:
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def _answer(document: Any) -> None:
    sys.stdout.write(f"{json.dumps(document)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _answer(_warm_up(json.loads(sys.argv[1])))
    swept: Iterator[dict[str, Any]] = iter(())
    for line in sys.stdin:
        trial = json.loads(line)
        if trial and "times" in trial:
            begun = [_Begun.with_faults(trial) for _ in range(trial["times"])]
            _answer([one.ended() for one in begun])
            continue
        swept = _each_fault(trial) if trial else swept
        _answer(next(swept, None))
