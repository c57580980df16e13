"""Simulated sites: what the engine does with the sessions of real car parks. Nothing here speaks to chargers."""
