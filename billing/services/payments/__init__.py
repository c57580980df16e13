"""Payments: never charged twice, never lost. `docs/algorithms/payments.md` states the rules."""
