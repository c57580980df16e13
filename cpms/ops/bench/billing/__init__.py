"""Billing measured on vectors: right to the last digit, and how fast."""
