# `make demo` shows pacetag at work on the sample songs, `make test` runs the tests.
# Both make what they need: a virtual environment in .venv, then the installation in it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
# How many: tests/conftest.py. A worker with nothing left takes over what waits for another.
PARALLEL := --numprocesses auto --dist worksteal

.PHONY: demo test coverage lint types docs sbom clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.plain: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

# The pip that comes with Python 3.11 seeks versions for twice as long; a later one shows warnings
# of setuptools unless it is asked twice not to.
$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --quiet --editable '.[dev]'
	touch $@ $(VENV)/.plain

demo: $(VENV)/.plain
	rm -rf $(DEMO)
	mkdir $(DEMO)
	cp -r sample_audio $(DEMO)/music
	$(BIN)/pacetag scan $(DEMO)/music --index $(DEMO)/index.sqlite3
	$(BIN)/pacetag playlist --cadence 165 --index $(DEMO)/index.sqlite3

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(PARALLEL)

# A third slower than the tests alone.
coverage: $(VENV)/.dev
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

# The documentation site, in build/site; a warning is an error.
docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --config-file docs/site/mkdocs.yml

# What each install brings, in build/sbom; a licence that does not fit is an error.
sbom: $(VENV)/.dev
	$(BIN)/python .ci/licences.py
	$(BIN)/python .ci/sbom.py build/sbom

clean:
	rm -rf $(VENV) $(DEMO) build dist *.egg-info
