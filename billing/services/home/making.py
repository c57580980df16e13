"""What an employer pays back for a month: told once, of every session at home that was not told before."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from billing.choices import ProofState
from billing.models import Account, HomeRate, HomeStation, Reimbursement, ReimbursementLine
from billing.pricing.rounding import half_up, minor_decimals, plain
from billing.services.exports.csv_files import csv_rows, in_usual_unit
from billing.services.settlements.making import month_end, next_month
from billing.services.signatures.proof import proof_of
from chargers.choices import TransactionState
from chargers.models import Transaction
from cpms.core import audit, clock
from cpms.core.actors import SYSTEM, Actor

logger = logging.getLogger(__name__)
CSV_HEAD = (
    "employee", "station", "session", "ended_at", "what", "energy_kwh", "signed", "rate", "per_kwh", "currency",
)  # fmt: skip


def reimbursement_make(account: Account, month: date, actor: Actor) -> Reimbursement:
    """The statement of a month to an employer; a repeat returns it. Raises ValidationError for one that is not over."""
    month = month.replace(day=1)
    with transaction.atomic():
        # The account's row is the lock: of two runs the second finds the statement.
        account = (
            Account.objects.select_for_update(no_key=True, of=("self",))
            .select_related("organisation")
            .get(pk=account.pk)
        )
        known = account.reimbursements.filter(month=month).first()
        if known is not None:
            return known
        _check(account, month)
        return _made(account, month, actor)


def _check(account: Account, month: date) -> None:
    if month_end(account.organisation, month) > clock.now():
        raise ValidationError({"month": f"{month:%Y-%m} is not over"})
    if account.reimbursements.filter(month__gt=month).exists():
        raise ValidationError({"month": "a later month was told already, with everything before it"})


def _made(account: Account, month: date, actor: Actor) -> Reimbursement:
    until = month_end(account.organisation, month)
    homes = account.home_stations.select_related("station", "organisation")
    lines = [line for home in homes for line in _lines(home, until)]
    parts = parts_of(lines, account.currency)
    made = Reimbursement.objects.create(
        organisation_id=account.organisation_id, account=account, month=month, currency=account.currency, parts=parts,
        energy_wh=sum(line.energy_wh for line in lines), total_minor=sum(part["minor"] for part in parts),
        made_at=clock.now(),
    )  # fmt: skip
    for line in lines:
        line.reimbursement = made
    ReimbursementLine.objects.bulk_create(lines, batch_size=1000)
    audit.record(
        actor, "reimbursement.made", organisation_id=made.organisation_id, subject=made.public_id, label=str(made),
        total_minor=made.total_minor, currency=made.currency,
    )  # fmt: skip
    return made


def untold(home: HomeStation, until: datetime) -> QuerySet[Transaction]:
    """Sessions of the employee at home that ended before a moment and are on no statement as they stand.

    Who began a session is what was settled at its start. What was charged with a price is paid otherwise: left out.
    """
    last = ReimbursementLine.objects.filter(transaction=OuterRef("pk")).order_by("-turn")
    zone = ZoneInfo(home.organisation.time_zone)
    rows = Transaction.objects.filter(
        station=home.station, state=TransactionState.ENDED, price_agreement__account=home.account_id,
        price_agreement__member=home.employee_id, ended_at__lt=until, ended_at__gte=_midnight(home.valid_from, zone),
    )  # fmt: skip
    if home.ended_on is not None:
        rows = rows.filter(ended_at__lt=_midnight(home.ended_on, zone))
    rows = rows.annotate(
        seen_turn=Subquery(last.values("turn")[:1]), seen_wh=Subquery(last.values("told_wh")[:1])
    )
    changed = Q(seen_turn=None) | ~Q(seen_wh=F("energy_wh"))
    free = Q(charge=None) | Q(charge__gross_minor=0)
    return rows.filter(changed, free, energy_wh__isnull=False).order_by("ended_at", "id")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _lines(home: HomeStation, until: datetime) -> Iterator[ReimbursementLine]:
    if home.employee_id is None:
        return
    rates = list(home.rates.order_by("-valid_from"))
    zone = ZoneInfo(home.organisation.time_zone)
    for session in untold(home, until):
        assert session.ended_at is not None
        day = session.ended_at.astimezone(zone).date()
        yield _line(home, session, next(rate for rate in rates if rate.valid_from <= day))


def _line(home: HomeStation, session: Transaction, rate: HomeRate) -> ReimbursementLine:
    """All of a session, or what changed of it since its last line."""
    proof = proof_of(session)
    signed = (
        half_up(Fraction(proof.signed_wh)) if proof.state is ProofState.PROVEN and proof.signed_wh else None
    )
    energy_wh, told_wh = signed if signed is not None else session.energy_wh or 0, session.energy_wh or 0
    seen_turn: int | None = session.seen_turn  # type: ignore[attr-defined]
    if seen_turn is not None:
        energy_wh -= session.home_lines.aggregate(all=Sum("energy_wh"))["all"]
    return ReimbursementLine(
        home=home, rate=rate, transaction=session, turn=0 if seen_turn is None else seen_turn + 1, told_wh=told_wh,
        energy_wh=energy_wh, is_signed=signed is not None,
    )  # fmt: skip


def parts_of(lines: list[ReimbursementLine], currency: str) -> list[dict[str, Any]]:
    """The energy of each home at each rate, its exact amount in minor units, and that rounded half-up."""
    sums: dict[tuple[HomeStation, HomeRate], int] = defaultdict(int)
    for line in lines:
        sums[line.home, line.rate] += line.energy_wh
    return [_part(home, rate, energy_wh, currency) for (home, rate), energy_wh in sums.items()]


def _part(home: HomeStation, rate: HomeRate, energy_wh: int, currency: str) -> dict[str, Any]:
    exact = amount_of(energy_wh, rate.per_kwh, currency)
    return {
        "home": home.public_id, "employee": home.employee_name, "station": home.station.label, "kind": rate.kind,
        "per_kwh": f"{rate.per_kwh.normalize():f}", "energy_wh": energy_wh, "exact": plain(exact),
        "minor": half_up(exact),
    }  # fmt: skip


def amount_of(energy_wh: int, per_kwh: Decimal, currency: str) -> Fraction:
    """What so much energy is worth, exactly, in minor units."""
    return Fraction(energy_wh, 1000) * Fraction(per_kwh) * 10 ** minor_decimals(currency)


def reimbursements_run(now: datetime | None = None) -> int:
    """Tell every employer of the months that are over; how many statements were made."""
    moment = now or clock.now()
    accounts = Account.objects.filter(home_stations__isnull=False).distinct().select_related("organisation")
    return sum(_try(account, month) for account in accounts for month in _months_due(account, moment))


def _months_due(account: Account, now: datetime) -> list[date]:
    """Months that are over, not told, and have something to tell."""
    last = account.reimbursements.order_by("-month").values_list("month", flat=True).first()
    homes = list(account.home_stations.select_related("organisation"))
    month = next_month(last) if last else min(home.valid_from for home in homes).replace(day=1)
    due: list[date] = []
    while month_end(account.organisation, month) <= now:
        due.append(month)
        month = next_month(month)
    # Mostly there is nothing at all: one look at the last month tells.
    if not due or not _has_something(homes, due[-1]):
        return []
    return [month for month in due if _has_something(homes, month)]


def _has_something(homes: list[HomeStation], month: date) -> bool:
    return any(untold(home, month_end(home.organisation, month)).exists() for home in homes)


def _try(account: Account, month: date) -> bool:
    """One employer that cannot be told keeps nobody else from it."""
    try:
        reimbursement_make(account, month, SYSTEM)
    except (IntegrityError, ValidationError):
        logger.exception("home charging of %s was not told to %s", month, account.public_id)
        return False
    return True


def reimbursement_csv(made: Reimbursement) -> Iterator[str]:
    """Every session of a statement, then what each employee gets."""
    lines = made.lines.select_related("home", "rate", "transaction__station").order_by("id")
    yield from csv_rows(CSV_HEAD, (_row(line, made.currency) for line in lines))
    totals = (
        (part["employee"], part["station"], "", "", "amount", in_usual_unit(part["minor"], made.currency), "",
         part["kind"], part["per_kwh"], made.currency)
        for part in made.parts
    )  # fmt: skip
    yield from list(csv_rows((), totals))[1:]


def _row(line: ReimbursementLine, currency: str) -> tuple[Any, ...]:
    session = line.transaction
    return (
        line.home.employee_name, session.station.label, session.public_id,
        session.ended_at.isoformat() if session.ended_at else "", "correction" if line.turn else "session",
        plain(Fraction(line.energy_wh, 1000)), "yes" if line.is_signed else "no", line.rate.kind,
        f"{line.rate.per_kwh.normalize():f}", currency,
    )  # fmt: skip
