"""What the books did to a session, as entries of its timeline."""

from datetime import datetime

from billing.choices import RatingState
from billing.models import PriceAgreement, Rating, SpendingStop
from billing.selectors.accounts import spending_stops_for
from billing.selectors.ratings import price_agreements_for, ratings_for
from billing.services.ratings import words
from billing.services.spending.stops import stop_sentence
from billing.tariffs.numbers import money_text
from chargers.choices import EntryActor, EntryKind
from chargers.explain import Entry
from chargers.models import Transaction
from cpms.accounts.viewer import Viewer


def price_entries(viewer: Viewer, transaction: Transaction) -> list[Entry]:
    """The agreement and every price that stood or was proposed; nothing for who may not see money."""
    agreements = price_agreements_for(viewer).filter(transaction=transaction)
    ratings = ratings_for(viewer).filter(transaction=transaction).exclude(state=RatingState.ESTIMATE)
    stops = spending_stops_for(viewer).filter(transaction=transaction)
    return [*map(_agreed, agreements), *map(_stopped, stops), *map(_rated, ratings.order_by("id"))]


def _agreed(agreement: PriceAgreement) -> Entry:
    version = agreement.version
    tariff = (
        f"The tariff {version.family.name}, version {version.number}, was agreed"
        if version
        else "No tariff applied"
    )
    payer = f", and {agreement.account.name} pays" if agreement.account else ", and no account pays"
    sentence = f"{tariff}{payer if version else ''}."
    return _entry(agreement.agreed_at, sentence, "Later changes of tariffs do not change it.")


def _stopped(stop: SpendingStop) -> Entry:
    return _entry(
        stop.asked_at, stop_sentence(stop), "A limit is compared with the cost at every meter value."
    )


def _rated(rating: Rating) -> Entry:
    return _entry(rating.rated_at, _sentence(rating), " ".join(words.doubts(rating)))


def _sentence(rating: Rating) -> str:
    price = "nothing" if rating.gross_minor is None else money_text(rating.gross_minor, rating.currency)
    if rating.version is None:
        return "The session ended without a tariff: it has no price, and nothing is charged."
    if rating.doubts:
        return f"The price, {price}, was held: a person has to decide before anything is charged."
    if rating.state in (RatingState.PROPOSED, RatingState.REJECTED) or rating.attempt > 1:
        return f"Later evidence makes the price {price}."
    return f"The session was rated: {price}."


def _entry(at: datetime, sentence: str, detail: str) -> Entry:
    return Entry(EntryKind.PRICE, EntryActor.SYSTEM, at, sentence, detail=detail, applied_at=at)
