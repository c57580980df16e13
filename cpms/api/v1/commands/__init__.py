"""What stations are asked to do, now, later, and many at once."""
