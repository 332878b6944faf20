# The fixed names: setup, run, test, lint, screenshots, bench, check-shared, upgrade.
SHELL := /bin/bash
PY := .venv/bin/python
PORT ?= 8000
export PORT

.PHONY: setup run test lint screenshots bench check-shared upgrade

# The environment only. uv when it is there (7 s), else venv and pip (about 20 s); hashes are checked by both.
.venv/.ready: requirements.txt
	@echo "Installing packages ..."
	@if command -v uv >/dev/null; then \
	  uv venv -q --allow-existing .venv && uv pip install -q --python $(PY) --require-hashes -r requirements.txt; \
	else \
	  python3 -m venv .venv && .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt; \
	fi
	@touch $@

setup: .venv/.ready

# Front-end files that only the tests need (axe); pages carry nothing from npm.
node_modules/.ready: package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent && touch $@; \
	else echo "npm is not installed: the accessibility tests cannot run"; fi

run: setup
	@$(PY) scripts/run.py

lint: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/djade --check $$(git ls-files 'templates/*.html')
	@.venv/bin/mypy

test: setup lint
	@$(MAKE) -s node_modules/.ready
	@$(PY) scripts/run_tests.py

screenshots: setup
	@$(PY) scripts/screenshots.py

bench: setup
	@$(PY) scripts/bench.py

# By hand: import the public synthetic sample that lies beside the developers' checkout.
SHARED ?= ../shared
check-shared: setup
	@$(PY) scripts/check_shared.py $(SHARED)/data/fhir-r4-sample

# Back up first, stop on any error, then bring packages and tables up to date.
upgrade:
	@$(PY) scripts/upgrade.py
