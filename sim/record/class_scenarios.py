"""Which scenario represents which class of the historical record, and why: written down once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassScenario:
    """The scenario of the model that represents a class of the historical record."""

    guarantee_class: str
    scenario: str
    reason: str


CLASS_SCENARIOS = (
    ClassScenario("none", "none", "the word of the two sides alone"),
    ClassScenario(
        "paper_assurance",
        "budapest",
        "outsiders sign, and owe nothing that they would not do anyway",
    ),
    ClassScenario(
        "peacekeepers_monitors",
        "monitors",
        "observers or lightly armed peacekeepers: they prevent clashes, they do not fight",
    ),
    ClassScenario(
        "demilitarised_zone",
        "demilitarised_zone",
        "armies kept apart and watched: less surprise and fewer clashes than with observers alone",
    ),
    ClassScenario(
        "deployed_allied_force",
        "korea_1953",
        "a capable force on the ground and a promise behind it: the forces of the class had "
        "some 50,000 in Bosnia and Kosovo",
    ),
    ClassScenario(
        "third_party_defence_pact",
        "article5_like",
        "a great power's treaty to defend one side, in force",
    ),
)
"""`occupation` has no scenario: the winner holds the country, and nobody is left to attack or to be
deterred.
"""


def class_of(scenario: str) -> str | None:
    """The class of the record that a scenario represents, by its name; None if it represents none.

    A scenario with an overlay, such as none+calibrated, represents the same class.
    """
    return next(
        (
            entry.guarantee_class
            for entry in CLASS_SCENARIOS
            if entry.scenario == scenario.partition("+")[0]
        ),
        None,
    )
