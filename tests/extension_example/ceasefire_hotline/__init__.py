"""A direct line between the commanders."""
