# The two commands a reader needs are `make demo` and `make test`; each sets up what it needs.
PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup demo test check lint types contracts wheel bench serve lock clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Crosslane needs Python 3.11 or later; say for example: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)
	$(BIN)/crosslane demo

test: $(READY)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

check: lint types contracts test

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m benchmarks

serve: $(READY)
	$(BIN)/crosslane serve --workspace $(or $(WORKSPACE),demo-workspace)

lock:
	uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header --extra fast --extra recordlinkage \
		--group pyproject.toml:dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv build dist demo-workspace .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
