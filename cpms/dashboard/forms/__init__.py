"""Forms of the operator pages, one module a noun."""
