"""The Mesa model: the order of a month, the clock, chance, and how a ceasefire ends."""
