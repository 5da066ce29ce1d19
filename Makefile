# make demo    try the bot: no token, no internet once it is installed
# make test    every test
# make check   style, types, and which way imports run
# make bench   what things cost on this machine
#
# Each sets up .venv by itself; the next time that takes no time. PYTHON=python3.12 chooses an interpreter.

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
INSTALL := $(BIN)/python -m pip install --require-hashes --no-deps --only-binary :all: --no-compile \
	--disable-pip-version-check --no-input --quiet

.PHONY: demo test check bench venv migration lock clean
.DEFAULT_GOAL := test

demo: $(RUNTIME)
	@$(BIN)/python -m bot demo $(ARGS)

# The bot is started some hundred times: compiled once, it starts in a third of the time. Longest files last would leave
# one core idle in the end, so they are taken as they come.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(DEV)
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/browser
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --ignore tests/browser $(ARGS)

check: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

bench: $(DEV)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

venv: $(DEV)

# Writes the next step of the database: make migration name=spot_check_topic
migration: $(DEV)
	@test -n '$(name)' || { echo 'Say what it changes: make migration name=spot_check_topic' >&2; exit 1; }
	@$(BIN)/python -c 'import sys; from storage.migration import write; write(sys.argv[1])' '$(name)'
	@$(BIN)/ruff format --quiet storage/migrations && $(BIN)/ruff check --fix --quiet storage/migrations

# Works out both lists of packages anew; make lock UPGRADE=--upgrade takes the newest versions.
LOCK = $(VENV)/lock/bin/uv pip compile pyproject.toml --quiet --no-config --generate-hashes --no-emit-index-url \
	--python-version 3.11 --python-platform linux --custom-compile-command 'make lock' $(UPGRADE)

lock: $(BIN)/python
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	env -u UV_FIND_LINKS $(LOCK) --group dev --output-file requirements-dev.txt
	env -u UV_FIND_LINKS $(LOCK) --constraint requirements-dev.txt --output-file requirements.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A .venv made by hand may be of an older Python, or without pip.
define USABLE
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "$(VENV) has a Python older than 3.11: make clean")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
endef

$(RUNTIME): requirements.txt | $(BIN)/python
	$(USABLE)
	@echo 'Installing what the bot needs into $(VENV) (once, about a minute) ...'
	@$(INSTALL) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt requirements.txt | $(BIN)/python
	$(USABLE)
	@echo 'Installing what the bot and its tests need into $(VENV) (once, about a minute) ...'
	@$(INSTALL) -r requirements-dev.txt
	@touch $(RUNTIME) $@

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			$$python -m venv $(VENV) && exit 0; \
			rm -rf $(VENV); \
			echo "$$python cannot make a virtual environment; is the package python3-venv missing?" >&2; \
			exit 1; \
		fi; \
	done; \
	echo 'Python 3.11 or newer is needed, and none was found as python3.' >&2; exit 1
