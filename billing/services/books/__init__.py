"""The books: the one writer of entries, what may be posted, charges of sessions, periods and proofs."""
