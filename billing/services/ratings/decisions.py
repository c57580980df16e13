"""What a person decides about prices: a held one released, a proposed correction accepted or rejected."""

from collections.abc import Callable

from django.db import transaction

from billing.books.postings import Impossible
from billing.choices import RatingState
from billing.models import Rating
from billing.services.books.refusals import BooksRefuse
from billing.services.subscriptions.included import has_grants, uses_settle
from chargers.models import Transaction
from cpms.core import audit, clock
from cpms.core.actors import SYSTEM, Actor

from .outcome import announce, charge, outcome_of

Act = Callable[[Rating, Actor, str], None]


class NotDecidable(Exception):
    """There is nothing to decide, or not this way; the text says why."""


def rating_release(rating: Rating, actor: Actor, reason: str) -> Rating:
    """Let a held price stand as it is: it becomes final and is posted. Raises `NotDecidable`."""
    return _decided(rating, RatingState.HELD, actor, reason, _released)


def correction_accept(rating: Rating, actor: Actor, reason: str) -> Rating:
    """Let a proposed correction take the place of the final price; the books follow. Raises `NotDecidable`."""
    return _decided(rating, RatingState.PROPOSED, actor, reason, _accepted)


def correction_reject(rating: Rating, actor: Actor, reason: str) -> Rating:
    """Leave the final price as it is. Raises `NotDecidable`."""
    return _decided(rating, RatingState.PROPOSED, actor, reason, _rejected)


def rating_supersede(rating: Rating, why: str) -> None:
    """Newer evidence has taken its place (call inside a transaction, with the rating locked)."""
    _decide(rating, RatingState.SUPERSEDED, SYSTEM, why)


def rating_locked(rating: Rating) -> Rating:
    """The rating as it is now, held until the commit. Its session comes first, as everywhere."""
    Transaction.objects.select_for_update(no_key=True).only("pk").get(pk=rating.transaction_id)
    rows = Rating.objects.select_for_update(of=("self",)).select_related(
        "transaction__station", "account", "version"
    )
    return rows.get(pk=rating.pk)


def _decided(rating: Rating, asked: RatingState, actor: Actor, reason: str, act: Act) -> Rating:
    if not reason.strip():
        raise NotDecidable("a reason is needed")
    try:
        with transaction.atomic():
            rating = rating_locked(rating)
            if rating.state != asked:
                raise NotDecidable(f"the price is {RatingState(rating.state).label.lower()}")
            act(rating, actor, reason.strip())
            announce(rating)
            return rating
    except (BooksRefuse, Impossible) as refusal:
        raise NotDecidable(str(refusal)) from refusal


def _released(rating: Rating, actor: Actor, reason: str) -> None:
    _check_price(rating)
    _decide(rating, RatingState.FINAL, actor, reason)
    charge(rating)


def _accepted(rating: Rating, actor: Actor, reason: str) -> None:
    _check_price(rating)
    known = outcome_of(rating.transaction)
    if known is not None:
        _decide(known, RatingState.SUPERSEDED, actor, f"corrected: {reason}")
    _decide(rating, RatingState.FINAL, actor, reason)
    charge(rating)


def _rejected(rating: Rating, actor: Actor, reason: str) -> None:
    _decide(rating, RatingState.REJECTED, actor, reason)


def _check_price(rating: Rating) -> None:
    if rating.gross_minor is None:
        raise NotDecidable("nothing could be rated: decide the case of the session first")
    if rating.gross_minor < 0:
        raise NotDecidable("the price is a credit: nothing can be charged")


def _decide(rating: Rating, state: RatingState, actor: Actor, reason: str) -> None:
    rating.state, rating.reason = state, reason[:255]
    rating.decided_at, rating.decided_by = clock.now(), f"{actor.source}: {actor.label}"[:160]
    rating.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    if has_grants(rating.facts):
        uses_settle(rating.transaction)
    audit.record(
        actor, f"rating.{_SLUGS[state]}", organisation_id=rating.organisation_id,
        subject=rating.transaction.public_id, label=rating.transaction.station.identity, rating=rating.public_id,
        reason=rating.reason, gross_minor=rating.gross_minor, currency=rating.currency,
    )  # fmt: skip


_SLUGS = {
    RatingState.FINAL: "made_final",
    RatingState.SUPERSEDED: "superseded",
    RatingState.REJECTED: "correction_rejected",
}
