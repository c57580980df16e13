"""Finding the transaction a message belongs to, by keys the database enforces."""

import secrets

from django.db.models import QuerySet

from chargers.choices import OPEN_STATES, TransactionState
from chargers.domain import TransactionReported
from chargers.models import ChargingStation, Transaction

from ..source import Source
from .digests import digest
from .times import believable, instant

# What stations send instead of an id for a transaction started offline or in free-vend mode.
NO_REFERENCE = frozenset({"", "-1", "0"})
_TRIES = 5


def natural_key(report: TransactionReported) -> str:
    """What makes a transaction the same one: its own id in 2.x, the facts of its start in 1.6."""
    if report.reference is not None:
        return digest("reference", report.reference)
    return digest("start", report.fingerprint)


def find_or_create(source: Source, report: TransactionReported) -> Transaction:
    """The transaction of a start or update, locked; this message makes it when there is none."""
    key = natural_key(report)
    found = _by_key(source, key)
    if found is None:
        return _create(source, report, key)
    if _is_another_start(found, source, report):
        key = digest("start", report.fingerprint, report.message_id)
        return _running_again(source, report) or _create(source, report, key)
    return found


def _running_again(source: Source, report: TransactionReported) -> Transaction | None:
    """That other start, when it comes again under yet another message id."""
    running = _mine(source).filter(
        state__in=OPEN_STATES, meter_start_wh=report.meter_wh, flags__has_key="clock_error"
    )
    if report.place:
        running = running.filter(evse_no=report.place.evse_no, connector_no=report.place.connector_no)
    return running.filter(uid__iexact=report.token.uid if report.token else "").first()


def _mine(source: Source) -> QuerySet[Transaction]:
    """The station's own transactions, locked: two sockets never fold messages into one row at once."""
    return Transaction.objects.filter(station_id=source.station_id).select_for_update()


def _by_key(source: Source, key: str) -> Transaction | None:
    return _mine(source).filter(natural_key=key).first()


def _is_another_start(found: Transaction, source: Source, report: TransactionReported) -> bool:
    """A rebooted station with a 1970 clock and a zeroed meter repeats the facts of an older start by accident."""
    return (
        report.reference is None
        and not believable(report.at, source.received_at)
        and found.state not in OPEN_STATES
        and found.start_message_id != report.message_id
    )


def _create(source: Source, report: TransactionReported, key: str) -> Transaction:
    # Two sockets may insert at once: the loser's insert does nothing and it reads the winner's row.
    for _ in range(_TRIES):
        Transaction.objects.bulk_create([_new(source, report, key)], ignore_conflicts=True)
        found = _by_key(source, key)
        if found is not None:
            return found
    raise RuntimeError("no free transaction id found")  # a random 31-bit id was taken five times in a row


def _new(source: Source, report: TransactionReported, key: str) -> Transaction:
    return Transaction(
        organisation_id=source.organisation_id,
        station_id=source.station_id,
        reference=_reference(report),
        natural_key=key,
        evse_no=report.place.evse_no if report.place else None,
        connector_no=report.place.connector_no if report.place else None,
        started_at=instant(report.at, source.received_at),
        start_received_at=source.received_at,
        start_message_id=report.message_id[:255],
        offline=report.offline,
    )


def _reference(report: TransactionReported) -> str:
    """The station's own id in 2.x; in 1.6 the one we gave out before, else a new one."""
    return report.reference if report.reference is not None else report.issued or _random_reference()


def _random_reference() -> str:
    """A random positive 31-bit number: ids that can be guessed let one station stop another's transaction."""
    return str(secrets.randbelow(2**31 - 1) + 1)


def given_to(station: ChargingStation, reference: str | None) -> str:
    """Whose number this is, when we gave it to a station but this one: named only within the same organisation."""
    if not reference:
        return ""
    others = ChargingStation.objects.exclude(pk=station.pk).values("pk")
    rows = Transaction.objects.filter(station_id__in=others, reference=reference)
    # In 2.x stations make their ids up themselves.
    issued = rows.exclude(natural_key=digest("reference", reference)).select_related("station")
    ours = issued.filter(organisation_id=station.organisation_id).first()
    if ours is not None:
        return f"station {ours.station.identity}"
    return "another station" if issued.exists() else ""


def find_for_stop(source: Source, report: TransactionReported) -> Transaction:
    """The transaction an end belongs to; an orphan is made for one that fits nothing.

    A reference is only ever looked up at the socket's own station. One that is unknown never closes
    somebody else's transaction; one that says "none" closes the single open one of that token.
    """
    if report.reference not in NO_REFERENCE:
        found = _mine(source).filter(reference=report.reference).first()
        return found or _without_start(source, report)
    return _by_context(source, report) or _without_start(source, report)


def _by_context(source: Source, report: TransactionReported) -> Transaction | None:
    repeated = _mine(source).filter(stop_digest=stop_digest(report)).first()
    if repeated:
        return repeated
    candidates = _mine(source).filter(state__in=OPEN_STATES)
    if report.token:
        candidates = candidates.filter(uid__iexact=report.token.uid)
    if believable(report.at, source.received_at):
        candidates = candidates.filter(started_at__lte=report.at)
    found = list(candidates[:2])
    return found[0] if len(found) == 1 else None


def stop_digest(report: TransactionReported) -> str:
    """What makes two stops the same one, whatever message id they came under."""
    return digest("stop", report.reference, report.at, report.meter_wh, report.stop_reason)


def _without_start(source: Source, report: TransactionReported) -> Transaction:
    """In 2.x an end may overtake its start; in 1.6 it is an orphan that waits for a person."""
    if report.seq_no is not None and report.reference:
        return find_or_create(source, report)
    key = digest("orphan", stop_digest(report))
    row = _new(source, report, key)
    row.reference = f"orphan:{key[:32]}"
    row.state = TransactionState.ORPHANED
    Transaction.objects.bulk_create([row], ignore_conflicts=True)
    return _mine(source).get(natural_key=key)
