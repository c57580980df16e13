"""Bulk commands: planned, sent in waves, stopped on request."""
