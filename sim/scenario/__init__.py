"""A scenario: a guarantee regime, four actors, war and sampling; read from TOML files and checked before anything runs."""
