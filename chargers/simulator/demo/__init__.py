"""The demo: two organisations, their stations and drivers, ninety days of history, a fleet."""
