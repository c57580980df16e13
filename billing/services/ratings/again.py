"""Re-rating: what was stored, made again from the same facts, must be the same bytes while the engine is the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from billing.choices import RatingState
from billing.models import Rating
from billing.pricing.errors import Refused
from cpms.accounts.models import Organisation

from .agreed import agreed_in, with_agreed
from .evidence import evidence
from .following import with_market
from .pricing import measured
from .rows import rating_price

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored rating that comes out otherwise: what differs (`facts`, `result` or `error`), then and now."""

    rating: Rating
    what: str
    before: str
    after: str


def ratings_between(
    since: datetime | None, until: datetime | None, organisation: Organisation | None
) -> QuerySet[Rating]:
    """Every rating that is no estimate, by when its session began, oldest first."""
    rows = Rating.objects.exclude(state=RatingState.ESTIMATE).select_related(
        "version", "transaction", "account"
    )
    if since is not None:
        rows = rows.filter(transaction__started_at__gte=since)
    if until is not None:
        rows = rows.filter(transaction__started_at__lt=until)
    return rows.filter(organisation=organisation) if organisation else rows


def difference(rating: Rating, *, from_evidence: bool = False) -> Difference | None:
    """How a rating comes out now; None when it is the same.

    From the facts it keeps, or from what the stations' messages come to today: those may have grown since.
    """
    again = Rating(
        version=rating.version, transaction=rating.transaction, account=rating.account, facts=rating.facts
    )
    if from_evidence:
        again.facts = with_agreed(evidence(rating.transaction), agreed_in(rating.facts))
        again.facts = with_market(again.facts, rating.version, measured(again.facts).session)
        if again.facts != rating.facts:
            return Difference(rating, "facts", rating.facts, again.facts)
    try:
        rating_price(again)
    except Refused as refused:
        return None if not rating.result else Difference(rating, "error", rating.result, str(refused))
    return (
        None if again.result == rating.result else Difference(rating, "result", rating.result, again.result)
    )


def differences(ratings: QuerySet[Rating], *, from_evidence: bool = False) -> Iterator[Difference | None]:
    """One answer for each rating, in its order."""
    if from_evidence:
        ratings = ratings.select_related("transaction__station__site", "transaction__station__organisation")
    for rating in ratings.order_by("pk").iterator(chunk_size=AT_ONCE):
        yield difference(rating, from_evidence=from_evidence)
