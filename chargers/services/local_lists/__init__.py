"""Local authorisation lists."""
