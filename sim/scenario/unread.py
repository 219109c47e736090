"""Numbers that a file writes in a way that TOML does not read as numbers, and how to write them."""

import re
from collections.abc import Mapping
from pathlib import Path
from tomllib import TOMLDecodeError

_SIGNED = r"[+-]?"
_GROUPS = (
    ("[,]", "without a comma"),
    ("[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", "without a space"),
    ("['’]", "without an apostrophe"),
)
"""What stands between groups of three digits, and how the number is to be written."""
_NUMBER = re.compile(rf"{_SIGNED}(\d+\.?\d*|\.\d+)(e{_SIGNED}\d+)?", re.IGNORECASE | re.ASCII)
_DECIMAL_COMMA = re.compile(rf"{_SIGNED}\d+,\d+")
_PERCENT = re.compile(rf"({_SIGNED}(?:\d+\.?\d*|\.\d+)) ?%")
_BARE = re.compile(r"=\s*([+-]?[\d.][\d.,'’ \u00a0\u202f]*%?)(?=\s*(?:[#}\]]|$|,\s*[A-Za-z]))")
"""What begins as a number after an equals sign, up to where its value ends."""
_PERCENT_IN_LIST = re.compile(rf"[\[,]\s*({_PERCENT.pattern})(?=\s*[,\]])")
_BROKEN_IN_LIST = re.compile(r"[\[,]\s*([1-9]\d{0,2}(?:,0\d\d)+)(?=\s*[,\]])")
"""A number in a list that no list of two numbers can be: none begins with a zero."""


def advice(value: object) -> str:
    """How to write what a scenario gives as text in place of a number; empty where it is no number.

    Examples
    --------
    >>> advice("60"), advice({"value": "15,000"}), advice("sixty")
    ('write 60 without quotes', 'write 15000, without a comma', '')

    """
    match value:
        case str():
            plain = value.strip()
            return f"write {plain} without quotes" if _NUMBER.fullmatch(plain) else _mended(plain)
        case Mapping():
            inner = [own for name, own in value.items() if name != "source"]
        case list() | tuple():
            inner = list(value)
        case _:
            inner = []
    return next(filter(None, map(advice, inner)), "")


def not_toml(path: str | Path, text: str, wrong: TOMLDecodeError) -> str:
    """What is wrong with a text that is not TOML: a number that is written otherwise, if the line
    where it ceases to be TOML has one.
    """
    if at := re.search(r"\(at line (\d+), column \d+\)$", str(wrong)):
        line = text.split("\n")[int(at[1]) - 1]
        if advised := advice_for_line(line):
            return f"{path}:{at[1]}: {advised}"
    return f"{path}: is not valid TOML: {wrong}"


def advice_for_line(line: str) -> str:
    """The same for a line that is not TOML, because of how a number is written there.

    Examples
    --------
    >>> advice_for_line("package_usd_bn = 15,000   # as agreed")
    '15,000 is no number in TOML; write 15000, without a comma'

    """
    for number in (
        *map(str.strip, _BARE.findall(line)),
        *_BROKEN_IN_LIST.findall(line),
        *(share for share, _ in _PERCENT_IN_LIST.findall(line)),
    ):
        if mended := _mended(number):
            return f"{number} is no number in TOML; {mended}"
    return ""


def _mended(written: str) -> str:
    for mark, what in _GROUPS:
        if re.fullmatch(rf"{_SIGNED}[1-9]\d{{0,2}}({mark}\d{{3}})+(\.\d+)?", written):
            return f"write {re.sub(mark, '', written)}, {what}"
    if _DECIMAL_COMMA.fullmatch(written):
        return f"write {written.replace(',', '.')}, with a point"
    if share := _PERCENT.fullmatch(written):
        return f"write {float(share[1]) / 100:g} for a share of {share[1]} %"
    return ""
