"""The idle fee of a running session, told before it begins: by its agreed tariff and the pure engine."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from billing.models import Rating
from billing.pricing.cutting import TariffFrom
from billing.pricing.document import At, seconds_of
from billing.pricing.errors import Refused
from billing.pricing.exact import loads, ratio
from billing.pricing.idle import idle_price
from billing.pricing.rounding import half_up
from billing.pricing.timeline import State
from billing.tariffs.numbers import price_text

from .pricing import measured, tariff_of

_IDLE = (State.SUSPENDED_EV, State.FINISHED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IdleFee:
    """From `at` on a minute without charging costs `per_minute` with tax; `is_idle`: the car charges no more."""

    at: datetime
    per_minute: str
    is_idle: bool
    runs: bool


def idle_fee(rating: Rating, now: datetime) -> IdleFee | None:
    """What a driver should know of idle fees; None where none will come within a day, or nothing can be rated."""
    if rating.version is None:
        return None
    try:
        return _idle_fee(rating, rating.version.body, now)
    except Refused:
        return None


def _idle_fee(rating: Rating, body: str, now: datetime) -> IdleFee | None:
    session, tariff = measured(rating.facts).session, tariff_of(body)
    since = max(seconds_of(now), session.end)
    found = idle_price(
        session, since, [TariffFrom(session.start, tariff)], At(loads(rating.facts)).need("zone").text()
    )
    if found is None:
        return None
    return IdleFee(
        _EPOCH + timedelta(seconds=half_up(found.at)),
        price_text(ratio(found.gross, 60), tariff.currency),
        session.state_at(session.end) in _IDLE,
        found.at <= since,
    )
