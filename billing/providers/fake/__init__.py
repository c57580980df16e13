"""A payment provider that holds no money: a real counterpart with books of its own, for demo and tests."""
