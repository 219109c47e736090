SHELL       := bash
.SHELLFLAGS := -o pipefail -ec
PYTHON  ?= python3
BIN     := .venv/bin
PIP     := $(BIN)/python -m pip install --disable-pip-version-check
# Packages come with their hashes; each is named when its turn comes, and compiled when it is first used.
INSTALL  = $(PIP) --require-hashes --no-compile --progress-bar off -r $< | sed -un 's/^Collecting \([^ ]*\).*/  \1/p; s/^Processing .*\/\([^ ]*\).*/  \1/p; s/^Installing.*/  installing them/p'
# A process a core, each with one thread for linear algebra.
TESTS   := OPENBLAS_NUM_THREADS=1 $(BIN)/pytest --dist worksteal -n $$(getconf _NPROCESSORS_ONLN)
# What is compiled once is kept: without that each process would compile all packages anew.
unexport PYTHONDONTWRITEBYTECODE
REGIMES := none budapest neutrality armed_neutrality coalition article5_like nato eu

.PHONY: help run app docs quick test test-all test-gambit lock clean

help:    ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 20

run: .venv/run    ## compare the reference regimes; results go to runs/
	$(BIN)/ceasefire compare $(REGIMES) --baseline none

app: .venv/app    ## explore a scenario in the browser
	$(BIN)/ceasefire app

docs: .venv/all    ## build the pages, in build/docs/docs/index.html; a warning is an error
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --conf-dir docs . build/docs

quick: .venv/all    ## style, types, architecture, and the tests that take a moment: less than a minute in all
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TESTS) -m 'not long and not exhaustive'

test: .venv/all    ## style, types, architecture, tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(TESTS) -m 'not exhaustive'

test-all: test    ## and studies over many seeds, runs killed at any time, a million histories
	$(TESTS) -m exhaustive

test-gambit: .venv/all    ## solve the reference games afresh with Gambit, which builds for minutes, and compare
	$(PIP) --quiet 'pygambit>=16.7,<17'
	$(BIN)/python tests/gambit/make_games.py --compare

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --quiet

lock:    ## pin the dependencies anew, for Python 3.11 and later (needs uv)
	$(LOCK) --extra test --extra dev --output-file requirements.lock
	$(LOCK) --extra install --constraint requirements.lock --output-file requirements-run.lock
	$(LOCK) --extra install --extra app --constraint requirements.lock --output-file requirements-app.lock

clean:    ## remove what was made, except results
	rm -rf .venv build docs/reference .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find sim tests -name __pycache__ -prune -exec rm -rf {} +

# An environment is made anew when what a run needs changes; the explorer and the tests add to it.
.venv/locked: requirements-run.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'ceasefire needs Python 3.11 or later; name one, as in: make PYTHON=python3.12' >&2; exit 1; }
	@echo 'Installing what a run needs, once; from a package cache it takes about a minute:'
	@$(PYTHON) -m venv --clear .venv
	@$(INSTALL)
	@touch $@

.venv/run: .venv/locked pyproject.toml
	@$(PIP) --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/app: requirements-app.lock .venv/run
	@echo 'Installing what the explorer needs, once:'
	@$(INSTALL)
	@touch $@

.venv/all: requirements.lock .venv/run
	@echo 'Installing what the tests and the explorer need, once:'
	@$(INSTALL)
	@touch $@ .venv/app
