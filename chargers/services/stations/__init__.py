"""Stations: registered, connected, reporting, refused."""
