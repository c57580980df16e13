"""What sessions brought that no statement has told yet: whole sessions first, later only what changed of them."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from billing.books.facts import amount_of
from billing.books.sharing import Taken
from billing.choices import BillingMode
from billing.models import Rating, SessionCharge, Settlement, SettlementAgreement, SettlementLine

_SUMS = ("net_minor", "energy_wh", "card_minor", "card_payments")


def untold(agreement: SettlementAgreement, until: datetime) -> QuerySet[SessionCharge]:
    """Charges of sessions that ended before a moment and are on no statement as they stand now.

    A session belongs to the agreement that held for its site when it ended, and stays there once it was told, wherever
    its station moves.
    """
    last = SettlementLine.objects.filter(charge=OuterRef("pk")).order_by("-turn")
    rows = SessionCharge.objects.filter(
        organisation_id=agreement.organisation_id, ended_at__lt=until
    ).annotate(
        told_attempt=Subquery(last.values("attempt")[:1]),
        told_refunded=Subquery(last.values("refunded_minor")[:1]),
        told_turn=Subquery(last.values("turn")[:1]),
        rated_wh=Subquery(_rated().values("energy_wh")[:1]),
    )
    told_here = SettlementLine.objects.filter(charge=OuterRef("pk"), settlement__agreement=agreement)
    changed = ~Q(attempt=F("told_attempt")) | ~Q(refunded_minor=F("told_refunded"))
    mine = Q(told_attempt=None) & _belongs(agreement) | Exists(told_here) & changed
    related = ("account", "transaction")
    return rows.filter(mine).select_related(*related).order_by("ended_at", "id")


def _rated() -> QuerySet[Rating]:
    return Rating.objects.filter(transaction=OuterRef("transaction"), attempt=OuterRef("attempt"))


def _belongs(agreement: SettlementAgreement) -> Q:
    zone = ZoneInfo(agreement.organisation.time_zone)
    begins = datetime(*agreement.valid_from.timetuple()[:3], tzinfo=zone)
    its = Q(transaction__station__site=agreement.site, currency=agreement.currency, ended_at__gte=begins)
    if agreement.valid_until is not None:
        its &= Q(ended_at__lt=datetime(*agreement.valid_until.timetuple()[:3], tzinfo=zone))
    return its


def lines_made(settlement: Settlement, charges: QuerySet[SessionCharge]) -> Iterator[SettlementLine]:
    """A line for each charge: what it brought, less what earlier lines told of it."""
    for charge in charges:
        last_turn: int | None = charge.told_turn  # type: ignore[attr-defined]
        turn = 0 if last_turn is None else last_turn + 1
        new = taken_of(charge) - (told_of(charge) if turn else Taken())
        yield SettlementLine(
            settlement=settlement, charge=charge, turn=turn, attempt=charge.attempt,
            refunded_minor=charge.refunded_minor, net_minor=new.net_minor, energy_wh=new.energy_wh,
            card_minor=new.card_minor, card_payments=new.card_payments,
        )  # fmt: skip


def told_of(charge: SessionCharge) -> Taken:
    """What the lines there are told of a charge."""
    sums = charge.settlement_lines.aggregate(**{name: Sum(name) for name in _SUMS})
    return Taken(**{name: sums[name] or 0 for name in _SUMS})


def taken_of(charge: SessionCharge) -> Taken:
    """What a charge of `untold` brought as it stands: its net less refunds, its energy, and what a card paid for it.

    A refund does not give the fee of the card back, so the card's part stays.
    """
    by_card = charge.account.billing_mode == BillingMode.AD_HOC and charge.gross_minor > 0
    net = amount_of(charge.amount).net_minor - amount_of(charge.refunded).net_minor
    return Taken(net, _energy_wh(charge), charge.gross_minor if by_card else 0, int(by_card))


def _energy_wh(charge: SessionCharge) -> int:
    """The energy of the rating that was charged; that of the session where it was charged without one."""
    rated: int | None = charge.rated_wh  # type: ignore[attr-defined]
    return rated if rated is not None else charge.transaction.energy_wh or 0
