# The two commands a reader needs are `make demo` and `make test`; each sets up what it needs.
PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
READY := .venv/.ready
BOLT_PORT ?= 7687
HTTP_PORT ?= 7474
DEMO_SERVER := NEO4J_HOME=demo-neo4j NEO4J_PASSWORD=crosslane-demo HEAP=512m PAGECACHE=256m \
	BOLT_PORT=$(BOLT_PORT) HTTP_PORT=$(HTTP_PORT) tools/neo4j/neo4j.sh

.PHONY: setup setup-spark demo demo-stop test check lint types contracts wheel bench faults soak supply serve web screenshots lock clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Crosslane needs Python 3.11 or later; say for example: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

# Spark comes on top for those who want it: `crosslane load --engine spark`.
setup-spark: $(READY) requirements-spark.lock
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-spark.lock

# `make demo STORE=neo4j` also fills a Neo4j server of its own and leaves it running, to be looked at.
demo: $(READY)
ifeq ($(STORE),neo4j)
	@$(DEMO_SERVER) wipe
	@$(DEMO_SERVER) start
	CROSSLANE_NEO4J_PASSWORD=crosslane-demo $(BIN)/crosslane demo --store bolt://127.0.0.1:$(BOLT_PORT)
	@echo "To look at the graph in Neo4j Browser (password crosslane-demo):" && $(DEMO_SERVER) browser
	@echo "The server runs on; end it with: make demo-stop"
else
	$(BIN)/crosslane demo
endif

demo-stop:
	@$(DEMO_SERVER) wipe

# The tests start hundreds of processes: what these run is compiled once, even where the environment keeps no bytecode.
test: export PYTHONDONTWRITEBYTECODE :=
# Their frames are small: one thread a process does the same in three quarters of the processor's time.
test: export POLARS_MAX_THREADS = 1
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

# Kills, full disks and damage; the table of docs/promises.md is of its last run.
faults: $(READY)
	PYTHONPATH=. $(BIN)/python -m faults --out docs/faults.json --page docs/promises.md

# What is shipped and under which licence, after a change of dependencies (needs uv).
supply: $(READY)
	$(BIN)/python -m tools.supply

# Ten minutes of everything that a server is asked, at once; the page docs/soak.md is of its last run.
soak: $(READY)
	PYTHONPATH=. $(BIN)/python -m benchmarks.soak --out docs/soak.json --page docs/soak.md

serve: $(READY)
	$(BIN)/crosslane serve --workspace $(or $(WORKSPACE),demo-workspace)

# The pages' scripts and styles, from the npm lock; what it makes is committed, so that only who changes them needs node.
web:
	cd web && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent check && npm run --silent build

screenshots: $(READY)
	PYTHONPATH=. $(BIN)/python -m tools.screenshots

lock:
	uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-annotate --no-header --extra fast --extra recordlinkage \
		--group pyproject.toml:dev pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-annotate --no-header --extra spark \
		-c requirements.lock pyproject.toml --output-file requirements-spark.lock

clean:
	rm -rf web/node_modules tests/oidc_provider/node_modules .venv build dist demo-workspace demo-neo4j .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
