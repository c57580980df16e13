"""Reminding of invoices that are not paid: rules, cases, levels, blocked cards."""
