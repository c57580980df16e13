"""What cars need by when: said, estimated, and what of it counts."""
