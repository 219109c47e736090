"""Questions that take many runs: sweeps over a scenario's values, and runs to a wanted precision."""
