"""People, their keys, what they did, and everything that happened."""
