# `make` lists the targets. All set-up happens inside .venv, from the locks, and only when a lock changed.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# The first of these that is 3.11 or newer makes the .venv: `make PYTHONS=/path/to/python setup` chooses.
PYTHONS ?= python3.11 python3.12 python3.13 python3.14 python3
APT := apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 \
	install --yes --no-install-recommends
# Passed on by run, test, bench and lock: `make test ARGS="-k ticket"`.
ARGS ?=

RUNTIME := $(VENV)/runtime.stamp
DEV := $(VENV)/dev.stamp

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-dev browser scanner run test check format bench lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(RUNTIME) ## the .venv with what WBS runs on

setup-dev: $(DEV) browser scanner ## the same with what tests and checks need: a Chromium and clamd too

run: setup ## WBS on http://127.0.0.1:3000, its data in ./data
	@$(BIN)/wbs serve $(ARGS)

# Browsers beside all the rest, two files of each at a time; tests/sharing.py says which files stay together. What failed
# is tried once more with nothing beside it, because waiting for a busy machine is no defect.
# `make test ARGS="-k ticket"`: one plain pytest.
PYTEST := $(BIN)/python -m pytest --quiet
BROWSERS := -o cache_dir=.pytest_cache/browsers tests/e2e
SERVICES := $(filter-out %/attack %/e2e %/conftest.py %/clamd.py %/sharing.py %/__pycache__,$(wildcard tests/*))
REST := -o cache_dir=.pytest_cache/rest tests/attack $(SERVICES)
TWO := --numprocesses 2 --dist loadfile
AGAIN := --last-failed --last-failed-no-failures none

test: setup-dev ## every test, browser included
	@$(if $(strip $(ARGS)),exec $(PYTEST) $(ARGS);) \
	mkdir -p test-results; \
	$(BIN)/python -c "from wbs_app.serve import build; build()" || exit 1; \
	$(PYTEST) --durations 10 $(TWO) $(BROWSERS) > test-results/browsers.log 2>&1 & browsers=$$!; \
	$(PYTEST) --durations 10 $(TWO) $(REST); rest=$$?; \
	wait $$browsers; seen=$$?; \
	cat test-results/browsers.log; \
	if [ $$rest = 1 ]; then $(PYTEST) $(AGAIN) $(REST); rest=$$?; fi; \
	if [ $$seen = 1 ]; then $(PYTEST) $(AGAIN) $(BROWSERS); seen=$$?; fi; \
	exit $$((rest || seen))

check: $(DEV) ## format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright

format: $(DEV) ## rewrite the source in the one format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup-dev ## the measurements behind our numbers
	@$(BIN)/python benchmarks/run.py $(ARGS)

lock: $(DEV) ## recompile both locks (ARGS=--upgrade: to the newest versions)
	@$(BIN)/pip-compile --quiet $(ARGS) --output-file requirements.lock requirements.in
	@$(BIN)/pip-compile --quiet $(ARGS) --output-file requirements-dev.lock requirements-dev.in

clean: ## remove the .venv, builds and caches; ./data stays
	@rm -rf $(VENV) .web .states build dist *.egg-info htmlcov test-results
	@rm -rf .pytest_cache .hypothesis .ruff_cache assets/external
	@find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +

# pip is the last thing venv writes, so a half-made .venv is made again.
$(BIN)/pip:
	@for python in $(PYTHONS); do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Creating $(VENV) with $$($$python --version)"; \
			exec $$python -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "WBS needs Python 3.11 or newer with venv (on Debian: apt-get install python3-venv)." >&2; \
	exit 1

# Wheels only: no compiler is needed, and no package runs code while it is installed.
define install
	@echo "Installing $(1) (about a minute, once)"
	@$(PIP) install --require-hashes --only-binary :all: --requirement $(1)
	@$(PIP) install --no-build-isolation --no-deps --editable .
endef

$(RUNTIME): $(BIN)/pip requirements.lock pyproject.toml
	$(call install,requirements.lock)
	@touch $@

$(DEV): $(BIN)/pip requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch $@ $(RUNTIME)

# The tests bring their own signatures: neither the service nor its database is needed.
scanner:
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"; \
	if command -v clamd >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing clamd for the tests of the virus scanner"; \
		$(APT) clamav-daemon >/dev/null && exit 0; \
	fi; \
	echo "The tests need clamd: install ClamAV (on Debian: apt-get install clamav-daemon)." >&2; \
	exit 1

# The same order in which the tests look: WBS_CHROMIUM, Chromium's shell without a window, which takes least, a Chromium
# or Chrome of the system, Playwright's own.
browser: $(DEV)
	@if ! $(BIN)/playwright --version >/dev/null 2>&1 && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing libatomic, without which Playwright does not start"; \
		$(APT) libatomic1 >/dev/null; \
	fi
	@if [ -n "$$WBS_CHROMIUM" ]; then \
		command -v "$$WBS_CHROMIUM" >/dev/null || { echo "WBS_CHROMIUM names no program." >&2; exit 1; }; \
		exit 0; \
	fi; \
	shell=chromium-headless-shell; \
	any() { for name; do if command -v "$$name" >/dev/null; then return 0; fi; done; return 1; }; \
	if any $$shell; then exit 0; fi; \
	others="chromium chromium-browser google-chrome"; \
	if [ "$$(id -u)" = 0 ] && any apt-get && { ! any $$others || apt-cache show $$shell >/dev/null 2>&1; }; then \
		echo "Installing a Chromium for the browser tests"; \
		$(APT) $$shell >/dev/null && exit 0; \
	fi; \
	any $$others || $(BIN)/playwright install chromium || \
		{ echo "The tests need a browser: install Chromium or set WBS_CHROMIUM to one." >&2; exit 1; }
