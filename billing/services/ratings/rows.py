"""A rating as a row: evidence, agreement and price put together, not yet saved."""

from django.db.models import Max

from billing.choices import Doubt, RatingState
from billing.models import PriceAgreement, Rating
from billing.pricing.errors import Refused
from billing.services.signatures.records import records_take
from billing.services.subscriptions.included import agreed_for, grants_lock, has_grants
from chargers.models import Transaction
from cpms.core import clock

from .agreed import agreed_in, evidence_in, with_agreed
from .evidence import evidence
from .following import formula_of, with_market
from .pricing import Measured, Price, measured, priced, tariff_of


def rating_of(session: Transaction, agreement: PriceAgreement) -> Rating:
    """What the session costs by what is known now, in the state it deserves: final, held or without a tariff."""
    records_take(session)
    now = clock.now()
    agreed = agreed_for(agreement.account, session.started_at, session.station.site_id, session)
    rating = Rating(
        organisation_id=session.organisation_id, transaction=session, version=agreement.version,
        account=agreement.account, choice=agreement.choice, facts=with_agreed(evidence(session), agreed), energy_wh=0,
        ended_at=session.ended_at or session.started_at, rated_at=now, checked_at=now,
    )  # fmt: skip
    _priced(rating)
    return rating


def rating_take_included(rating: Rating) -> None:
    """Make the price again with the energy that is left now, and hold that energy (call inside a transaction).

    Between the first look and here, another session may have taken some.
    """
    if not has_grants(rating.facts):
        return
    session = rating.transaction
    grants_lock(session, rating.facts)
    agreed = agreed_for(rating.account, session.started_at, session.station.site_id, session)
    if agreed != agreed_in(rating.facts):
        rating.facts = with_agreed(evidence_in(rating.facts), agreed)
        _priced(rating)


def _priced(rating: Rating) -> None:
    try:
        rating_price(rating)
    except Refused as refused:
        rating.doubts = [{"code": Doubt.REFUSED.value, "detail": str(refused)}]
    rating.state = _state(rating)


def rating_price(rating: Rating) -> None:
    """Fill in what the rating's facts cost by its version. Raises `Refused`."""
    usage = measured(rating.facts)
    _take_usage(rating, usage)
    if rating.version is not None:
        rating.facts = with_market(rating.facts, rating.version, usage.session)
        tariff, formula = tariff_of(rating.version.body), formula_of(rating.version)
        _take_price(rating, priced(rating.facts, usage, tariff, formula))


def _take_usage(rating: Rating, usage: Measured) -> None:
    rating.energy_wh, rating.ended_at = usage.energy_wh, usage.ended_at
    rating.flags, rating.doubts = list(usage.flags), list(usage.doubts)


def _take_price(rating: Rating, price: Price) -> None:
    bill = price.rating.bill
    rating.engine, rating.input_hash, rating.result = (
        price.rating.engine,
        price.rating.input_hash,
        price.result,
    )
    rating.currency, rating.amount = bill.currency, price.as_json
    rating.gross_minor, rating.net_minor = price.amount.gross_minor, price.amount.net_minor
    rating.tax_minor = rating.gross_minor - rating.net_minor
    rating.doubts = [*rating.doubts, *price.doubts, *_currency_doubts(rating)]


def _currency_doubts(rating: Rating) -> list[dict[str, str]]:
    account = rating.account
    if account is None or account.currency == rating.currency or not rating.gross_minor:
        return []
    return [{"code": Doubt.CURRENCY.value, "detail": f"{account.currency}, {rating.currency}"}]


def _state(rating: Rating) -> RatingState:
    if rating.version is None:
        return RatingState.UNPRICED
    return RatingState.HELD if rating.doubts or not rating.result else RatingState.FINAL


def next_attempt(session: Transaction) -> int:
    """The number of the next rating that is no estimate, from 1."""
    last = Rating.objects.filter(transaction=session).aggregate(last=Max("attempt"))["last"]
    return (last or 0) + 1
