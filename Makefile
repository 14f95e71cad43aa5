# Works without a virtual environment active: dev/setup makes .venv and every command below runs from it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin
PORT ?= 8400

.PHONY: help setup demo serve test cover explore lint bench docs lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: ## set everything up (each target below does it too)
	@dev/setup

demo: setup ## a made-up marketplace, scanned, judged and told, in the folder demo/
	@$(PY)/custodes demo demo

serve: setup ## the console over the demo's workspace (or CONFIG=path/to/custodes.toml)
	@$(PY)/custodes --config $(or $(CONFIG),demo/custodes.toml) serve --port $(PORT)

test: setup ## everything the tests need is installed, then they run
	@dev/test-setup
	@cd native && cargo test --quiet --locked
	@$(PY)/pytest --numprocesses=auto --dist=loadfile $(ARGS)

cover: setup ## the tests once more, and which lines they never reach
	@dev/test-setup
	@$(PY)/pytest --cov --cov-report=term $(ARGS)

explore: setup ## the tests of hostile input with other random inputs than always (a finding becomes an example of its test)
	@CUSTODES_INPUTS=random $(PY)/pytest $(or $(ARGS),$$(grep -rl --include='test_*.py' 'from hypothesis' tests))

lint: setup ## types, style and import rules
	@$(PY)/ruff check . && $(PY)/ruff format --check .
	@$(PY)/mypy
	@$(PY)/lint-imports
	@cd native && cargo fmt --check && cargo clippy --quiet --locked --all-targets -- -D warnings

bench: setup ## speed and memory, beside a named peer or the machine's limit
	@$(PY)/python -m bench $(ARGS)

docs: setup ## the documentation as a site in site/
	@$(PY)/python dev/pages.py
	@NO_MKDOCS_2_WARNING=1 $(PY)/mkdocs build --quiet --strict

lock: setup ## take newer versions of what we depend on
	@dev/lock --upgrade

clean: ## remove what the targets above made, but not a workspace of yours
	@rm -rf .venv .tools native/target site
