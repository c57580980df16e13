"""What driver pages tell, in words: visits, wallets, invoices, subscriptions, vouchers, and why something failed."""
