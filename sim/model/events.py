"""What can happen in a history, and the plain words for it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """Something that happened: in which step, when (in years), what kind of thing, and its details
    as plain data.
    """

    step: int
    years: float
    kind: str
    details: dict[str, Any]

    @property
    def words(self) -> str:
        """The event in a line of plain words."""
        return WORDS[self.kind].format_map(_Formatted(self.details))


class _Formatted(dict[str, Any]):
    """Details as words: chances and beliefs in percent, values with two figures."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if not isinstance(value, float):
            return value
        return f"{value:+.2f}" if name.startswith("value") else f"{100 * value:.1f} %"


WORDS = {
    "signed": (
        "The ceasefire is signed. Europe is {europe}, the United States {united_states}; "
        "prevailing is worth {value_of_prevailing} to Russia, its insecurity is {insecurity}."
    ),
    "election": (
        "The United States votes: it was {before} and is {united_states}, and calls itself "
        "{says}; its reputation is now {reputation_united_states}."
    ),
    "member election": (
        "{vote} in {members}: the European coalition {outcome} {europe}; its reputation is "
        "now {reputation_europe}."
    ),
    "funds": (
        "The United States {outcome} the funds of the year; its reputation is now "
        "{reputation_united_states}."
    ),
    "term": "The term of the promise ends: it {outcome}.",
    "voided": "The promise is void: Ukraine has retaliated, and who began stays disputed.",
    "leader": (
        "A new leader in Russia: prevailing is worth {value_of_prevailing} to him, his "
        "insecurity is {insecurity}."
    ),
    "renewal": (
        "The renewal of Europe's deployment {outcome}: its reputation is now "
        "{reputation_europe}, its will {will}."
    ),
    "entry": "The guarantee enters into force.",
    "ukraine reviews": (
        "Ukraine reviews and {choice}: an offensive would succeed with {chance_of_success}; it "
        "was chosen with {chance_of_offensive}."
    ),
    "russia reviews": (
        "Russia reviews and {choice}: attacking is worth {value_of_attacking}, holding "
        "{value_of_holding}, probing {value_of_probing}, so {chance_of_attack} to attack, "
        "{chance_of_holding} to hold, {chance_of_probe} to probe; it expects Europe to fight "
        "with {chance_europe_intervenes} and the United States to back it with "
        "{chance_us_backs}."
    ),
    "answer": "Europe answers the probe {answer}: its reputation is now {reputation_europe}.",
    "incident": (
        "{what}: Ukraine retaliates with {chance_ukraine_retaliates}, then Russia escalates "
        "with {chance_russia_escalates}; {outcome}."
    ),
    "war": (
        "War resumes by {cause}{why}: Europe {europe}, the United States "
        "{united_states}{members}; Russia prevails with {russia_prevails}."
    ),
    "ended": "The ceasefire ends: {clause}.",
    "held": "The ceasefire still holds.",
}
"""What each kind of event says, from its details."""
