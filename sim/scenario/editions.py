"""What the second edition of the model asks of a scenario file of the first.

Keys that are gone, and keys that it did not have.
"""

GONE = {
    "costs.united_states_share": (
        "the American share of arms and resupply is now regime.arms.united_states_share"
    ),
    "europe.resolve_drift": (
        "resolve now changes with dated elections: set europe.election_swing, and next_election "
        "and election_interval of each member"
    ),
    "united_states.first_election": (
        "give a date instead of years, as in united_states.next_election = 2028-11-07"
    ),
}
"""For each key that the first edition had and the second has not: what to write instead."""
NEEDED = {
    "next_election": (
        "the second edition dates elections: give the next one, as in next_election = 2029-03-25"
    ),
    "election_interval": (
        "the second edition dates elections: give the years between two of them, as in "
        "election_interval = 4"
    ),
}
"""For each key of a member of the coalition that the second edition requires and the first did not
have: what to write.
"""
