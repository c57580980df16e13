"""How money moves and what invoices add up to. Pure: amounts in, lines out."""
