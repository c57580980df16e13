"""Tariffs, prices, accounts, payments, invoices, site hosts."""
