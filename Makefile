# The one entry: `make` prints what there is. Hooks and CI call these targets and nothing else.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
SIZE ?= small
ONLY ?=
# Another package of the same name on the path would be taken for ours (docs/patterns.md).
unexport PYTHONPATH PYTHONHOME PYTHONSAFEPATH

.PHONY: help install run test redteam check bench demo migrate golden sizes lock sbom wheelhouse

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

install: ## install what is missing on this machine, for running and testing
	@scripts/bootstrap.sh test

run: ## install what is missing, make the database, load demonstration data, serve on port 8080 (PORT=…)
	@scripts/run.sh

check: install ## format, lint, types, imports
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check ## check, then all tests on SQLite and PostgreSQL (ARGS=… for pytest)
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

redteam: install ## attack a portal of our own with the long lists, and tell what was tried and found (ARGS=… for pytest)
	PORTAL_RED_TEAM=whole $(BIN)/python -m pytest -q -n 2 --dist loadfile --timeout 3600 tests/redteam $(ARGS)

bench: install ## measure on the full city and print JSON lines (ONLY=name)
	$(BIN)/python -m benchmarks $(ONLY)

demo: ## load the demonstration city (SIZE=small|full)
	@scripts/bootstrap.sh run
	$(FLASK) setup
	PORTAL_DEMO_DATA=true $(FLASK) demo load --size $(SIZE)

migrate: ## bring the database up to date: tables, permissions, procedures
	@scripts/bootstrap.sh run
	$(FLASK) setup

golden: install ## draw the expected pages anew; look at what changed before you commit it
	$(BIN)/python -m tests.printing.golden
	$(BIN)/python -m tests.portal.draw_rights

sizes: install ## print the longest files and functions, for a reviewer to ask why
	$(BIN)/python -m scripts.sizes

sbom: install ## write the list of components (CycloneDX) anew from the locks
	$(BIN)/python -m scripts.sbom

lock: install ## compile the requirements anew, with hashes (UPGRADE=name for one package)
	@scripts/lock.sh $(UPGRADE)

wheelhouse: install ## fetch the locked packages into dist/wheelhouse, for servers without a way to a registry
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-input --require-hashes --no-deps \
		--only-binary=:all: --requirement requirements.txt --dest dist/wheelhouse
	@cd dist/wheelhouse && sha256sum *.whl > SHA256SUMS && echo "$$(ls *.whl | wc -l) packages in dist/wheelhouse"
