"""Judging a session's signed values again because somebody asks, and its price with them."""

from billing.services.ratings.late import session_review
from chargers.models import Transaction

from .proof import Proof, proof_of
from .records import records_take, records_verify


def session_verify(session: Transaction) -> Proof:
    """Judge them by the keys there are now; a price that does not fit any more is held or gets a proposal."""
    records_take(session)
    if records_verify(session):
        session_review(session)
    return proof_of(session)
