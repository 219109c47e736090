"""Every parameter is explained and legal by default, keeps to its range, may be a whole number, and
changes something.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import NoneType
from typing import get_args

import numpy as np
import pytest
from elements import MODELLED, PROVISIONS, assert_all_have_data
from pydantic import ValidationError
from pydantic.fields import FieldInfo

import sim
from sim.analysis.signing import signing as who_signs
from sim.model.costs import costs
from sim.model.signing import signing
from sim.quantity import Parameters
from sim.scenario.clauses import Clause
from sim.scenario.correlation import Correlation
from sim.scenario.load import replaced
from sim.uncertainty import Distribution, is_number

SCENARIO = sim.load(
    Path(__file__).parents[1] / "scenarios" / "base.toml",
    {
        "regime.commitment": {
            "europe": 0.6,
            "united_states": 0.5,
            "resupply": 8,
            "term_years": 5,
            "renewal": 0.4,
            "ratified": 0.5,
            "voidable": 0.5,
        },
        "regime.response": {"europe_days": 30, "united_states_days": 20},
        "regime.deployment": {"brigades": 6, "half_life": 1, "exposure": 0.7},
        "regime.arms": {"package_usd_bn": 80, "delivery_years": 3, "united_states_share": 0.6},
        "regime.force_limit": {"brigades": 95},
        "regime.monitoring": {"quality": 0.5, "attribution": 0.6},
        "regime.separation": {"warning": 0.6, "prevented": 0.4},
        "regime.reassurance": {"value": 0.1},
        "regime.provocation": {"value": 0.1},
        "regime.sanctions": {"snapback": 0.05, "relief": 0.05},
        "regime.territory": {"granted": 0.15, "fortifications_lost": 0.1, "ceded": 0.1},
        "regime.accession": {
            "start": 1,
            "mean_years": 3,
            "veto": 0.3,
            "interim": 0.4,
            "interim_europe": 0.3,
            "interim_united_states": 0.2,
        },
        "sampling.designs": 200,
        "sampling.replicates": 5,
    },
)
"""A regime with every provision."""
VALUES = {key: value for key, value in SCENARIO.leaves() if key.split(".")[0] in MODELLED}
NUMBERS = {
    key: value
    for key, value in VALUES.items()
    if is_number(value) or isinstance(value, Distribution)
}
"""Every number of what is simulated, by its key."""
DATES = [key for key, value in VALUES.items() if isinstance(value, date)]
OTHERS = {"russia.foresight": (1.0, 2.0), "europe.without.names": ("Poland",)} | dict.fromkeys(
    DATES, date(2027, 6, 1)
)
"""Another value for each that is not a number."""


def test_nothing_is_left_out():
    """Every actor, provision and other block has numbers in the scenario, and what is neither a
    number nor a name has another value.
    """
    blocks = {*MODELLED, *(f"regime.{name}" for name in PROVISIONS)} - {"regime"}
    empty = {
        block
        for block in blocks
        if not any(key.startswith(f"{block}.") for key in NUMBERS | OTHERS)
    }
    assert not empty, (
        f"no value of {', '.join(sorted(empty))} is tested: give it a value in SCENARIO"
    )
    assert_all_have_data(
        (key for key in VALUES if key not in NUMBERS and not key.endswith(".name")),
        OTHERS,
        "OTHERS",
    )


def kinds(field: FieldInfo) -> set[type]:
    """The types of a field's value, or of its items."""
    return {
        kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)
    }


def blocks(block: type[Parameters]) -> Iterator[type[Parameters]]:
    """A block and all that a file may have inside it."""
    yield block
    for field in block.model_fields.values():
        for kind in kinds(field):
            if issubclass(kind, Parameters):
                yield from blocks(kind)


ALSO_REQUIRED = {
    Clause: {"no_bearing": "nobody counts it"},
    Correlation: {"keys": ("a.b", "c.d"), "rank": 0.5},
}
"""What a block must have beside its required fields."""


def stated(block: type[Parameters]) -> dict[str, object]:
    """Every field of a block with its default, and something in those that must be given."""
    required = {
        name: {str: "name", date: date(2030, 1, 1)}.get(field.annotation, 1)
        for name, field in block.model_fields.items()
        if field.is_required()
    }
    defaults = {name: field.default for name, field in block.model_fields.items()}
    return defaults | required | ALSO_REQUIRED.get(block, {})


