"""What lists of money can be narrowed by, for pages and API alike, one module a noun."""
