"""Tariffs, ratings, accounts, payments, invoices, and the books for others."""
