"""The ways in which a ceasefire ends, and why Russia attacks: each with its words and its looks.

Nothing else knows which there are. To add an ending, write it here, and the rule of the model that
brings it about. What a member has beside its name has a default, so that `Cause("attack")` finds
one.
"""

from enum import StrEnum
from typing import Self


class Cause(StrEnum):
    """How a ceasefire ends; the order is that of tables and figures.

    Attributes
    ----------
    label
        What a legend calls it.
    clause
        What happens, to follow "after five years" or "because".
    colour, hatch
        How a figure shows it; neighbours differ in both.
    is_war
        Whether war resumes with it.
    began
        Who does it, if anybody does.

    Examples
    --------
    >>> Cause.OFFENSIVE.clause, Cause.OFFENSIVE.began
    ('Ukraine starts an offensive', 'Ukraine')

    """

    label: str
    clause: str
    colour: str
    hatch: str
    is_war: bool
    began: str | None

    def __new__(
        cls,
        value: str,
        label: str = "",
        clause: str = "",
        colour: str = "",
        hatch: str = "",
        is_war: bool = False,  # noqa: FBT001, FBT002  a column of the table below
        began: str | None = None,
    ) -> Self:
        """An ending is its name, with all that is said and drawn of it."""
        ending = str.__new__(cls, value)
        ending._value_ = value
        ending.label, ending.clause = label, clause
        ending.colour, ending.hatch = colour, hatch
        ending.is_war, ending.began = is_war, began
        return ending

    ATTACK = "attack", "Russia attacks", "Russia attacks", "#1b1b1b", "", True, "Russia"
    INCIDENT = (
        *("incident", "an incident escalates", "an incident escalates"),
        *("#7a5195", "///", True, "Russia"),
    )
    PROBE = (
        *("probe", "a probe escalates", "a Russian probe escalates"),
        *("#c98bb9", "...", True, "Russia"),
    )
    OFFENSIVE = (
        *("offensive", "Ukraine's offensive", "Ukraine starts an offensive"),
        *("#e0a458", "\\\\\\", True, "Ukraine"),
    )
    HELD = "held", "still holds", "the ceasefire still holds", "#dfe8f0", "", False, None

    @property
    def code(self) -> int:
        """Its position in the order, by which a model's arrays name it."""
        return CAUSES.index(self)


class Reason(StrEnum):
    """The main reason of an attack (docs/model.md, section 7).

    The order is that of tables and figures.

    Attributes
    ----------
    words
        The reason in a few words, to follow "because".
    colour, hatch
        How a figure shows it; neighbours differ in both.

    """

    words: str
    colour: str
    hatch: str

    def __new__(cls, value: str, words: str = "", colour: str = "", hatch: str = "") -> Self:
        """A reason is its name, with all that is said and drawn of it."""
        reason = str.__new__(cls, value)
        reason._value_ = value
        reason.words, reason.colour, reason.hatch = words, colour, hatch
        return reason

    NEVER_MEANT = "never_meant", "it never meant to keep the ceasefire", "0.1", ""
    REARMED = "rearmed", "it had rearmed", "0.45", ""
    CLOSING_WINDOW = "closing_window", "its window was closing", "0.7", "////"
    REPUTATION_LOST = (
        *("reputation_lost", "the guarantors had lost their reputation"),
        *("#0072B2", ""),
    )
    PROMISE_LAPSED = "promise_lapsed", "the promise had lapsed", "#56B4E9", "...."
    FORCE_NOT_RENEWED = (
        *("force_not_renewed", "the force had not been renewed"),
        *("0.85", "\\\\\\\\"),
    )
    PROVOKED = "provoked", "it was provoked", "#D55E00", "xxxx"
    NEW_LEADER = "new_leader", "a new leader wanted Ukraine more", "#F0E442", ""
    DISPOSITION = "disposition", "it changed its mind", "0.95", "||||"

    @property
    def code(self) -> int:
        """Its position in the order, by which a model's arrays name it."""
        return REASONS.index(self)


CAUSES, REASONS = tuple(Cause), tuple(Reason)
ENDINGS = tuple(cause for cause in Cause if cause is not Cause.HELD)
"""Those of the causes that end a ceasefire."""
