"""Which tax a supply has: where it is taxed, at which rate, and who owes the tax. Pure; `docs/algorithms/tax.md`."""
