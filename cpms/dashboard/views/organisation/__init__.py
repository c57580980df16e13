"""What needs attention, who did what, people and keys."""
