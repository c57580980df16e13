"""Commands: a row first, then the wire, then the answer, then the effect."""
