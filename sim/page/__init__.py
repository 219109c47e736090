"""The report: one self-contained HTML page, whose first A4 page answers the question."""