@pytest.mark.parametrize(
    "block",
    sorted({*blocks(sim.Scenario)}, key=lambda block: block.__name__),
    ids=lambda block: block.__name__,
)
class TestEveryBlock:
    """What holds for every block of a file, present and future."""

    def test_is_explained(self, block):
        """Each field has a meaning, a unit, a symbol and a source of its own, or is a block that
        explains itself.
        """
        assert block.__doc__
        for name, field in block.model_fields.items():
            if (
                any(issubclass(kind, Parameters) for kind in kinds(field) - {tuple, NoneType})
                and field.json_schema_extra is None
            ):
                continue
            texts = {"meaning": field.description} | {
                what: field.json_schema_extra[what] for what in ("unit", "symbol", "source")
            }
            assert not [what for what, text in texts.items() if not text or text != text.strip()], (
                name
            )

    def test_a_judgement_says_why(self, block):
        """No source is the word alone: a judgement has its reason, and a number that stays fixed
        says that it does, or what it is from.
        """
        for name, field in block.model_fields.items():
            if (source := (field.json_schema_extra or {}).get("source")) is not None:
                said = re.sub(r"(?i)\b(judg\w*|fixed)\b|[^\w]", "", source)
                assert len(said) >= FEWEST_LETTERS, f"{name}: {source!r} is no reason"

    def test_defaults_are_legal(self, block):
        """A file that states every default is accepted and says the same (defaults are not checked
        when the product starts).
        """
        values = stated(block)
        read = block.model_validate(values)
        assert {name: getattr(read, name) for name in values} == values

    def test_ranges_are_kept(self, block):
        """The limits of a range are allowed, what lies beyond is not, and neither is what is not
        finite.
        """
        for name, field in block.model_fields.items():
            extra = field.json_schema_extra or {}
            for limit, outwards in ((extra.get("minimum"), -1), (extra.get("maximum"), 1)):
                if limit is not None:
                    beyond = limit + outwards * (1 if field.annotation is int else 1e-9)
                    assert (
                        getattr(block.model_validate(stated(block) | {name: limit}), name) == limit
                    )
                    with pytest.raises(ValidationError):
                        block.model_validate(stated(block) | {name: beyond})
            with pytest.raises(ValidationError):
                block.model_validate(stated(block) | {name: np.nan})


OF_GUARANTORS = "fighting.usd_bn_"
"""Beginning of the keys of numbers that move nothing but what guarantors would pay."""
FEWEST_LETTERS = 12
"""Of a reason or a reference, beside the word judgement."""


def outcomes(scenario: sim.Scenario, worlds: int, steps: int) -> np.ndarray:
    """What became of each world, who fought, what it cost, and who signs, (outcome, world)."""
    model = sim.CeasefireModel(scenario, worlds)
    while model.running and model.steps < steps:
        model.step()
    return np.array(
        [
            model.cause,
            model.years_held,
            model.probes,
            model.histories.firm_answers,
            model.terms_drift,
            model.wars.europe_intervenes,
            model.wars.us_backs,
            model.wars.russia_prevails,
            *model.wars.fought.values(),
            *costs(model).values(),
            *signing(model),
        ]
    )


@cache
def as_it_is(steps: int) -> np.ndarray:
    """The outcomes of the scenario without a change."""
    return outcomes(SCENARIO, SCENARIO.sampling.worlds, steps)


def is_moved_by(changed: sim.Scenario, *, signing: bool = True) -> bool:
    """Whether what happens in 1,000 worlds is another: in the first months, or later on."""
    kinds = slice(None) if signing else slice(8)
    return any(
        not np.array_equal(
            outcomes(changed, changed.sampling.worlds, steps)[kinds],
            as_it_is(steps)[kinds],
            equal_nan=True,
        )
        for steps in (6, 120)
    )


@pytest.mark.long
@pytest.mark.parametrize("key", [key for key in NUMBERS if not key.startswith(OF_GUARANTORS)])
def test_no_parameter_is_dead(key):
    """A quarter of the value, or the lower quartile of what is not known, changes the outcome of
    some of 1,000 worlds.
    """
    value = NUMBERS[key]
    changed = SCENARIO.drawn(
        {
            key: float(value.quantile(np.array(0.25)))
            if isinstance(value, Distribution)
            else value / 4
        }
    )
    assert is_moved_by(changed), (
        f"{key} changes nothing: use it or remove it, or give SCENARIO a value of which a "
        "quarter is another"
    )


@pytest.mark.long
@pytest.mark.parametrize("key", [key for key in NUMBERS if key.startswith(OF_GUARANTORS)])
def test_what_fighting_on_costs_a_guarantor_is_stated(key):
    """The number moves what the guarantor of this name pays for a year of fighting on."""
    bearer = key.removeprefix(OF_GUARANTORS).replace("_", " ").title()
    few = {"sampling.designs": 4, "sampling.replicates": 2, "sampling.horizon_years": 1}
    for amount in (7.0, 30.0):
        run = sim.run(replaced(SCENARIO, few | {key: amount}), out=None)
        stated = who_signs(run).guarantors.usd_bn_a_year_of_fighting_on
        assert stated[bearer].value == pytest.approx(amount)


@pytest.mark.parametrize(("key", "value"), OTHERS.items(), ids=OTHERS)
def test_no_list_is_dead(key, value):
    """The same for what is not a number."""
    assert is_moved_by(SCENARIO.drawn({key: value}), signing=False)


@pytest.mark.parametrize("key", [key for key in NUMBERS if not key.startswith("europe.members.")])
def test_a_whole_number_is_a_number(key):
    """`= 1` in a file is read as 1.0, for every parameter; 1 is in the range of all."""
    scenario = sim.load(Path(__file__).parents[1] / "scenarios" / "nato.toml", {key: 1})
    value = dict(scenario.leaves())[key]
    assert (value, type(value)) == (1.0, float)
