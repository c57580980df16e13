"""Spending limits: what is left, sessions that near it, stops, and starts that are refused for it."""
