"""Limits from outside: taken, ended, and kept like a fuse."""
