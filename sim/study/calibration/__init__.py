"""Calibration: how dyads differ, and what they share, learned from the record of past ceasefires by
its likelihood.

A *candidate* says how dyads differ (how much prevailing is worth to challengers and how widely that
varies, how insecure they are, how fast and how far they reconstitute) and what all share (noise,
costs, rates). Each case of the record is one history of a dyad drawn from it, under the scenario
that stands for its class, so that its chance is a share of simulated histories.
"""
