"""A new scenario file that builds on another, to be edited: it changes nothing yet, and names in
comments what it may change.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from sim.guarantee.provisions.commitment import Commitment
from sim.scenario.schema import Scenario
from sim.scenario.show import parameters, toml

_INTRODUCTION = """\
This file builds on {base} and says only what it changes: nothing yet. Take the # away from a
line below, change its value, and say why in its source. `ceasefire show {base}` prints the numbers
of the actors, the war and the costs as well, which a file may change in the same way. Any number
may be uncertain instead, as in"""
_EXAMPLE = 'regime.deployment.brigades = { uniform = [5, 10], source = "why" }'
_WIDTH = 98


def copy_of(scenario: Scenario, base: str, extends: Sequence[str]) -> str:
    """The text of a file that extends a scenario, whose guarantee stands in its comments.

    Parameters
    ----------
    scenario
        What the file builds on.
    base
        What a command names it by.
    extends
        The names and paths by which the file extends it, of which the later win.

    """
    return "\n".join(
        [
            f"title = {toml(f'{scenario.title or scenario.name}, changed')}",
            f"label = {toml(f'{scenario.label or scenario.name}, changed')}",
            f"extends = {toml(extends[0] if len(extends) == 1 else list(extends))}",
            "",
            *_comment(_INTRODUCTION.format(base=base)),
            f"#   {_EXAMPLE}",
            *_guarantee(scenario),
            "",
        ]
    )


def _guarantee(scenario: Scenario) -> Iterator[str]:
    """The values of the guarantee, one line each behind a #, and what each means."""
    block = ""
    for info in parameters(scenario):
        if not info.key.startswith("regime."):
            continue
        provision = info.key.split(".")[1]
        if provision != block:
            block = provision
            yield from ("", f"# --- {provision.replace('_', ' ')}")
            if provision == "commitment":
                yield from _comment(Commitment.guide)
        unit = f" [{info.unit}]" if info.unit else ""
        yield from ("#", *_comment(f"{info.meaning}{unit}"))
        yield f"# not set: {info.key}" if info.value == "none" else f"# {info.key} = {info.value}"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, _WIDTH)]
