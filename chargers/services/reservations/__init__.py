"""Reservations: what we ask, and what stations and cars make of it."""
