# `make demo` and `make test` need nothing but python3 (3.10 to 3.13); with apt and root, or sudo
# without a password, they also install the programs that are not Python: see .ci/apt-install.

# The Python that the environment is made of: the newest that runs (a version manager's shim may be
# found and yet not run). `make PYTHON=python3.12 ...` overrides.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3.10 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$name && break; done)

VENV := .venv
BIN := $(VENV)/bin
# One empty file for each thing that was installed, so that the next run starts at once.
DONE := $(VENV)/done

PYTEST_ARGS ?=
# Test files that run at the same time, each with a Tango of its own.
WORKERS ?= 2
DEMO_ARGS ?= --lab

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help:
	@echo 'make demo        a Tango database, TangoTest and JupyterLab on the first notebook'
	@echo 'make test        lint, types, layers, then the tests (PYTEST_ARGS="-k name" selects)'
	@echo 'make lint        ruff only; make format rewrites what ruff can'
	@echo 'make docs        the documentation, as web pages: build/docs/index.html'
	@echo 'make benchmarks  the measurements of tests/benchmarks'
	@echo 'make static      bundles ipytango/frontend into ipytango/static, to be committed with it'
	@echo 'make clean       removes the environment and everything built or cached'

# --- what a person runs ---------------------------------------------------------------------------

.PHONY: demo
demo: $(DONE)/lab tangotest
	$(BIN)/ipytango demo $(DEMO_ARGS)

.PHONY: test
test: lint types layers tangotest chromium kernels
	$(BIN)/pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

.PHONY: lint
lint: $(DONE)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: format
format: $(DONE)/dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: types
types: $(DONE)/dev
	$(BIN)/mypy

.PHONY: layers
layers: $(DONE)/dev
	$(BIN)/lint-imports

# A warning is an error. Nothing is fetched: it builds without a network.
.PHONY: docs
docs: $(DONE)/dev
	$(BIN)/sphinx-build -W -n --keep-going -d build/doctrees docs build/docs

# Benchmarks are named bench_*.py: `make test` neither times them nor fails by them.
.PHONY: benchmarks
benchmarks: $(DONE)/dev tangotest
	$(BIN)/pytest tests/benchmarks -o python_files='bench_*.py' --timeout=900 -s $(PYTEST_ARGS)

# The browser side, bundled: `pip install` needs no node, so what is built is committed.
.PHONY: static
static: $(DONE)/dev
	cd ipytango/frontend && PATH="$(abspath $(BIN)):$$PATH" npm ci --ignore-scripts --no-audit --no-fund
	cd ipytango/frontend && PATH="$(abspath $(BIN)):$$PATH" node build.mjs

.PHONY: clean
clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find ipytango tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment ------------------------------------------------------------------------------

# Debian and Ubuntu take the part of Python that makes environments out of python3.
$(DONE)/venv:
	@test -n '$(PYTHON)' || { echo 'No Python 3.10 to 3.13 found: install one.' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| .ci/apt-install ensurepip python3-venv 'Makes the environment in $(VENV)'
	$(PYTHON) -m venv --clear $(VENV)
	@mkdir -p $(DONE) && touch $@

# Editable: what is changed in ipytango/ is what runs.
$(DONE)/lab: $(DONE)/venv pyproject.toml
	$(BIN)/pip install --quiet --editable '.[lab]'
	@touch $@

$(DONE)/dev: $(DONE)/venv pyproject.toml
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

# --- programs that are not Python -----------------------------------------------------------------

# The package puts TangoTest beside other device servers, outside PATH.
.PHONY: tangotest
tangotest:
	@command -v TangoTest >/dev/null || .ci/apt-install /usr/lib/tango/TangoTest tango-test \
		"Tango's own test device server (the demo falls back to a look-alike in Python)"

.PHONY: chromium
chromium:
	@.ci/apt-install chromium chromium 'The browser that the browser tests drive'

# --- other ipykernels -----------------------------------------------------------------------------

# Each of them treats the messages of widgets in its own way. They lie beside the environment's own,
# and the browser tests start kernels with them; where they cannot be had, those tests are skipped.
OTHER_IPYKERNELS := 6.31.0 7.3.0

.PHONY: kernels
kernels: $(OTHER_IPYKERNELS:%=$(DONE)/ipykernel-%)

$(DONE)/ipykernel-%: | $(DONE)/dev
	@rm -rf $(VENV)/kernels/$*
	@if $(BIN)/pip install --quiet --no-deps --target $(VENV)/kernels/$* ipykernel==$* nest_asyncio; \
	then touch $@; \
	else rm -rf $(VENV)/kernels/$*; \
		echo 'Missing: ipykernel $*. The tests in a kernel of that version are skipped.' >&2; fi
