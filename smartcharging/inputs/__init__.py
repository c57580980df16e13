"""What smart charging knows from outside: meters, wishes of drivers, prices, limits, the sun."""
