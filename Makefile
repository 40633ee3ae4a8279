# Every target works on a fresh clone: the first one that needs it makes the virtual environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# pip reads groups of pyproject.toml from 25.1 on.
SETUP := $(VENV)/.installed

.PHONY: demo test test-all lint format fuzz mutation bench generate clean

demo: $(SETUP)  ## checks the example projects and shows the reports
	$(BIN)/python tools/demo.py

test: $(SETUP)  ## lint, types, layers and the tests, with branch coverage
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not external" --cov --cov-report=term

test-all: test  ## the tests that need a browser, Node or Java too; what is missing is skipped by name
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group external
	npm install --prefix tests/external --no-package-lock --no-fund --no-audit --silent
	$(BIN)/python -m pytest -n auto -m external

lint: $(SETUP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(SETUP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

SECONDS ?= 3600
fuzz: $(SETUP)  ## looks for inputs that break something, SECONDS in all, on every target or on TARGET
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group fuzz
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(TARGET)

mutation: $(SETUP)  ## changes what decides a piece at a time and shows which changes no test notices: docs/mutation.md
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group mutation
	$(BIN)/python tools/mutation.py $(GROUP)

bench: $(SETUP)  ## time and memory beside other programs, as ratios in one run: benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py

generate: $(SETUP)  ## validators and editor hints from the schemas, manual pages from the commands, docs/messages.md
	$(BIN)/python tools/generate_editor_hints.py
	$(BIN)/python tools/generate_validator.py
	$(BIN)/python tools/generate_man.py
	$(BIN)/python tools/generate_messages.py

clean:
	rm -rf tests/external/node_modules $(VENV) .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

$(SETUP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group test --group lint --editable .
	touch $(SETUP)
