"""What is written: circuits, grants, profiles, plans."""
