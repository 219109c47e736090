"""Text from outside as it is shown: nothing in it acts on a terminal, and what a stream cannot show
is written in letters that it can.
"""

import codecs
import html
import re

_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but for tab and line feed
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of text
    "\u2028\u2029\ufeff\ud800-\udfff"  # other line ends, byte order marks, bytes of no character
    "\u200b\u2060-\u2064\ufff9-\ufffb\U000e0000-\U000e007f]"  # what hides between letters, unseen
)
_NEAREST = {
    "\N{PLUS-MINUS SIGN}": "+-",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HYPHEN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{THIN SPACE}": " ",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{RIGHTWARDS ARROW}": "->",
}
_LAST_OF_FOUR_DIGITS = 0xFFFF
FORMULA = ("=", "+", "-", "@")
"""What a text begins with that a spreadsheet takes for a formula."""
_IN_COLUMNS = str.maketrans({".": "·", "/": "\N{DIVISION SLASH}"})
"""A dotted name is the key of a scenario, and a slash parts the groups of a netCDF file."""
LONGEST_QUOTED = 80
"""Characters of a value that a message repeats: one line of a terminal."""


def visible(text: str) -> str:
    r"""The text with whatever would act on a terminal written out, as TOML and JSON write it too.

    Examples
    --------
    >>> visible("a\x1b[31mred")
    'a\\u001b[31mred'

    """
    return _ACTING.sub(lambda match: _escape(match[0]), text)


def in_one_line(text: str) -> str:
    """The same, spaces and line ends of any kind being one space."""
    return visible(" ".join(text.split()))


def in_column(name: str) -> str:
    """A name as part of the name of a column, in which a dot and a slash mean something else."""
    return name.translate(_IN_COLUMNS)


def as_html(text: str) -> str:
    """The text as a page shows it: neither markup nor anything that turns the text around it."""
    return html.escape(visible(text))


def quoted(value: object) -> str:
    """A value as a message repeats it: in one line and not at length."""
    if isinstance(value, int) and value.bit_length() > 4 * LONGEST_QUOTED:
        return "a whole number of more than 90 digits"
    text = in_one_line(str(value))
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}…"


def for_encoding(text: str, encoding: str) -> str:
    """The text with each character that an encoding lacks written out as TOML writes it."""
    return "".join(
        character if _can_show(character, encoding) else _escape(character) for character in text
    )


def _can_show(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"


def _nearest(wrong: UnicodeError) -> tuple[str, int]:
    if not isinstance(wrong, UnicodeEncodeError):
        raise wrong
    lacking = wrong.object[wrong.start : wrong.end]
    return "".join(_NEAREST.get(character, _escape(character)) for character in lacking), wrong.end


NEAREST = "nearest-characters"
"""The handler of errors of an encoding that writes the nearest that it can show."""
codecs.register_error(NEAREST, _nearest)
