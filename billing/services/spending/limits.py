"""How much a session may still cost: what stops it before money that is not there is spent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from billing.models import Account, AccountMembership, SessionCharge
from cpms.accounts.models import User

from ..books.ledger import receivable_minor, wallet_minor


@dataclass(frozen=True, slots=True)
class Left:
    """What may still be spent, in minor units, and which rule says so: `wallet`, `credit`, `session`, `day`, ..."""

    minor: int
    rule: str


@dataclass(frozen=True, slots=True)
class Running:
    """What sessions that run beside cost: those of the account, and those of the member among them. Minor units."""

    account_minor: int = 0
    member_minor: int = 0


ALONE = Running()


def spending_left(
    account: Account,
    day: datetime,
    member: User | None = None,
    beside: Running = ALONE,
    vouchers_minor: int = 0,
) -> Left | None:
    """The tightest limit on what one more session may cost; None when there is none. Never below zero.

    `day` is the local midnight with which the day of the limit began; its month is the one of that day. What runs
    `beside` is taken from every limit but the one for a session. What vouchers may pay there (`vouchers_minor`) is
    money as that in a wallet is, and needs no credit; limits on spending hold for it as well.
    """
    limits = [*_of_money(account, vouchers_minor), *_of_time(account, day)]
    limits = [_less(left, beside.account_minor) for left in limits]
    limits += [_less(left, beside.member_minor) for left in _of_member(account, day, member)]
    tightest = min(limits, key=lambda left: left.minor, default=None)
    return Left(max(0, tightest.minor), tightest.rule) if tightest else None


def _less(left: Left, minor: int) -> Left:
    return left if left.rule == "session" else Left(left.minor - minor, left.rule)


def _of_money(account: Account, vouchers_minor: int) -> list[Left]:
    if account.has_wallet:
        return [Left(wallet_minor(account) + vouchers_minor, "wallet")]
    if account.credit_limit_minor is None:
        return []
    return [Left(account.credit_limit_minor - receivable_minor(account) + vouchers_minor, "credit")]


def _of_time(account: Account, day: datetime) -> list[Left]:
    charges = SessionCharge.objects.filter(account=account)
    limits = [] if account.session_limit_minor is None else [Left(account.session_limit_minor, "session")]
    if account.day_limit_minor is not None:
        today = charges.filter(ended_at__gte=day, ended_at__lt=day + timedelta(days=1))
        limits.append(Left(account.day_limit_minor - _spent(today), "day"))
    if account.month_limit_minor is not None:
        limits.append(Left(account.month_limit_minor - _spent(_since_the_first(charges, day)), "month"))
    return limits


def _of_member(account: Account, day: datetime, member: User | None) -> list[Left]:
    its = AccountMembership.objects.filter(account=account, user=member).exclude(budget_minor=None).first()
    if member is None or its is None or its.budget_minor is None:
        return []
    charges = SessionCharge.objects.filter(account=account, member=member)
    return [Left(its.budget_minor - _spent(_since_the_first(charges, day)), "budget")]


def _since_the_first(charges: QuerySet[SessionCharge], day: datetime) -> QuerySet[SessionCharge]:
    return charges.filter(ended_at__gte=day.replace(day=1))


def _spent(charges: QuerySet[SessionCharge]) -> int:
    sums = charges.aggregate(gross=Sum("gross_minor"), refunded=Sum("refunded_minor"))
    return (sums["gross"] or 0) - (sums["refunded"] or 0)
