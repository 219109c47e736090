"""What the worlds say: measures, estimates with both their intervals, and tables of durability,
causes, hazard and differences.
"""
