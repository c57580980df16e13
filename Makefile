# Two commands matter: `make run` and `make test`. Everything else is for people who change the code.

PYTHON ?= python3
BOOTSTRAP = $(PYTHON) cpms/ops/bootstrap.py

.PHONY: run test test-fast check lint fmt bench doctor reset lock vendor help

help:            ## this list
	@sed -n 's/^\([a-z-]*\): *\(.*\)##/  make \1 \t/p' Makefile | expand -t 20

run:             ## start everything with demo data (HOST= PORT= OCPP_PORT= EMPTY=1)
	@$(BOOTSTRAP) run -m cpms.ops.supervisor $(if $(EMPTY),,--demo)

test:            ## every check and every test, on PostgreSQL and Redis of its own
	@$(BOOTSTRAP) dev -m cpms.ops.checks all

test-fast:       ## lint and the quick tests, under a minute
	@$(BOOTSTRAP) dev -m cpms.ops.checks fast

check:           ## the static checks alone
	@$(BOOTSTRAP) dev -m cpms.ops.checks static

lint:            ## ruff and djade
	@$(BOOTSTRAP) dev -m cpms.ops.checks lint

fmt:             ## rewrite Python and templates in the house format
	@$(BOOTSTRAP) dev -m cpms.ops.checks format

bench:           ## measure the gateway against its goals
	@$(BOOTSTRAP) dev -m cpms.ops.with_services manage.py bench gateway

doctor:          ## what this machine lacks, and how to get it
	@$(PYTHON) cpms/ops/doctor.py

reset:           ## forget all local data (asks first)
	@$(BOOTSTRAP) run -m cpms.ops.reset

lock:            ## pin the dependencies of pyproject.toml again
	@$(BOOTSTRAP) dev -m cpms.ops.lock

vendor:          ## fetch the pinned front-end files again (needs npm)
	@$(BOOTSTRAP) dev -m cpms.ops.vendor
