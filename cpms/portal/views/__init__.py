"""The pages of drivers."""
