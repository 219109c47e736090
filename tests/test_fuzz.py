"""Any bytes as a scenario file: it is read or refused in words, in a moment, and what is read is shown
as itself.

The files of `corpus` are kept because they once went wrong, or stand for a kind of their own; they
are tried as they are, mutated, and beside what a grammar of TOML makes of the keys of a scenario.
"""

import json
import random
import time
from pathlib import Path

import pytest
from test_extremes import ends
from warm import Warm

import sim
from sim.errors import MOST_PROBLEMS
from sim.scenario.schema import Scenario
from sim.scenario.show import resolved
from sim.uncertainty import Distribution, is_number

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.toml"))
LEAST = "[regime.deployment]\nbrigades = 5\n[russia]\nstrength = { uniform = [80, 90] }\n"
KEYS = [key for key, _ in Scenario().leaves()]
RANGES = {
    key: ends(field)
    for key, value, field in Scenario().fields()
    if (is_number(value) or isinstance(value, Distribution))
    and not key.startswith(("sampling.", "europe.members."))
}
TEXTS = (
    "",
    "x",
    "=1+1",
    "\x1b[31m",
    "\u202e",
    "[bold]",
    "$\\frac$",
    "план",
    "a\nb",
    "\x7f\x85\u2028",
    "\\",
    '"""',
    "'",
    "none",
    "𝔘",
)
SECONDS = 60
"""A bound that no input of a bounded size reaches unless it is tried over and over."""
MEMORY = 2e9
"""Bytes that no command over such an input takes."""


def read(path):
    """The scenario, or None where it is refused as it should be."""
    began = time.process_time()
    try:
        return sim.load(path)
    except sim.ScenarioError as wrong:
        problems = wrong.problems
    finally:
        assert time.process_time() - began < SECONDS
    assert 0 < len(problems) <= MOST_PROBLEMS + 1
    assert all(problems)
    assert sum(map(len, problems)) < 100_000
    return None


def tried(path, content):
    """Read a file of this content, and what is shown of it, again."""
    path.write_bytes(content)
    scenario = read(path)
    if scenario is not None:
        path.write_text(resolved(scenario), encoding="utf-8")
        assert sim.load(path).model_dump() == scenario.model_dump()
    return scenario


def value(chance, depth=0):
    """A value of TOML, likely of a kind that a scenario has."""
    kinds = (
        lambda: repr(chance.choice((0, 1, -1, 5, 2**63 - 1, 10 ** chance.randrange(400)))),
        lambda: repr(chance.choice((0.5, 1e308, -0.0, 1e-320, float("inf"), float("nan"), 1e9))),
        lambda: text(chance.choice(TEXTS) * chance.choice((1, 1, 1, 90))),
        lambda: chance.choice(("true", "2026-01-01", "2026-01-01T00:00:00Z", "07:32:00", "")),
        lambda: f"[{', '.join(value(chance, depth + 1) for _ in range(chance.randrange(4)))}]",
        lambda: (
            "{ "
            + ", ".join(
                f"{chance.choice(DISTRIBUTIONS)} = {value(chance, depth + 1)}"
                for _ in range(chance.randrange(3))
            )
            + " }"
        ),
        lambda: "[" * (many := chance.randrange(2000)) + "]" * many,
    )
    return chance.choice(kinds[: 4 if depth > 4 else None])()


DISTRIBUTIONS = (
    *("uniform", "normal", "lognormal", "triangular", "beta", "choice", "draws"),
    *("quantiles", "mixture", "p5", "p50", "p95"),
    *("value", "source", "mean", "sd", "low", "high", "median", "sigma", "a", "b", "x"),
)


def number(chance, low, high):
    """A number of a range, often at an end of it."""
    return chance.choice(
        (low, high, low + (high - low) * chance.random(), chance.uniform(low, low + 1))
    )


def fitting(chance, low, high):
    """A number of a range or a distribution over it, of a kind that a scenario may have."""
    few = sorted(number(chance, low, high) for _ in range(3))
    mean, spread = few[1], (few[2] - few[0]) / chance.choice((2, 4, 50))
    kinds = (
        f"{few[1]!r}",
        f"{{ uniform = [{few[0]!r}, {few[2]!r}] }}",
        f"{{ triangular = {few!r} }}",
        f"{{ choice = {few!r} }}",
        f"{{ normal = [{mean!r}, {spread!r}] }}",
        f"{{ lognormal = [{mean!r}, {1 + spread / (1 + mean)!r}] }}",
        f"{{ draws = {few!r} }}",
        f"{{ value = {few[1]!r}, source = {text(chance.choice(TEXTS))} }}",
    )
    return chance.choice(kinds)


