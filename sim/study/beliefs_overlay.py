"""What experts believe as a scenario file to apply on top of others."""

from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

from sim.ensemble.seal import write_whole, writing
from sim.errors import RunError
from sim.scenario.show import toml
from sim.study.beliefs import Beliefs

_MADE = "# Made by `ceasefire elicit`"
"""How such a file begins."""
_ELSEWHERE = "name a file that can be written"


def overlay_text(beliefs: Beliefs, on: date) -> str:
    """The pooled beliefs as a scenario file, with who was asked and when."""
    experts = beliefs.experts
    by, numbers = _counted(len(experts), "expert"), _counted(len(beliefs.numbers), "number")
    of_all, names = f"elicited from {by}, {on.isoformat()}", ", ".join(experts)
    blocks: dict[str, list[str]] = defaultdict(list)
    for key, pooled in beliefs.pooled.items():
        block, _, name = key.rpartition(".")
        keeps = [expert for expert in experts if key in beliefs.left_out(expert)]
        source = of_all + (f"; {', '.join(keeps)} kept the prior" if keeps else "")
        value = toml(pooled).removesuffix(" }")
        blocks[block].append(f"{name} = {value}, source = {toml(source)} }}")
    lines = [
        f"{_MADE}; edit the answers and run the command again.",
        f"title = {toml(f'Beliefs of {by} about {numbers}')}",
        f"label = {toml(f'Beliefs of {by}')}",
        f"sources = {toml([f'{of_all}: {names}'])}",
    ]
    for block, values in blocks.items():
        lines += ["", f"[{block}]", *values]
    return "\n".join(lines) + "\n"


def write_overlay(path: Path, beliefs: Beliefs) -> None:
    """Write the pooled beliefs with the date of today, whole or not at all.

    Raises RunError if the file cannot be written, or holds anything else.
    """
    refuse_other(path)
    with writing(path, _ELSEWHERE):
        today = datetime.now().astimezone().date()
        data = overlay_text(beliefs, today).encode()
        write_whole(path, lambda unfinished: unfinished.write_bytes(data))


def refuse_other(path: Path) -> None:
    """Raise RunError where a file stands that is no such overlay, or none can be written."""
    if path.suffix != ".toml":
        raise RunError(f"{path}: must end in .toml, as every scenario file does")
    with writing(path, _ELSEWHERE):
        if path.exists() and not path.read_bytes().startswith(_MADE.encode()):
            raise RunError(
                f"{path}: is there already, and `ceasefire elicit` did not write it; choose "
                "another name"
            )
    if not path.parent.is_dir():
        raise RunError(f"{path}: cannot be written: no such folder; {_ELSEWHERE}")


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" + ("" if count == 1 else "s")
