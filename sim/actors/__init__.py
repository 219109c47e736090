"""The four actors, one file each: the numbers of its part with their sources, and how it answers.
What it holds and does in a history stands in `sim.agents`.
"""
