"""What the page of vouchers tells."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from billing.models import Account, VoucherRedemption
from billing.services.vouchers.words import gives_text, left_text, where_text
from cpms.accounts.models import User
from cpms.core import clock
from cpms.drivers.vouchers import redeeming_accounts_of, vouchers_of

_MOST = 50


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher: its name, what it gives, what is left as text and as a part of the whole, until which day, where."""

    name: str
    gives: str
    left: str
    left_part: int
    whole: int
    until: str
    where: str
    lasts: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An account with its vouchers: those that still give something, then the others."""

    account: Account
    vouchers: list[Voucher]
    gone: list[Voucher]


def accounts_told(user: User) -> list[Told]:
    """The accounts of a person with their vouchers."""
    return [_told(account, user) for account in redeeming_accounts_of(user)]


def _told(account: Account, user: User) -> Told:
    rows = [_voucher(row) for row in vouchers_of(user).filter(account=account)[:_MOST]]
    return Told(account, [row for row in rows if row.lasts], [row for row in rows if not row.lasts])


def _voucher(row: VoucherRedemption) -> Voucher:
    left, whole = _parts(row)
    lasts = row.ends_at > clock.now() and (left > 0 or not whole)
    campaign = row.campaign
    return Voucher(
        campaign.name,
        gives_text(campaign),
        left_text(row),
        left,
        whole,
        until(row),
        where_text(campaign),
        lasts,
    )


def _parts(row: VoucherRedemption) -> tuple[int, int]:
    """What is left of what; nothing of nothing for a percentage."""
    if row.grant is not None:
        return row.grant.left_wh, row.grant.granted_wh
    return row.left_minor, row.granted_minor or 0


def until(row: VoucherRedemption) -> str:
    """The last day before its end, where the operator counts its days."""
    zone = ZoneInfo(row.account.organisation.time_zone)
    return date_format((row.ends_at - timedelta(seconds=1)).astimezone(zone).date(), "DATE_FORMAT")
