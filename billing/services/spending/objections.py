"""Before a station lets somebody charge: whether the account that pays for the card is good for anything at all.

Less strict than the portal, which knows the place and its price: a card is refused when nothing is left. What is left
but does not last is stopped in time by `spending_watch`.
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Sum

from billing.choices import RatingState
from billing.models import Account, Rating
from chargers.choices import OPEN_STATES, AuthorizationStatus
from chargers.models import ChargingStation
from chargers.services.tags.objections import Objection, Start, objector
from cpms.accounts.models import User
from cpms.core import clock

from ..ratings.evidence import zone_of
from ..ratings.payers import payer_of
from ..vouchers.giving import credit_left
from .limits import Running, spending_left

_EMPTY: Final = {
    "wallet": "the wallet that pays is empty",
    "credit": "the account that pays may owe no more",
    "session": "the account that pays allows nothing for a session",
    "day": "the account that pays may spend no more today",
    "month": "the account that pays may spend no more this month",
    "budget": "the budget of the card's holder for this month is used up",
}


@objector
def payer_objection(start: Start) -> Objection | None:
    """No credit when nothing is left to spend; None where all is well, or nobody pays."""
    account_id, member_id = payer_of(start.id_tag)
    if account_id is None:
        return None
    account = Account.objects.get(pk=account_id)
    member = User.objects.filter(pk=member_id).first() if member_id else None
    station = ChargingStation.objects.select_related("site", "organisation").get(pk=start.station_id)
    vouchers_minor = credit_left(account, station.site_id, clock.now())
    beside = _beside(account, member, start)
    left = spending_left(account, _midnight(station), member, beside, vouchers_minor)
    if left is None or left.minor > 0:
        return None
    return Objection(AuthorizationStatus.NO_CREDIT, _EMPTY[left.rule])


def _midnight(station: ChargingStation) -> datetime:
    local = clock.now().astimezone(ZoneInfo(zone_of(station)))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _beside(account: Account, member: User | None, start: Start) -> Running:
    """What the account's other sessions cost so far."""
    rows = Rating.objects.filter(
        account=account, state=RatingState.ESTIMATE, transaction__state__in=OPEN_STATES
    )
    others = rows.exclude(transaction=start.own) if start.own else rows
    mine = others.filter(transaction__price_agreement__member=member) if member else Rating.objects.none()
    sums = (found.aggregate(sum=Sum("gross_minor"))["sum"] or 0 for found in (others, mine))
    return Running(*sums)
