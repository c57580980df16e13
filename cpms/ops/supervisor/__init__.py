"""One process tree for the whole product: starts it in order, keeps it running, ends it together."""
