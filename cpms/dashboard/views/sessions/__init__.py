"""Transactions, ID tags, and what waits for a person's decision."""
