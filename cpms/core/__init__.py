"""Lowest layer, no word of charging: ids, events, outbox, clock, audit, secrets, partitions, live."""
