"""What sessions get of the vouchers that an account has redeemed.

Money pays: it leaves price and tax as they are and goes to the wallet, or against the claim, in the transaction that
charges the session, so a price is rated the same with and without it. Energy and percentages reduce the price: they are
among what was agreed, and so part of the rating's facts.
"""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from billing.books.facts import amount_of
from billing.books.vouchers import Credit, paid_by
from billing.choices import VoucherKind
from billing.models import Account, JournalEntry, Rating, SessionCharge, VoucherRedemption, VoucherUse
from billing.pricing.rounding import plain
from billing.services.books.ledger import mirror_post
from billing.services.books.postings import Told, voucher_used
from billing.services.ratings.agreed import given_minor
from chargers.models import Transaction
from cpms.core import clock


def held_at(account: Account, at: datetime, site_id: int | None) -> QuerySet[VoucherRedemption]:
    """What holds for a session that begins at an instant at a site, what ends first before the rest."""
    here = Q(campaign__sites=None) | Q(campaign__sites=site_id)
    rows = VoucherRedemption.objects.filter(here, account=account, starts_at__lte=at, ends_at__gt=at)
    return rows.select_related("campaign").order_by("ends_at", "pk")


def percents_for(account: Account, at: datetime, site_id: int | None) -> list[dict[str, Any]]:
    """Percentages off, as facts of a rating: each campaign once, however often it was redeemed."""
    rows = held_at(account, at, site_id).filter(campaign__kind=VoucherKind.PERCENT)
    first = {row.campaign_id: row for row in reversed(rows)}
    return [
        {
            "name": row.campaign.name,
            "percent": plain(Fraction(row.campaign.percent)),
            "voucher": row.public_id,
        }
        for row in sorted(first.values(), key=lambda row: (row.ends_at, row.pk))
    ]


def credit_left(account: Account, site_id: int | None, at: datetime) -> int:
    """Money of vouchers that a session which begins at an instant at a site may use, in minor units."""
    left = F("granted_minor") - F("given_minor")
    rows = held_at(account, at, site_id).filter(campaign__kind=VoucherKind.CREDIT)
    return rows.aggregate(left=Sum(left))["left"] or 0


def credit_paying(rating: Rating) -> list[tuple[VoucherRedemption, int]]:
    """What vouchers pay of a price by what is known now: what they paid, or would pay if this were the end."""
    session = rating.transaction
    uses = VoucherUse.objects.filter(
        transaction=session, redemption__granted_minor__isnull=False, minor__gt=0
    )
    if SessionCharge.objects.filter(transaction=session).exists():
        return [(use.redemption, use.minor) for use in uses.select_related("redemption__campaign")]
    if rating.account is None or rating.account.currency != rating.currency:
        return []
    rows = list(held_at(rating.account, session.started_at, session.station.site_id))
    paid = paid_by(_credits(rows, {}), rating.gross_minor or 0)
    return [(row, paid[row.public_id]) for row in rows if row.public_id in paid]


def vouchers_pay(rating: Rating, at: datetime, booked_on: date | None = None) -> None:
    """Let vouchers pay what they can of a final price, and note what they took off it (call inside a transaction).

    Of another attempt of the same session, only what differs moves. Raises what `ledger.entry_post` raises.
    """
    session, account = rating.transaction, rating.account
    assert account is not None
    # The session first, then the vouchers, then the account: as everywhere.
    Transaction.objects.select_for_update(no_key=True).only("pk").get(pk=session.pk)
    known = {use.redemption_id: use for use in session_uses(session)}
    held = held_at(account, session.started_at, session.station.site_id)
    keys = {*known, *held.values_list("pk", flat=True)}
    locked = VoucherRedemption.objects.select_for_update(no_key=True, of=("self",))
    rows = list(locked.filter(pk__in=keys).select_related("campaign", "grant").order_by("ends_at", "pk"))
    wanted = _wanted(rating, rows, {use.redemption.public_id: use.minor for use in known.values()})
    told = Told(at, f"{session.public_id}:{rating.attempt}", session.public_id, booked_on)
    for row in rows:
        _move(row, rating, known.get(row.pk), wanted.get(row.public_id, 0), told)


def session_uses(session: Transaction) -> QuerySet[VoucherUse]:
    """What a session got of vouchers."""
    return VoucherUse.objects.filter(transaction=session).select_related("redemption", "entry")


def _wanted(rating: Rating, rows: list[VoucherRedemption], own: dict[str, int]) -> dict[str, int]:
    """What each redemption gives by this price; what the session itself has had counts as left."""
    off = given_minor(rating.facts, rating.result, rating.currency)
    named = {row.public_id: row.grant.public_id if row.grant else row.public_id for row in rows}
    given = {key: off[name] for key, name in named.items() if name in off}
    return given | paid_by(_credits(rows, own), amount_of(rating.amount).gross_minor)


def _credits(rows: list[VoucherRedemption], own: dict[str, int]) -> list[Credit]:
    return [
        Credit(row.public_id, row.left_minor + own.get(row.public_id, 0))
        for row in rows
        if row.granted_minor is not None
    ]


def _move(row: VoucherRedemption, rating: Rating, use: VoucherUse | None, minor: int, told: Told) -> None:
    before = use.minor if use else 0
    if minor == before:
        return
    entry = _paid(row, rating, minor, told) if row.granted_minor is not None else None
    if use is not None and use.entry is not None:
        # After the new one: the wallet never dips below what it had.
        mirror_post(use.entry, clock.now(), "the price was corrected")
    row.given_minor += minor - before
    row.save(update_fields=["given_minor"])
    facts = {"minor": minor, "entry": entry}
    VoucherUse.objects.update_or_create(redemption=row, transaction=rating.transaction, defaults=facts)


def _paid(row: VoucherRedemption, rating: Rating, minor: int, told: Told) -> JournalEntry | None:
    if not minor or rating.account is None:
        return None
    named = Told(told.at, f"{row.public_id}:{told.reference}", told.source, told.booked_on)
    return voucher_used(rating.account, minor, named)
