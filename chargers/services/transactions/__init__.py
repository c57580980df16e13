"""Transactions: stored once, in any order, however often their messages come."""
