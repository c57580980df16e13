"""Reading prices of sessions, each query starting from the viewer: the getter is the permission check."""

from django.db.models import QuerySet

from billing.choices import OUTCOMES, UNDECIDED, RatingState
from billing.models import PriceAgreement, Rating
from billing.selectors.scope import mine
from chargers.models import Transaction
from cpms.accounts.viewer import Viewer


def price_agreements_for(viewer: Viewer) -> QuerySet[PriceAgreement]:
    """What was settled when sessions began, newest first."""
    rows = PriceAgreement.objects.filter(mine(viewer))
    return rows.select_related("transaction", "version__family", "assignment", "account")


def ratings_for(viewer: Viewer) -> QuerySet[Rating]:
    """Prices of sessions with session, station and tariff, newest first."""
    rows = Rating.objects.filter(mine(viewer))
    return rows.select_related(
        "transaction__station__site", "transaction__id_tag", "version__family", "account"
    )


def undecided_for(viewer: Viewer) -> QuerySet[Rating]:
    """Prices that wait for a person: held ones and proposed corrections, the oldest first."""
    return ratings_for(viewer).filter(state__in=UNDECIDED).order_by("id")


def price_of(viewer: Viewer, transaction: Transaction) -> Rating | None:
    """The price of a session as it stands: its outcome, else the cost so far; None where there is none to be seen."""
    rows = ratings_for(viewer).filter(transaction=transaction)
    return rows.filter(state__in=OUTCOMES).first() or rows.filter(state=RatingState.ESTIMATE).first()
