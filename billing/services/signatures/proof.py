"""What the signed values of a session prove together: read from stored verdicts, the same rows say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from billing.choices import ProofState, RecordState
from billing.models import SignedRecord
from billing.ocmf import Record, Unreadable
from billing.ocmf.checks import Expected, Finding, findings
from billing.ocmf.readings import ENDS, SignedReading, readings_of
from billing.pricing.meter import Measurand
from chargers.models import Transaction

from .records import record_of

# What makes a genuine record useless for money, and a person look at it. The rest is told and changes nothing.
SERIOUS: Final = frozenset(
    {
        "exception", "meter_changed", "other_meter", "page_gap", "energy_unusable", "meter_status",
        "energy_backwards", "time_backwards", "reading_order", "other_energy", "other_time", "used_before",
    }
)  # fmt: skip
_SAME_TIME: Final = timedelta(minutes=15)
# Displays round to 10 Wh, and a station may count on its own: beyond this somebody tells another story.
_SAME_WH, _SAME_PERCENT = 100, 1
_BELIEVED_CLOCKS: Final = frozenset("SR")


@dataclass(frozen=True, slots=True)
class Proof:
    """`begin` and `end` are there only when both are signed validly on one register; `signed_wh` lies between them."""

    state: ProofState
    records: tuple[SignedRecord, ...]
    findings: tuple[Finding, ...] = ()
    readings: tuple[SignedReading, ...] = ()

    @property
    def signed_wh(self) -> Decimal | None:
        """The energy that the meter signed."""
        return _wh(self.readings[-1]) - _wh(self.readings[0]) if self.readings else None

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why nothing is charged before a person has looked, in sentences."""
        if self.state is ProofState.INVALID:
            wrong = [row for row in self.records if row.state == RecordState.INVALID]
            return tuple(dict.fromkeys(reason for row in wrong for reason in row.reasons))
        serious = [one.sentence.rstrip(".") for one in self.findings if one.code in SERIOUS]
        return tuple(dict.fromkeys(serious))

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """The signed readings as the clean-up of the meter takes them; none unless they prove begin and end."""
        if self.state is not ProofState.PROVEN:
            return []
        middle = ["Sample.Periodic"] * (len(self.readings) - 2)
        contexts = ["Transaction.Begin", *middle, "Transaction.End"]
        return list(map(_evidence, self.readings, contexts))


def proof_of(session: Transaction) -> Proof:
    """The proof of a session as its stored verdicts stand."""
    rows = tuple(SignedRecord.objects.filter(transaction=session).select_related("key").order_by("id"))
    for records, proved in (
        (RecordState.INVALID, ProofState.INVALID),
        (RecordState.NO_KEY, ProofState.NO_KEY),
    ):
        if any(row.state == records for row in rows):
            return Proof(proved, rows)
    valid = [(row, record) for row in rows if (record := record_of(row)) and row.state == RecordState.VALID]
    if not valid:
        return Proof(ProofState.NO_FORMAT if rows else ProofState.NONE, rows)
    return _of_valid(session, rows, sorted(valid, key=_page))


def _page(one: tuple[SignedRecord, Record]) -> tuple[int, int]:
    """By the meter's own count, else in order of receipt; what is sent at the end repeats what came before."""
    page = str(one[1].data.get("PG", ""))[1:]
    return (int(page) if page.isascii() and page.isdecimal() and len(page) < 20 else 0, one[0].pk)


def _of_valid(
    session: Transaction, rows: tuple[SignedRecord, ...], valid: Sequence[tuple[SignedRecord, Record]]
) -> Proof:
    records = [record for _, record in valid]
    serial = next((row.key.meter_serial for row, _ in valid if row.key and row.key.meter_serial), None)
    try:
        known = findings(records, Expected(meter_serial=serial))
        readings = _spanned([reading for record in records for reading in readings_of(record)])
    except Unreadable as error:
        return Proof(ProofState.INCOMPLETE, rows, (Finding("no_readings", f"A record: {error}."),))
    if session.is_open:
        known = tuple(one for one in known if one.code != "no_end")
    proof = Proof(ProofState.INCOMPLETE, rows, known, readings)
    proof = replace(proof, findings=(*known, *_against(session, proof)))
    if proof.doubts:
        return replace(proof, state=ProofState.CONTRADICTORY)
    return replace(proof, state=ProofState.PROVEN) if readings else proof


def _spanned(readings: Sequence[SignedReading]) -> tuple[SignedReading, ...]:
    """The readings of the first register that has both a begin and an end, from the one to the other."""
    for register in dict.fromkeys(reading.register for reading in readings if reading.energy_wh is not None):
        row = [one for one in readings if one.register == register and one.energy_wh is not None]
        begins = [n for n, one in enumerate(row) if one.reason == "B"]
        ends = [n for n, one in enumerate(row) if one.reason in ENDS]
        if begins and ends and begins[0] < ends[-1]:
            return tuple(row[begins[0] : ends[-1] + 1])
    return ()


def _against(session: Transaction, proof: Proof) -> Iterator[Finding]:
    """What the session itself says otherwise."""
    if _is_used_before(proof.records):
        yield Finding("used_before", "A signed value was already sent for an earlier session.")
    if not proof.readings:
        return
    begin, end = proof.readings[0], proof.readings[-1]
    for signed, told in ((begin, session.started_at), (end, session.ended_at)):
        if _is_elsewhere(signed, told):
            yield Finding("other_time", "The signed values are of another time than the session.")
    if session.meter_start_wh is not None and session.meter_stop_wh is not None:
        told_wh, signed_wh = session.meter_stop_wh - session.meter_start_wh, proof.signed_wh or Decimal()
        if abs(told_wh - signed_wh) > max(Decimal(_SAME_WH), abs(signed_wh) * _SAME_PERCENT / 100):
            yield Finding(
                "other_energy",
                f"The meter signed {signed_wh.normalize():f} Wh, but the station told {told_wh} Wh.",
            )


def _is_used_before(rows: Sequence[SignedRecord]) -> bool:
    """Looks backwards only, so that a later session changes nothing about an earlier one."""
    if not rows:
        return False
    same = SignedRecord.objects.filter(
        digest__in=[row.digest for row in rows], pk__lt=min(row.pk for row in rows)
    )
    return same.exclude(transaction_id=rows[0].transaction_id).exists()


def _is_elsewhere(signed: SignedReading, told: datetime | None) -> bool:
    if told is None or signed.at is None or signed.clock not in _BELIEVED_CLOCKS:
        return False
    return abs(signed.at - told) > _SAME_TIME


def _wh(reading: SignedReading) -> Decimal:
    return reading.energy_wh or Decimal()


def _evidence(reading: SignedReading, context: str) -> dict[str, Any]:
    told = {"t": reading.at.isoformat()} if reading.at else {}
    return told | {
        "value": f"{_wh(reading):f}", "unit": "Wh", "measurand": str(Measurand.IMPORT_REGISTER),
        "context": context, "signed": True,
    }  # fmt: skip
