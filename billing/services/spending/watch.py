"""Spending limits in time: each running session is compared with what its payer may still spend.

One look for all limits, those of accounts and members and the hold of a card. What is compared is the cost so far, as
made with each meter value, with what the time until the next look may add at the present speed.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.choices import BillingMode, PaymentState, RatingState, SpendingRule
from billing.models import Account, AccountMembership, PaymentIntent, PriceAgreement, Rating
from billing.payments.steps import is_used_up
from chargers.choices import OPEN_STATES
from chargers.models import MeterValue
from cpms.accounts.models import User
from cpms.core import clock

from ..payments.holds import hold_guard
from ..ratings.agreed import full_minor
from ..ratings.evidence import zone_of
from ..vouchers.giving import credit_left
from .limits import Running, spending_left
from .stops import Reached, spending_stop, stops_repeat

logger = logging.getLogger(__name__)
# A price is looked at again, and a station that is asked stops, within this.
NEXT_LOOK = timedelta(minutes=2)
_SHORTEST = timedelta(minutes=1)
_LIMITED = ("credit_limit_minor", "session_limit_minor", "day_limit_minor", "month_limit_minor")


def spending_watch() -> int:
    """Look at every running session that somebody's limit may stop; how many there were."""
    looked_at = 0
    for rating in list(_watched()):
        looked_at += 1
        try:
            _look(rating)
        except Exception:
            # One session that cannot be looked at keeps no other from being stopped.
            logger.exception("limits of transaction %s were not looked at", rating.transaction.public_id)
    stops_repeat()
    return looked_at


def _running() -> QuerySet[Rating]:
    return Rating.objects.filter(
        state=RatingState.ESTIMATE, transaction__state__in=OPEN_STATES, gross_minor__gt=0
    )


def _watched() -> QuerySet[Rating]:
    budgets = AccountMembership.objects.filter(
        account=OuterRef("account"),
        user=OuterRef("transaction__price_agreement__member"),
        budget_minor__isnull=False,
    )
    limited = Q(account__billing_mode=BillingMode.PREPAID) | Q(Exists(budgets))
    for name in _LIMITED:
        limited |= Q(**{f"account__{name}__isnull": False})
    held = Q(transaction__payment__state=PaymentState.AUTHORISED, transaction__payment__stop_asked_at=None)
    rows = _running().filter(limited | held, transaction__spending_stop=None)
    return rows.select_related(
        "account", "transaction__station__site", "transaction__station__organisation",
        "transaction__price_agreement__member", "transaction__payment__transaction",
    )  # fmt: skip


def _look(rating: Rating) -> None:
    payment = _payment_of(rating)
    running, ahead = rating.gross_minor or 0, ahead_minor(rating)
    if payment is not None and payment.state == PaymentState.AUTHORISED:
        hold_guard(payment, running, ahead)
    if rating.account is not None and rating.account.currency == rating.currency:
        _guard(rating, rating.account, running, ahead)


def _agreement(rating: Rating) -> PriceAgreement:
    """What was agreed for its session; an estimate is never made without."""
    # The reverse of a relation from here to `chargers`, which type checkers see or not by the order of their work.
    return cast(PriceAgreement, cast(Any, rating.transaction).price_agreement)


def _payment_of(rating: Rating) -> PaymentIntent | None:
    """The payment a session runs on, if any."""
    return cast("PaymentIntent | None", getattr(cast(Any, rating.transaction), "payment", None))


def _guard(rating: Rating, account: Account, running_minor: int, ahead_minor: int) -> None:
    session, member = rating.transaction, _agreement(rating).member
    vouchers_minor = credit_left(account, session.station.site_id, session.started_at)
    beside = _elsewhere(rating, account, member)
    left = spending_left(account, _midnight(rating), member, beside, vouchers_minor)
    if left is not None and is_used_up(left.minor, running_minor, ahead_minor):
        reached = Reached(SpendingRule(left.rule), left.minor, running_minor, rating.currency)
        spending_stop(session, reached, account)


def _midnight(rating: Rating) -> datetime:
    local = clock.now().astimezone(ZoneInfo(zone_of(rating.transaction.station)))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _elsewhere(rating: Rating, account: Account, member: User | None) -> Running:
    """What the account's other sessions will have cost by the next look; those of the member, too."""
    others = _running().filter(account=account).exclude(pk=rating.pk)
    rows = list(others.select_related("transaction__price_agreement"))
    costs = [(row, (row.gross_minor or 0) + ahead_minor(row)) for row in rows]
    mine = member.pk if member else None
    of_member = (cost for row, cost in costs if mine and _agreement(row).member_id == mine)
    return Running(sum(cost for _, cost in costs), sum(of_member))


def ahead_minor(rating: Rating) -> int:
    """What the time since the last reading and until the next look may add.

    At the speed of the session so far, or, where the vehicle takes more power now than on the average, at that one; as
    if nothing were included, which may be used up by then.
    """
    so_far = max(_SHORTEST, rating.ended_at - rating.transaction.started_at)
    ahead = max(timedelta(0), clock.now() - rating.ended_at) + NEXT_LOOK
    return ceil(full_minor(rating) * Fraction(_us(ahead), _us(so_far)) * _haste(rating, so_far))


def _us(length: timedelta) -> int:
    return length // timedelta(microseconds=1)


def _haste(rating: Rating, so_far: timedelta) -> Fraction:
    """How much faster than on the average energy flows now; at least 1."""
    average_w = Fraction(rating.energy_wh * 3600 * 1_000_000, _us(so_far))
    present_w = next(_powers(rating), 0)
    return max(Fraction(1), Fraction(present_w) / average_w) if average_w else Fraction(1)


def _powers(rating: Rating) -> Iterator[float]:
    told = MeterValue.objects.filter(transaction=rating.transaction, power_w__isnull=False)
    newest = told.order_by("-taken_at").values_list("power_w", flat=True)[:1]
    yield from (watts for watts in newest if watts is not None)
