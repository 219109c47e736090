"""The guarantee regime: what a scenario file may promise, station, supply, limit and watch, and
what that changes.
"""
