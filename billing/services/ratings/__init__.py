"""Prices of sessions: from what chargers said to a stored, explained and posted rating."""
