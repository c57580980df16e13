"""Settings of stations: wanted, reported, checked."""
