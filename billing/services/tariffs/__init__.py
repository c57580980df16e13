"""Tariffs: versions, which one applies and why, series of market prices, and runs over the past."""
