"""What writes: the books, accounts and invoices, one module a noun."""
