"""Records of a session: taken out of its meter values to the byte, judged on receipt and again when asked."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.db.models import Q

from billing.choices import RecordState
from billing.models import MeterKey, SignedRecord
from billing.ocmf import Record, Unreadable, read_record, verify
from chargers.models import ChargingStation, MeterValue, Transaction
from chargers.ocpp.measurands import SIGNED
from cpms.core import clock, live

from .offers import key_offer
from .unwrap import Signed, signed_in

VERIFIER: Final = "ocmf 1"
# A record with each reading of a day; more is no session.
MOST_RECORDS: Final = 2_000
MOST_AGAIN: Final = 500
# Older sessions are judged again when somebody asks for them.
AGAIN_WITHIN: Final = timedelta(days=100)
_SIGNED: Final = Q(samples__contains=[{"format": SIGNED}]) | Q(samples__contains=[{"signed": {}}])


def records_take(session: Transaction) -> None:
    """Keep the signed values that came for a session and are not kept yet, each with its verdict."""
    values = MeterValue.objects.filter(_SIGNED, transaction=session).order_by("received_at", "id")
    known = set(SignedRecord.objects.filter(transaction=session).values_list("digest", flat=True))
    fresh: dict[str, SignedRecord] = {}
    for value in values[:MOST_RECORDS]:
        for sample in value.samples:
            for signed in signed_in(sample):
                if signed.digest not in known:
                    fresh.setdefault(signed.digest, _row(session, value, sample.get("context", ""), signed))
    if fresh:
        _store(session, list(fresh.values())[: MOST_RECORDS - len(known)])


def _row(session: Transaction, value: MeterValue, context: str, signed: Signed) -> SignedRecord:
    return SignedRecord(
        organisation_id=session.organisation_id, transaction=session, format=signed.format, text=signed.text,
        digest=signed.digest, context=context[:40], taken_at=value.taken_at, received_at=value.received_at,
        offered_key=signed.offered_key,
    )  # fmt: skip


def _store(session: Transaction, rows: Sequence[SignedRecord]) -> None:
    keys = _keys(session.station, session.evse_no)
    for row in rows:
        _judge(row, keys)
    SignedRecord.objects.bulk_create(rows, ignore_conflicts=True)
    _offer(session, rows)


def _offer(session: Transaction, rows: Sequence[SignedRecord]) -> None:
    for offered, serial in {row.offered_key: serial_of(row) for row in rows}.items():
        key_offer(session.station, session.evse_no, serial, offered)


def records_verify(session: Transaction) -> int:
    """Judge all records of a session again by the keys there are now; how many verdicts changed."""
    rows = SignedRecord.objects.filter(transaction=session).order_by("id")
    changed = _judged_again(rows, _keys(session.station, session.evse_no))
    if changed:
        live.send_on_commit(session.organisation_id, transactions=[session.public_id])
    return changed


def station_verify(station: ChargingStation) -> list[Transaction]:
    """Judge the later records of a station again, after its keys changed; the sessions whose verdict is another."""
    since = clock.now() - AGAIN_WITHIN
    rows = SignedRecord.objects.filter(transaction__station=station, received_at__gt=since)
    keys = set(rows.order_by().values_list("transaction_id", flat=True))
    sessions = Transaction.objects.filter(pk__in=keys).select_related(
        "station__site", "station__organisation"
    )
    return [session for session in sessions.order_by("-pk")[:MOST_AGAIN] if records_verify(session)]


def _judged_again(rows: Iterable[SignedRecord], keys: Sequence[MeterKey]) -> int:
    changed = 0
    for row in rows:
        before = (row.state, row.reasons, row.key_fingerprint)
        _judge(row, keys)
        changed += before != (row.state, row.reasons, row.key_fingerprint)
        row.save(update_fields=["state", "reasons", "key", "key_fingerprint", "checked_at", "verifier"])
    return changed


def _keys(station: ChargingStation, evse_no: int | None) -> list[MeterKey]:
    """What somebody vouches for here, the narrowest and newest first."""
    rows = MeterKey.objects.filter(
        Q(evse_no=None) | Q(evse_no=evse_no), station=station, confirmed_at__isnull=False
    )
    return sorted(rows.order_by("-id"), key=lambda key: key.evse_no is None)


def record_of(row: SignedRecord) -> Record | None:
    """The record as it reads; None for one that cannot be read."""
    try:
        return read_record(row.text) if row.format else None
    except Unreadable:
        return None


def serial_of(row: SignedRecord) -> str:
    """The serial number of the meter that the record claims to be from, "" where it names none."""
    record = record_of(row)
    return str(record.data.get("MS", "")) if record else ""


def _judge(row: SignedRecord, keys: Sequence[MeterKey]) -> None:
    """Set the verdict; of several keys that may hold, one that fits is enough."""
    row.checked_at, row.verifier, row.key, row.key_fingerprint = clock.now(), VERIFIER, None, ""
    known = [key for key in keys if key.holds_at(row.taken_at)]
    serial = serial_of(row)
    usable = [key for key in known if not key.meter_serial or not serial or key.meter_serial == serial]
    if not row.format or not known:
        row.state, row.reasons = (RecordState.NO_KEY if row.format else RecordState.NO_FORMAT), []
    elif not usable:
        other = f"the record is of meter {serial}, but the confirmed key is that of {known[0].meter_serial}"
        row.state, row.reasons = RecordState.INVALID, [other]
    else:
        _apply(row, usable)


def _apply(row: SignedRecord, keys: Sequence[MeterKey]) -> None:
    verdicts = [(key, verify(row.text, key.public_key, key.algorithm or None)) for key in keys]
    key, verdict = next(((key, one) for key, one in verdicts if one.is_valid), verdicts[0])
    row.state = RecordState.VALID if verdict.is_valid else RecordState.INVALID
    row.reasons, row.key, row.key_fingerprint = list(verdict.reasons), key, key.fingerprint
