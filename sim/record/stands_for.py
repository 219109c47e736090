"""Which scenario stands for which class of the record, with the reason: written down once, here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stand:
    """A scenario of the model for a class of the record."""

    guarantee_class: str
    scenario: str
    reason: str


STANDS = (
    Stand("none", "none", "the word of the two sides alone"),
    Stand(
        "paper_assurance",
        "budapest",
        "outsiders sign, and owe nothing that they would not do anyway",
    ),
    Stand(
        "peacekeepers_monitors",
        "monitors",
        "observers or lightly armed peacekeepers: they prevent clashes, they do not fight",
    ),
    Stand(
        "demilitarised_zone",
        "demilitarised_zone",
        "armies kept apart and watched: less surprise and fewer clashes than with observers alone",
    ),
    Stand(
        "deployed_allied_force",
        "korea_1953",
        "a capable force on the ground and a promise behind it: the forces of the class had "
        "some 50,000 in Bosnia and Kosovo",
    ),
    Stand(
        "third_party_defence_pact",
        "article5_like",
        "a great power's treaty to defend one side, in force",
    ),
)
"""`occupation` has no scenario: the winner holds the country, and nobody is left to attack or to be
deterred.
"""


def class_of(scenario: str) -> str | None:
    """The class of the record for which a scenario stands, by its name.

    None for one that stands for none.

    A scenario with files put over it, such as none+calibrated, stands for the same class.
    """
    return next(
        (stand.guarantee_class for stand in STANDS if stand.scenario == scenario.partition("+")[0]),
        None,
    )
