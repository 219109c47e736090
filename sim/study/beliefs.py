"""What experts believe of numbers of a scenario, as 5, 50 and 95 %: checked, fitted, and pooled.

Each answer is fitted by one distribution that has exactly these quantiles within the limits that
the schema sets to the number (Hadlock & Bickel 2017). Experts are pooled with equal weights (Clemen
& Winkler 1999).
"""

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.characters import FORMULA, quoted, visible
from sim.errors import Fault, ScenarioError
from sim.guarantee.provisions.commitment import Commitment
from sim.scenario.faults import by_place
from sim.scenario.load import renamed, replaced
from sim.scenario.schema import Scenario
from sim.study.assumptions import meaning
from sim.uncertainty import ELICITED, LARGEST, Choice, Distribution, Mixture, Quantiles

PERCENTILES = dict(zip(("p5", "p50", "p95"), ELICITED, strict=True))
"""The three answers to each question, and the probabilities that they stand for."""
LONGEST_EXPERT = 80
"""Characters of an expert's name."""
MOST_ANSWERS = 500
"""Answers of all experts: a scenario file of more would be larger than is read."""
_COMMITMENTS = ("regime.commitment.europe", "regime.commitment.united_states")
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Answer:
    """What one expert says of one number; `place` is where that stands."""

    place: str
    expert: str
    key: str
    values: Triple


