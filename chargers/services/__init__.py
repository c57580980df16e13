"""Verbs that write. A service says how; who may is decided by its caller."""
