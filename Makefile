# Two commands are enough: `make chat` to use it, `make test` to check it. `make help` lists the others.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help chat test check lint types imports unit engines model-tests eval bench wheel calibrate without-docker settings teams-package picture tree lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

chat: $(VENV)/.run ## make the environment and the index, and open the chat
	@$(BIN)/isvbot-ingest sync
	@$(BIN)/isvbot chat

test: check ## make the environment and run all checks and tests

check: lint types imports unit ## everything that must pass before a commit

lint: $(VENV)/.dev ## style, format and docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/isvbot-ingest check

types: $(VENV)/.dev ## types
	$(BIN)/mypy

imports: $(VENV)/.dev ## which package may import which
	$(BIN)/lint-imports

unit: $(VENV)/.dev ## tests, with the coverage of the core
	$(BIN)/coverage run -m pytest -m "not engines and not model"
	$(BIN)/coverage report

model-tests: $(VENV)/.model ## tests with a real language model (installs about 200 MB)
	$(BIN)/isvbot-ingest sync
	$(BIN)/python -m pytest -m model

engines: $(VENV)/.engines ## tests of the larger engines, with real models; installs a build of torch (1 GB)
	$(BIN)/python -m pytest -m engines

eval: $(VENV)/.dev ## quality of the answers; fails below evals/thresholds.yaml
	$(BIN)/isvbot-ingest sync
	$(BIN)/python -m evals.run
	$(BIN)/python -m evals.decisions
	$(BIN)/python -m evals.support

bench: $(VENV)/.bench ## speed, memory and recall, as ratios in one run, also against plain LangChain and Haystack
	$(BIN)/isvbot-ingest sync
	$(BIN)/python -m evals.bench
	$(BIN)/python -m evals.bench_channels
	$(BIN)/python -m evals.peers

calibrate: $(VENV)/.dev ## measure the thresholds anew and write knowledge/calibration.yaml
	$(BIN)/isvbot-ingest sync
	$(BIN)/python -m evals.calibrate

wheel: $(VENV)/.dev ## build the wheel, install it in a bare environment and ask a question from another folder
	PYTHON=$(PYTHON) sh scripts/check-wheel.sh

without-docker: ## do what the Dockerfile says, without Docker; needs the ports 8080 and 3978
	sh scripts/without-docker.sh

settings: $(VENV)/.dev ## write .env.example from the settings
	$(BIN)/python -c "from bot.settings import example_file; print(example_file(), end='')" > .env.example

teams-package: $(VENV)/teams-schema ## build and check dist/isvbot-teams.zip, by which the bot is added to Teams
	$(BIN)/python -m scripts.teams_package

picture: $(VENV)/adaptivecards.min.js ## make the pictures of the README and docs/handleiding.md anew; needs Chromium and npm
	$(BIN)/isvbot-ingest sync
	$(BIN)/python -m scripts.picture

tree: $(VENV)/.dev ## draw the rules of the ISV check anew in docs/isv-check.md
	$(BIN)/python -m scripts.tree

lock: ## write the lock files anew (needs uv)
	uv pip compile pyproject.toml --group build --universal --generate-hashes --no-header --no-emit-index-url -o requirements.lock --upgrade
	uv pip compile pyproject.toml --group build --group dev --universal --generate-hashes --no-header --no-emit-index-url -o requirements-dev.lock --upgrade
	cp requirements-dev.lock requirements-serve.lock
	uv pip compile pyproject.toml --group build --extra telegram --extra teams --extra postgres --extra model --universal --generate-hashes --no-header --no-emit-index-url -o requirements-serve.lock
	cp requirements-dev.lock requirements-bench.lock
	uv pip compile pyproject.toml --group build --group dev --group bench --universal --generate-hashes --no-header --no-emit-index-url -o requirements-bench.lock

clean: ## remove the environment and what was built
	rm -rf $(VENV) dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "isvbot needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.engines: requirements-engines.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --no-deps -r requirements-engines.txt
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.model: requirements-model-tests.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-model-tests.txt
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev
	$(BIN)/pip install --quiet --require-hashes -r requirements-bench.lock
	@touch $@

# Microsoft's library that draws cards: fetched for the pictures, not kept in the repository.
$(VENV)/adaptivecards.min.js: $(VENV)/.dev
	rm -rf $(VENV)/cards-npm && mkdir -p $(VENV)/cards-npm
	npm pack --silent --pack-destination $(VENV)/cards-npm adaptivecards@3.0.6 >/dev/null
	echo "44d0560c8c6a3a660af8dda32de5d1c428ffb414ff050ee61e9377d19785bbfb  $(VENV)/cards-npm/adaptivecards-3.0.6.tgz" | sha256sum --check --quiet
	tar -xzf $(VENV)/cards-npm/adaptivecards-3.0.6.tgz -C $(VENV)/cards-npm
	mv $(VENV)/cards-npm/package/dist/adaptivecards.min.js $@ && rm -rf $(VENV)/cards-npm
	@touch $@

# Microsoft's schemas of the Teams manifest: fetched for the check, not kept in the repository.
$(VENV)/teams-schema: $(VENV)/.dev
	rm -rf $(VENV)/teams-npm && mkdir -p $(VENV)/teams-npm
	npm pack --silent --pack-destination $(VENV)/teams-npm @microsoft/app-manifest@1.1.2 >/dev/null
	echo "4fcc09ca1c01733849c2639cd7d96530093417a347d026eaaa1c8f046e51882c  $(VENV)/teams-npm/microsoft-app-manifest-1.1.2.tgz" | sha256sum --check --quiet
	tar -xzf $(VENV)/teams-npm/microsoft-app-manifest-1.1.2.tgz -C $(VENV)/teams-npm
	rm -rf $@ && mv $(VENV)/teams-npm/package/build/json-schemas/teams $@ && rm -rf $(VENV)/teams-npm
	@touch $@
