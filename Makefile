# Gatehouse: the everyday commands. `make help` lists them. Works with GNU make 3.81 (macOS) and newer, without git,
# without root, from a path with spaces. What takes more than a line stands in scripts/.

.DEFAULT_GOAL := help
.PHONY: help run demo test conformance conformance-server fuzz bench mutation check lint typecheck format migrations migrate admin hooks lock clean

python := .venv/bin/python
development := sh scripts/environment.sh .venv requirements-dev.txt

help: ## Show this list
	@echo "Gatehouse, a remote MCP server with its own sign-in through GitHub"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile
	@echo "Variables: PORT=9000 (run), PYTHON=/path/to/python3.13 (any), ARGS='-k name' (run, test), DATABASE_URL, REDIS_URL"

run: ## Set up whatever is missing, then serve on http://localhost:8000 (Ctrl-C ends it)
	@exec sh scripts/run.sh $(ARGS)

demo: ## Serve the dashboard with a month of made-up people and calls, on a database of its own (ARGS="--calls 100000")
	@exec sh scripts/demo.sh $(ARGS)

test: ## Run the whole test suite with branch coverage (REQUIRE_ALL=1: a skip is a failure)
	@exec sh scripts/test.sh $(ARGS)

conformance: ## Run the official MCP conformance suite against this server (installs it, and Node 22 if need be)
	@exec sh scripts/conformance.sh $(ARGS)

conformance-server: ## Serve the suite's fixtures until Ctrl-C (AUTH=fixed: whoever calls is Alice; AUTH=real: prints a token)
	@$(development)
	@exec $(python) -m tests.conformance.standing $(or $(AUTH),fixed) $(or $(PORT),8000) $(ARGS)

fuzz: ## Send spoilt requests to a server for a minute (ARGS="--seconds 600 --seed 1")
	@$(development)
	@exec $(python) -m tests.fuzz $(ARGS)

bench: ## Measure calls, lists, sign-ins, streams and memory, and write bench.json (ARGS="--seconds 5")
	@$(development)
	@exec $(python) -m bench $(ARGS)

mutation: ## Open known holes one at a time in a scratch copy, and show that the tests see each (ARGS="words of titles")
	@$(development)
	@$(python) -m tests.mutation $(ARGS)

check: lint typecheck migrations ## All the checks that are not tests
	@DEBUG=1 $(python) manage.py check --fail-level WARNING

lint: ## Check style and format
	@$(development)
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .

typecheck: ## Check the types (mypy, strict)
	@$(development)
	@$(python) -m mypy

format: ## Put the format right, and what style can be put right by itself
	@$(development)
	@$(python) -m ruff check --fix .
	@$(python) -m ruff format .

migrations: ## Check that the models and the migrations agree
	@$(development)
	@DEBUG=1 $(python) manage.py makemigrations --check --dry-run

migrate: ## Bring the database to the newest schema
	@sh scripts/manage.sh migrate

admin: ## Create an operator who may sign in to /admin/
	@sh scripts/manage.sh createsuperuser

hooks: ## Check every commit before it is made (pre-commit, in a git clone)
	@$(development)
	@$(python) -m pre_commit install

lock: ## Write the lock files again from requirements/*.in (needs uv; ARGS=--upgrade takes newer versions)
	@exec sh scripts/lock.sh $(ARGS)

clean: ## Remove environments, caches and reports; the data in var/ stays
	@rm -rf .venv .venv-mcp1 .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov conformance/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
