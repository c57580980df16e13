# Two commands matter: `make run` and `make test`. Everything else is for people who change the code.

PYTHON ?= python3
BOOTSTRAP = $(PYTHON) cpms/ops/bootstrap.py

# Older ones cannot even read the script that would tell them so.
READABLE = import sys; sys.exit("cpms: Python 3.11 or newer is needed" if sys.version_info < (3, 7) else 0)

.PHONY: python run test test-fast check lint fmt bench soak faults books payments messages certs doctor reset lock vendor help

python:
	@$(PYTHON) -c '$(READABLE)'

help:            ## this list
	@sed -n 's/^\([a-z-]*\):[ a-z]*##/  make \1 \t/p' Makefile | expand -t 20

run: python      ## start everything with demo data (HOST= PORT= OCPP_PORT= EMPTY=1)
	@$(BOOTSTRAP) run -m cpms.ops.supervisor $(if $(EMPTY),,--demo)

test: python     ## every check and every test, on PostgreSQL and Redis of its own
	@$(BOOTSTRAP) dev -m cpms.ops.checks all

test-fast: python ## lint and the quick tests, under a minute
	@$(BOOTSTRAP) dev -m cpms.ops.checks fast

check: python    ## the static checks alone
	@$(BOOTSTRAP) dev -m cpms.ops.checks static

lint: python     ## ruff and djade
	@$(BOOTSTRAP) dev -m cpms.ops.checks lint

fmt: python      ## rewrite Python and templates in the house format
	@$(BOOTSTRAP) dev -m cpms.ops.checks format

bench: python    ## measure the gateway against its goals
	@$(BOOTSTRAP) dev manage.py bench gateway

soak: python     ## a thousand chargers in sessions for half an hour: lost answers, memory (MINUTES=)
	@$(BOOTSTRAP) dev manage.py bench gateway --only 13 --minutes $(or $(MINUTES),30)

faults: python   ## kill processes a thousand times and count what is lost (KILLS= SEED= STATIONS=)
	@$(BOOTSTRAP) dev -m tests.faults $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(if $(STATIONS),--stations $(STATIONS))

books: python    ## random money events and many issuers, killed at random, then the proof (EVENTS= INVOICES= SEED=)
	@$(BOOTSTRAP) dev -m tests.billing.books $(if $(EVENTS),--events $(EVENTS)) $(if $(INVOICES),--invoices $(INVOICES)) $(if $(SEED),--seed $(SEED))

payments: python ## random payments told many times in any order, with kills, and the proof (TRIALS= SEED=)
	@$(BOOTSTRAP) dev -m tests.billing.payments $(if $(TRIALS),--trials $(TRIALS)) $(if $(SEED),--seed $(SEED))

messages: python ## gather and compile the texts of the driver pages (cpms/locale)
	@$(BOOTSTRAP) dev manage.py messages $(if $(CHECK),--check)

certs: python    ## a server and a client certificate for TLS on this machine, while `make run` runs (STATION=)
	@$(BOOTSTRAP) run manage.py ca development var/certs --station $(or $(STATION),SPARE-16)

histories: python ## ten thousand random histories of a charger against the transaction rules (HISTORIES=)
	@HISTORIES=$(or $(HISTORIES),10000) $(BOOTSTRAP) dev -m cpms.ops.with_services -m pytest -q -n 2 tests/histories

certification: python ## play the OCPP certification cases and write their document
	@CERTIFICATION_REPORT=docs/reference/certification-1.6.md $(BOOTSTRAP) dev -m pytest -q tests/certification

doctor: python   ## what this machine lacks, and how to get it
	@$(PYTHON) cpms/ops/doctor.py

reset: python    ## forget all local data (asks first)
	@$(BOOTSTRAP) run -m cpms.ops.reset

lock: python     ## pin the dependencies of pyproject.toml again
	@$(BOOTSTRAP) dev -m cpms.ops.lock

vendor: python   ## fetch the pinned front-end files again (needs npm)
	@$(BOOTSTRAP) dev -m cpms.ops.vendor
