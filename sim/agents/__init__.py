"""The four actors as Mesa agents, one file each: what an actor holds of every history, and what it
does. How it answers stands with its numbers in `sim.actors`.
"""
