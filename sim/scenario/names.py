"""Names of scenarios: what they may hold, and how one is made of the name of a file."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_NAME = 64
"""Characters of a name: with three bytes each a folder's name has room for a hash as well."""
_LETTERS = (
    r"A-Za-z0-9\u00aa\u00b5\u00ba\u00c0-\u061b\u061d-\u167f\u1681-\u180d\u180f-\u1fff"
    r"\u2c00-\u2dff\u3005-\ud7ff\uf900-\ufdff\ufe70-\ufefc\uff10-\uffdc"
)
"""Letters, digits and marks of any alphabet; without spaces and marks that turn the direction."""
NAME = rf"^[{_LETTERS}][{_LETTERS}_.+\-]*$"
"""What a name is: it stands in a table, in the name of a folder, and in an address."""


def name_of(stems: Iterable[str]) -> str:
    """The name of a scenario made of files, from their names without the ending.

    Examples
    --------
    >>> name_of(["nato", "my costs (2)"])
    'nato+my-costs-2'

    """
    return "+".join(map(_usable, stems))[:LONGEST_NAME].rstrip("-+.") or "scenario"


def _usable(stem: str) -> str:
    """A name with a hyphen for whatever no name may hold."""
    letters = re.sub(rf"[^{_LETTERS}_.+\-]+", "-", unicodedata.normalize("NFC", stem))
    return re.sub(rf"^[^{_LETTERS}]+", "", letters).rstrip("-") or "scenario"
