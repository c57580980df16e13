"""Firmware, logs, and the one-time links they travel by."""
