"""The books for others: months as files."""
