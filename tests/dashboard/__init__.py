"""The operator pages, through their addresses."""
