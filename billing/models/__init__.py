"""Tariffs, ratings and the books, one module a noun."""
