# make film   sets everything up and makes a film with the embedded service (or with your key, when there is one)
# make test   sets everything up and runs every check
# make help   the rest

PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup film up test lint format types contract pytest bench docs lock clean
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## .venv with what requirements.lock pins

# The lock and the project file decide: the stamp is older than one of them, and the next target sets up again.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "wanflow needs Python 3.11 or newer; name it: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install pip; }
	@echo "Installing what requirements.lock pins; a minute or two, the first time …"
	@$(BIN)/python -m pip install -qq --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

film: setup ## the example film, in ./media
	$(BIN)/wanflow run film -f flows/examples/night-train.yaml

up: setup ## Prefect's server and UI with every deployment; the emulator when there is no key
	$(BIN)/wanflow up

# mypy takes one core for most of a minute: beside the tests, it takes no time of its own.
test: lint contract ## every check
	@$(MAKE) --no-print-directory -j 2 types pytest

lint: setup ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup ## repairs what `make lint` can have repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup ## mypy, strict
	$(BIN)/mypy

contract: setup ## who may import whom
	$(BIN)/lint-imports

# Bytecode is kept whatever the shell says: hundreds of processes would compile everything again.
pytest: setup ## the tests; with WANFLOW_TEST_SLOW=1 the slow ones too
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -m "not benchmark" -n 3 --dist loadfile

faults: setup ## real processes killed under every kind of trouble, then audited; ROUNDS=20 for fewer
	$(BIN)/python -m tests.faults --rounds $(or $(ROUNDS),200)

bench: setup ## measurements
	$(BIN)/python -m pytest -m benchmark -s tests/benchmarks

docs: setup ## the pages of docs/models, the tables of docs/pipelines.md, the JSON Schema of pipelines
	$(BIN)/python -m flows.model_pages
	$(BIN)/python -m flows.pipelines_page
	$(BIN)/python -m flows.schema

lock: setup ## pins the newest versions that fit pyproject.toml
	.ci/lock

clean: ## removes the virtual environment and caches, never the media
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
