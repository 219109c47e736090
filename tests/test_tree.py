"""The month's crisis as a tree: its shape, and that the formulas of the crisis are its agent quantal response equilibrium."""
