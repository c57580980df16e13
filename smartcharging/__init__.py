"""Smart charging: what profiles allow, who gets which current, and what holds when nobody speaks."""
