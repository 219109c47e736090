"""A scenario: a guarantee regime, four actors, war and sampling.

Read from TOML files and checked before anything runs.
"""
