"""What a command takes the second time, beside the first: processor seconds of fresh processes.

Everything is computed, and then asked for again in the same folder; the second time is the least of
a few. Commands that compute nothing have no first time.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

REGIMES = (
    *("none", "budapest", "neutrality", "armed_neutrality", "coalition", "article5_like"),
    *("nato", "eu"),
)
FEW = ("--designs", "100", "--replicates", "4")
BRIGADES = ("--vary", "regime.deployment.brigades=0:20")
COURSE = 'until = 0.5\n[[events]]\nat = 0.5\nwhat = "incident"\n'
ANSWERS = "expert,key,p5,p50,p95\nann,russia.strength,40,60,90\n"
NOTHING_COMPUTED = (("--help",), ("--version",), ("list",), ("check", "nato"), ("show", "nato"))
COMMANDS = (
    ("run", "article5_like"),
    ("run", "article5_like", "--json"),
    ("run", "article5_like", "--integrate"),
    ("compare", *REGIMES, "--baseline", "none"),
    ("compare", "none", "coalition", "--explain", *FEW),
    ("sensitivity", "none", "--samples", "64"),
    ("discover", "none", "--when", "survival@5 < 0.6", *FEW),
    ("robust", "none", "coalition", *FEW),
    ("require", "none", "--hold", "0.7", "--years", "3", *BRIGADES, "--samples", "8", *FEW),
    ("sweep", "none", "--grid", "regime.deployment.brigades=0:20:3", *FEW),
    ("clauses", "coalition", *FEW),
    ("sign", "none", "coalition", *FEW),
    ("history", "none", *FEW),
    ("outlook", "none", "--events", "so_far.toml", *FEW),
    ("elicit", "none", "--csv", "answers.csv", "--out", "mine.toml", *FEW),
    ("calibrate", "--candidates", "120", "--histories", "50", "--checks", "20"),
    ("report", "RUN"),
)


def seconds(words: tuple[str, ...], folder: Path) -> float:
    """Processor seconds of a command in a folder, with those of the processes that it starts."""
    if words[-1] == "RUN":
        words = (*words[:-1], str(next((folder / "runs").glob("article5_like-*"))))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603  the program itself
        [sys.executable, "-m", "sim", *words], cwd=folder, check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a row a command."""
    parsed = argparse.ArgumentParser(description=__doc__)
    parsed.add_argument("commands", nargs="*", help="those that are measured; by default all")
    parsed.add_argument("--repeats", type=int, default=3)
    options = parsed.parse_args()
    print(f"{'command':45}{'first':>8}{'again':>8}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "so_far.toml").write_text(COURSE, encoding="utf-8")
        (folder / "answers.csv").write_text(ANSWERS, encoding="utf-8")
        for words in (*NOTHING_COMPUTED, *COMMANDS):
            if options.commands and words[0] not in options.commands:
                continue
            first = seconds(words, folder)
            again = min(seconds(words, folder) for _ in range(options.repeats))
            ratio = f"{again / first:8.1%}" if words in COMMANDS else ""
            print(f"{' '.join(words)[:44]:45}{first:8.2f}{again:8.2f}{ratio}", flush=True)


if __name__ == "__main__":
    main()
