# `make` or `make help` lists the targets. Everything runs in .venv, which is made on first use from
# requirements.lock and made anew when that file changes. Nothing else on the machine is touched.

# The first Python >= 3.11 on the PATH; `make PYTHON=/path/to/python …` takes another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# What the environment depends on, by content: a fresh clone has fresh times, but the same content.
KEY := $(shell cat requirements.lock pyproject.toml | cksum | tr -d ' ')
READY := $(VENV)/.ready-$(KEY)
BENCH_KEY := $(shell cat requirements-bench.lock pyproject.toml | cksum | tr -d ' ')
BENCH_READY := $(VENV)/.bench-$(BENCH_KEY)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
KAFKA ?= 4.0.2
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast prometheus dashboards dashboards-check lint format format-check types docs reference bench lock broker-lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with everything the hub and its tests need

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "The hub needs Python 3.11 or later; set PYTHON=/path/to/python." >&2; exit 1; }
	@test -x $(BIN)/python || { echo "making $(VENV) with $(PYTHON)"; "$(PYTHON)" -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "This Python cannot make environments; on Debian: apt install python3-venv" >&2; exit 1; }; }
	@echo "installing what requirements.lock pins (once)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.ready-*
	@touch $@

demo: $(READY) ## play a synthetic year of a province on a real Kafka, and check the result
	@$(BIN)/hub demo $(ARGS)

test: $(READY) ## run all tests, on a real Kafka too
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/unit tests/properties $(ARGS)
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder tests/acceptance tests/faults $(ARGS)

test-fast: $(READY) ## run the tests that need no Kafka
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/unit tests/properties $(ARGS)

lint: $(READY) ## check the code's style
	@$(BIN)/ruff check .

format: $(READY) ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only --quiet .

format-check: $(READY) ## tell whether `make format` would change anything
	@$(BIN)/ruff format --check .

types: $(READY) ## check the types, strictly
	@$(BIN)/mypy

docs: $(READY) ## check that the generated references are up to date
	@$(BIN)/python -m hub.reference --check

reference: $(READY) ## write the generated references anew
	@$(BIN)/python -m hub.reference

prometheus: $(READY) ## find or unpack the real Prometheus, for the checks of alerts and dashboards
	@$(BIN)/python -m tools.prometheus

dashboards: $(READY) ## write the dashboards in deploy/grafana anew
	@$(BIN)/python -m tools.dashboards

dashboards-check: $(READY) ## evaluate every query of every dashboard on a real Prometheus and a running hub
	@$(BIN)/python -m tools.dashboards_check

bench: $(BENCH_READY) ## measure the hub beside its peers
	@$(BIN)/python -m bench $(ARGS)

$(BENCH_READY): $(READY) requirements-bench.lock
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@rm -f $(VENV)/.bench-*
	@touch $@

lock: $(READY) ## pin the newest versions that pyproject.toml allows
	@$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra dev --extra bench pyproject.toml -o requirements-bench.lock
	@$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra dev -c requirements-bench.lock pyproject.toml -o requirements.lock

broker-lock: $(READY) ## pin the embedded broker's jars: make broker-lock KAFKA=4.0.2
	@$(BIN)/python -m hub.embedded.pin $(KAFKA)

clean: ## remove .venv, caches and the demo's data; not the download cache
	rm -rf $(VENV) .hub build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