@dataclass(frozen=True)
class AskedNumber:
    """A number that experts are asked about, and what the scenario assumes of it."""

    key: str
    meaning: str
    unit: str
    low: float
    high: float
    prior: float | Distribution

    @property
    def anchors(self) -> str:
        """What stands for which value, where the number is a promise."""
        return Commitment.guide if self.key in _COMMITMENTS else ""

    @property
    def range(self) -> str:
        """Between which limits it lies."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f"between {self.low:g} and {self.high:g}"
        if math.isfinite(self.low):
            return f"above {self.low:g}"
        return f"below {self.high:g}" if math.isfinite(self.high) else "any number"

    @property
    def assumed(self) -> Triple:
        """The quantiles of the prior; of a fixed number that number three times."""
        return quantiles_of(self.prior)

    def fault(self, values: Sequence[float]) -> str:
        """Why no distribution has these first quantiles of it, in words; empty if one has."""
        names = list(PERCENTILES)
        for position, value in enumerate(values):
            if not (self.low < value < self.high and abs(value) < LARGEST):
                return f"{names[position]}: must lie {self.range} (got {value:g})"
            if position and not values[position - 1] < value:
                before = f"{names[position - 1]}, {values[position - 1]:g}"
                return f"{names[position]}: must lie above {before} (got {value:g})"
        return self._fit_fault(values) if len(values) == len(names) else ""

    def _fit_fault(self, values: Sequence[float]) -> str:
        try:
            low, high = self.fitted(*values).support
        except ValueError as wrong:
            return f"p50: no distribution has these three numbers: it needs {wrong}"
        if not -LARGEST <= low <= high <= LARGEST:
            return "p50: no distribution has these three numbers: its tail is too long"
        return ""

    def fitted(self, p5: float, p50: float, p95: float) -> Quantiles:
        """The distribution with these quantiles within the limits. Raises ValueError."""
        low, high = (limit if math.isfinite(limit) else None for limit in (self.low, self.high))
        fitted = Quantiles(p5, p50, p95, low, high)
        if error := fitted.validation_error():
            raise ValueError(error)
        return fitted


def quantiles_of(known: float | Distribution) -> Triple:
    """The three quantiles of a number."""
    if not isinstance(known, Distribution):
        return known, known, known
    p5, p50, p95 = known.quantile(np.array(list(PERCENTILES.values()))).tolist()
    return p5, p50, p95


@dataclass(frozen=True)
class Beliefs:
    """The answers of all experts about some numbers of a scenario, by expert and key."""

    scenario: Scenario
    numbers: Mapping[str, AskedNumber]
    answers: Mapping[str, Mapping[str, Triple]]

    @property
    def experts(self) -> list[str]:
        """Their names, in the order of their first answers."""
        return list(self.answers)

    def left_out(self, expert: str) -> list[str]:
        """The keys of which an expert says nothing, and so keeps the prior."""
        return [key for key in self.numbers if key not in self.answers[expert]]

    def believed(self, expert: str, key: str) -> Distribution:
        """What an expert believes of a number."""
        number = self.numbers[key]
        if key in self.answers[expert]:
            return number.fitted(*self.answers[expert][key])
        return number.prior if isinstance(number.prior, Distribution) else Choice((number.prior,))

    @cached_property
    def pooled(self) -> Mapping[str, Distribution]:
        """What all believe together, by key: that of a single expert as it is."""
        believed = {
            key: tuple(self.believed(expert, key) for expert in self.experts)
            for key in self.numbers
        }
        return {key: own[0] if len(own) == 1 else Mixture(own) for key, own in believed.items()}

    def applied(self, name: str) -> Scenario:
        """The scenario with these beliefs, under a name. Raises ScenarioError."""
        values = {key: own.as_data() for key, own in self.pooled.items()}
        return renamed(replaced(self.scenario, values), name)

    def rows(self) -> list[dict[str, Any]]:
        """The answers as plain data."""
        return [
            {"expert": expert, "key": key} | dict(zip(PERCENTILES, values, strict=True))
            for expert, own in self.answers.items()
            for key, values in own.items()
        ]


def asked_numbers(scenario: Scenario, keys: Iterable[str]) -> dict[str, AskedNumber]:
    """The numbers of these keys. Raises ScenarioError with every key that is none."""
    known, numbers = known_numbers(scenario), dict.fromkeys(keys)
    faults: list[Fault] = [no_such_number(key, known) for key in numbers if key not in known]
    if faults:
        raise ScenarioError(faults)
    return {key: known[key] for key in numbers}


def known_numbers(scenario: Scenario) -> dict[str, AskedNumber]:
    """Every number of a scenario that an overlay can change, by dotted key: of a member of a list
    it cannot.
    """
    numbers = {}
    for key, value, field in scenario.fields():
        extra = field.json_schema_extra
        bounds: dict[str, Any] = extra if isinstance(extra, dict) else {}
        if isinstance(value, float | Distribution) and _stands_alone(scenario, key):
            numbers[key] = AskedNumber(
                key,
                *meaning(key),
                bounds.get("minimum", -math.inf),
                bounds.get("maximum", math.inf),
                value,
            )
    return numbers


def _stands_alone(scenario: Scenario, key: str) -> bool:
    block: Any = scenario
    for name in key.split("."):
        if name not in getattr(type(block), "model_fields", {}):
            return False
        block = getattr(block, name)
    return not key.startswith("sampling.")


def no_such_number(key: str, known: Iterable[str]) -> str:
    """What to say of a key that is no number of a scenario."""
    near = difflib.get_close_matches(key, list(known), n=1)
    meant = f"did you mean {near[0]}?" if near else "`ceasefire show FILE` prints every key"
    return f"{quoted(key)}: is no number that experts can be asked about; {meant}"


def beliefs(scenario: Scenario, answers: Sequence[Answer], faults: Iterable[Fault] = ()) -> Beliefs:
    """The answers, checked.

    Raises ScenarioError with `faults` and every further one.
    """
    if len(answers) > MOST_ANSWERS:
        raise ScenarioError(
            f"there are {len(answers)} answers; at most {MOST_ANSWERS} can be pooled"
        )
    wrong, known = list(faults), known_numbers(scenario)
    checked: dict[str, dict[str, Triple]] = {}
    places: dict[tuple[str, str], str] = {}
    for answer in answers:
        said = (
            expert_fault(answer.expert)
            or (answer.key not in known and f"key: {no_such_number(answer.key, known)}")
            or known[answer.key].fault(answer.values)
        )
        first = places.setdefault((answer.expert, answer.key), answer.place)
        if first != answer.place:
            said = f"key: {quoted(answer.expert)} has answered {answer.key} in {first} already"
        if said:
            wrong.append(f"{answer.place}: {said}")
        else:
            checked.setdefault(answer.expert, {})[answer.key] = answer.values
    keys = {answer.key: None for answer in answers if answer.key in known}
    numbers = {key: known[key] for key in keys}
    wrong += _without_prior(numbers, checked)
    if not wrong and not checked:
        wrong.append("no answer was given: every number keeps its prior")
    if wrong:
        raise ScenarioError(sorted(wrong, key=lambda fault: by_place(str(fault))[:2]))
    return Beliefs(scenario, numbers, checked)


def expert_fault(expert: str) -> str:
    """Why this can be no expert's name, in words; empty if it can."""
    if not expert:
        return "expert: must be a name"
    if len(expert) > LONGEST_EXPERT:
        return f"expert: must have at most {LONGEST_EXPERT} characters"
    if expert.startswith(FORMULA):
        return (
            f"expert: {quoted(expert)}: must not begin with =, +, - or @, which a spreadsheet "
            "takes for a formula"
        )
    if visible(expert) != expert:
        return f"expert: {quoted(expert)}: holds characters that cannot be shown"
    return ""


def _without_prior(
    numbers: Mapping[str, AskedNumber], answers: Mapping[str, Mapping[str, Triple]]
) -> list[Fault]:
    """Numbers of which an expert says nothing, where the prior cannot stand in a mixture."""
    return [
        f"{quoted(expert)} leaves out {key}, whose prior is drawn together with others and can be "
        "no part of a pool; answer it for every expert"
        for key, number in numbers.items()
        if isinstance(number.prior, Mixture)
        or (isinstance(number.prior, Distribution) and number.prior.is_joint)
        for expert, own in answers.items()
        if key not in own
    ]
