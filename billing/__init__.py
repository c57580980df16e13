"""Money: tariffs, ratings, the books, payments and invoices."""
