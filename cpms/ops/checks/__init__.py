"""`make test`, `make test-fast` and `make check`: every step as data, run one after another, one summary."""
