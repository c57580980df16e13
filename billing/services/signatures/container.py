"""The signed values of a session as the XML that the transparency software of SAFE opens."""

import hashlib

from billing.models import SignedRecord
from billing.ocmf import safe
from chargers.models import Transaction


def container(session: Transaction, rows: list[SignedRecord]) -> bytes:
    """All OCMF records with the key each was judged by, else the one that came with it.

    The software only takes numbers as `transactionId`, and joins begin and end by it.
    """
    return safe.write(
        safe.SafeValue(
            row.text, row.key.public_key if row.key else row.offered_key, number_of(session), _context(row)
        )
        for row in rows
        if row.format
    )


def number_of(session: Transaction) -> str:
    """The number on the wire; where that is a text, one that follows from it."""
    if session.reference.isascii() and session.reference.isdecimal():
        return session.reference
    return str(int.from_bytes(hashlib.sha256(session.public_id.encode()).digest()[:4]) >> 1)


def _context(row: SignedRecord) -> str:
    return row.context if row.context.startswith("Transaction.") else "Transaction_context"
