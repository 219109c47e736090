PYTHON  ?= python3
BIN     := .venv/bin
PIP     := $(BIN)/python -m pip install --quiet --disable-pip-version-check
TESTS   := $(BIN)/pytest -n auto --dist worksteal
REGIMES := none budapest neutrality armed_neutrality coalition article5_like nato eu

.PHONY: help run quick test test-all test-gambit lock clean

help:    ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 20

run: .venv/installed    ## compare the reference regimes; results go to runs/
	$(BIN)/ceasefire compare $(REGIMES) --baseline none

quick: .venv/installed    ## style, types, architecture, and the tests that take a moment: less than a minute in all
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TESTS) -m 'not long and not exhaustive'

test: .venv/installed    ## style, types, architecture, tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(TESTS) -m 'not exhaustive'

test-all: test    ## and studies over many seeds, runs killed at any time, a million histories
	$(TESTS) -m exhaustive

test-gambit: .venv/installed    ## solve the reference games afresh with Gambit, which builds for minutes, and compare
	$(PIP) 'pygambit>=16.7,<17'
	$(BIN)/python tests/gambit/make_games.py --compare

lock:    ## pin the dependencies anew, for Python 3.11 and later (needs uv)
	uv pip compile pyproject.toml --extra test --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --quiet --output-file requirements.lock

clean:    ## remove what was made, except results
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find sim tests -name __pycache__ -prune -exec rm -rf {} +

# An environment holds what the lock says and nothing else; a change of pyproject.toml alone does not make it anew.
.venv/locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'ceasefire needs Python 3.11 or later; name one, as in: make PYTHON=python3.12' >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(PIP) --require-hashes -r requirements.lock
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@
