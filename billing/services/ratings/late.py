"""Evidence that came after the outcome: what is held is rated again, what is final gets a proposed correction."""

from django.db import transaction

from billing.choices import RatingState
from billing.models import Rating
from billing.services.subscriptions.included import has_grants, uses_settle
from chargers.models import Transaction
from cpms.core import clock

from .agreed import evidence_in, uses_wh
from .agreements import agreement_for
from .decisions import rating_locked, rating_supersede
from .outcome import announce, outcome_of, outcome_store
from .rows import next_attempt, rating_of, rating_take_included

_TOLD = ("gross_minor", "net_minor", "currency", "energy_wh", "ended_at")


def session_review(session: Transaction) -> Rating | None:
    """Look again at a session that has an outcome; the rating that came of it, None when nothing has changed."""
    known = outcome_of(session)
    if known is None:
        return None
    fresh = rating_of(session, agreement_for(session))
    with transaction.atomic():
        known = rating_locked(known)
        made = _compared(known, fresh)
        Rating.objects.filter(pk=known.pk).update(checked_at=clock.now())
        return made


def _compared(known: Rating, fresh: Rating) -> Rating | None:
    # What other sessions took of the included energy since is no evidence about this one.
    if evidence_in(known.facts) == evidence_in(fresh.facts) or known.state not in _ACTS:
        return None
    rating_take_included(fresh)
    return _ACTS[RatingState(known.state)](known, fresh)


def _again(known: Rating, fresh: Rating) -> Rating | None:
    """What nobody was charged for yet is replaced by what is known now."""
    if (known.doubts, *_figures(known)) == (fresh.doubts, *_figures(fresh)):
        return None
    rating_supersede(known, "rated again with later evidence")
    return outcome_store(fresh)


def _proposed(known: Rating, fresh: Rating) -> Rating | None:
    """A final price stands until somebody decides; a newer proposal takes the place of an older one."""
    session = known.transaction
    before = Rating.objects.filter(transaction=session, state=RatingState.PROPOSED).first()
    if before is not None and _figures(before) == _figures(fresh):
        return None
    if before is not None:
        rating_supersede(before, "later evidence changed the proposal")
    if _is_same_price(known, fresh) or _was_rejected(fresh):
        return None
    fresh.state, fresh.pk, fresh.attempt = RatingState.PROPOSED, None, next_attempt(session)
    fresh.save(force_insert=True)
    if has_grants(fresh.facts):
        uses_settle(session)
    announce(fresh)
    return fresh


def _is_same_price(known: Rating, fresh: Rating) -> bool:
    """Neither money nor included energy would change."""
    if (known.gross_minor, known.net_minor) != (fresh.gross_minor, fresh.net_minor):
        return False
    return uses_wh(known.facts, known.result) == uses_wh(fresh.facts, fresh.result)


def _was_rejected(fresh: Rating) -> bool:
    rejected = Rating.objects.filter(transaction_id=fresh.transaction_id, state=RatingState.REJECTED)
    return any(_figures(each) == _figures(fresh) for each in rejected)


def _figures(rating: Rating) -> tuple[object, ...]:
    return tuple(getattr(rating, name) for name in _TOLD)


_ACTS = {RatingState.HELD: _again, RatingState.UNPRICED: _again, RatingState.FINAL: _proposed}
