"""Prices of markets, read from files."""