def likely(chance):
    """A file with some numbers in their ranges, which is read about every other time."""
    keys = chance.sample(sorted(RANGES), chance.randrange(1, 5))
    return "\n".join(
        [
            f"extends = '{chance.choice(('none', 'eu', 'nato', 'coalition'))}'",
            f"title = {text(chance.choice(TEXTS))}",
            *(f"{key} = {fitting(chance, *RANGES[key])}" for key in keys),
        ]
    ).encode()


def text(raw):
    return json.dumps(raw, ensure_ascii=False).replace("\x7f", "\\u007f")


def document(chance):
    """A file with some of the keys of a scenario, in tables, dotted, in quotes, or twice."""
    lines = []
    for _ in range(chance.randrange(1, 12)):
        key = chance.choice((*KEYS, "extends", "name", "sources", "clauses", "europe.members", "x"))
        match chance.randrange(6):
            case 0:
                block, _, last = key.rpartition(".")
                lines += [f"[{block}]"] * bool(block) + [f"{last} = {value(chance)}"]
            case 1:
                lines += [f"[[{key}]]", f"name = {value(chance)}"]
            case 2:
                lines.append(f"{text(chance.choice(TEXTS))}.{key} = {value(chance)}")
            case _:
                lines.append(f"{key} = {value(chance)}")
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def mutated(content, chance):
    """The bytes with some flipped, cut, doubled, or put elsewhere."""
    data = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        at, length = chance.randrange(len(data) + 1), chance.randrange(1, 20)
        match chance.randrange(4):
            case 0:
                data[at:at] = bytes(chance.randrange(256) for _ in range(length))
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[max(0, at - length) : at] * chance.randrange(1, 50)
            case _:
                data[at : at + 1] = bytes([chance.choice(b"\"'[]{}=.,#\n\\\0 \xff0e-")])
    return bytes(data)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_file_of_the_corpus_is_read_or_refused(path, tmp_path):
    tried(tmp_path / path.name, path.read_bytes())


@pytest.mark.parametrize(
    "seeds", [range(60), pytest.param(range(60, 6000), marks=pytest.mark.exhaustive)], ids=str
)
def test_whatever_a_grammar_makes_is_read_or_refused(seeds, tmp_path):
    read_whole = [tried(tmp_path / "x.toml", document(random.Random(seed))) for seed in seeds]
    assert None in read_whole


@pytest.mark.parametrize(
    "seeds", [range(60), pytest.param(range(60, 6000), marks=pytest.mark.exhaustive)], ids=str
)
def test_whatever_bytes_are_changed_a_file_is_read_or_refused(seeds, tmp_path):
    contents = [LEAST.encode(), *(path.read_bytes() for path in CORPUS)]
    for seed in seeds:
        chance = random.Random(seed)
        tried(tmp_path / "x.toml", mutated(chance.choice(contents), chance))


@pytest.mark.parametrize(
    "seeds", [range(60), pytest.param(range(60, 3000), marks=pytest.mark.exhaustive)], ids=str
)
def test_what_a_scenario_may_be_is_read_and_shown_as_itself(seeds, tmp_path):
    read_whole = [tried(tmp_path / "x.toml", likely(random.Random(seed))) for seed in seeds]
    assert len(seeds) / 4 < sum(scenario is not None for scenario in read_whole) < len(seeds)


@pytest.fixture(scope="module")
def warm():
    process = Warm({})
    yield process
    process.close()


@pytest.mark.long
@pytest.mark.parametrize(
    "seeds", [range(5), pytest.param(range(5, 400), marks=pytest.mark.exhaustive)], ids=str
)
def test_a_command_over_any_file_ends_in_words(seeds, warm, tmp_path):
    """With 0 or 2, in bounded time and memory: what `check` passes is shown and simulated."""
    sampling = ("--designs=8", "--replicates=2", "--years=2", "--quiet", "--no-figures")
    for seed in seeds:
        chance = random.Random(seed)
        content = likely(chance)
        (tmp_path / "x.toml").write_bytes(mutated(content, chance) if seed % 4 == 0 else content)
        codes = []
        for words in (("check",), ("show",), ("run", *sampling)):
            ended = warm([words[0], "x.toml", *words[1:]], tmp_path)
            assert ended.code in ((0,) if codes else (0, 2)), (seed, words, ended)
            assert ended.err or not ended.code, (seed, words, ended)
            assert "Traceback" not in ended.err
            assert len(ended.err.splitlines()) <= MOST_PROBLEMS + 2
            assert ended.seconds < SECONDS
            assert ended.memory < MEMORY
            codes.append(ended.code)
            if ended.code:
                break
