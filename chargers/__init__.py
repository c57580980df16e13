"""Stations, who may charge, and what they did. Knows nothing of money or of balancing."""
