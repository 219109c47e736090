"""The briefing: one self-contained page for a reader who was not there."""
