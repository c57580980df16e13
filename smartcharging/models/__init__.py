"""Circuits, limits, needs and profiles, one module a noun."""
