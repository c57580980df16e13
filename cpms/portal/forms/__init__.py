"""What drivers fill in, a module a noun."""
