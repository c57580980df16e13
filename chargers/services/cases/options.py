"""Which fixes a case can be closed with, the one we propose first."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Exists, OuterRef, Q

from chargers.choices import OPEN_STATES, CaseFix, TransactionEventKind, TransactionState
from chargers.models import IdTag, Transaction, TransactionEvent

from ..transactions.meter import MOST_POWER_W, last_reading, power_w, registers
from .desk import Option
from .fixes import AFTER_END

# A queued stop can be days late; one that is older than this fits nothing any more.
OLDEST_MATCH = timedelta(days=7)
MOST_CANDIDATES = 3
_STOPS = TransactionEvent.objects.filter(
    transaction=OuterRef("pk"), kind=TransactionEventKind.ENDED, conflict=False
)
_ENDABLE = (*OPEN_STATES, TransactionState.INFERRED_END, TransactionState.ENDED)


def of_orphan(orphan: Transaction) -> list[Option]:
    """Transactions of the station the stop may belong to, those of its card first; else only to ignore it."""
    attach = [_attach(orphan, row) for row in _candidates(orphan)]
    attach.sort(key=lambda option: not option["same_tag"])
    ignore = {"fix": CaseFix.IGNORE}
    fits = bool(attach) and (attach[0]["same_tag"] or (not orphan.stop_uid and len(attach) == 1))
    return [*attach[:MOST_CANDIDATES], ignore] if fits else [ignore, *attach[:MOST_CANDIDATES]]


def _candidates(orphan: Transaction) -> list[Transaction]:
    at = orphan.ended_at or orphan.start_received_at
    rows = Transaction.objects.filter(~Exists(_STOPS), station_id=orphan.station_id, state__in=_ENDABLE)
    rows = rows.filter(started_at__lte=at, started_at__gte=at - OLDEST_MATCH)
    if orphan.meter_stop_wh is not None:
        rows = rows.filter(Q(meter_start_wh=None) | Q(meter_start_wh__lte=orphan.meter_stop_wh))
    return list(rows.order_by("-started_at")[:10])


def _attach(orphan: Transaction, row: Transaction) -> Option:
    energy_wh = None
    if orphan.meter_stop_wh is not None and row.meter_start_wh is not None:
        energy_wh = orphan.meter_stop_wh - row.meter_start_wh
    return {
        "fix": CaseFix.ATTACH,
        "target": row.public_id,
        "evse_no": row.evse_no,
        "started_at": row.started_at.isoformat(),
        "same_tag": bool(orphan.stop_uid) and orphan.stop_uid.upper() == row.uid.upper(),
        "energy_wh": energy_wh,
    }


def of_conflict(transaction: Transaction, later: TransactionEvent) -> list[Option]:
    """The first stop or the later one: the later one is proposed when the readings speak for it."""
    last = last_reading(transaction)
    first_wh, later_wh, read_wh = transaction.meter_stop_wh, later.meter_wh, last.energy_wh if last else None
    keep = {"fix": CaseFix.KEEP_FIRST, "meter_wh": first_wh, "energy_wh": transaction.energy_wh}
    take = {"fix": CaseFix.TAKE_LATER, "meter_wh": later_wh, "energy_wh": _between(transaction, later_wh)}
    later_fits = (
        later_wh is not None
        and (first_wh is None or (read_wh or 0) > first_wh)
        and later_wh >= (read_wh or 0)
    )
    return [take, keep] if later_fits else [keep, take]


def _between(transaction: Transaction, stop_wh: int | None) -> int | None:
    if stop_wh is None or transaction.meter_start_wh is None:
        return None
    return max(0, stop_wh - transaction.meter_start_wh)


def of_inferred(transaction: Transaction) -> list[Option]:
    """Close with the last reading, or count nothing."""
    figures: dict[str, Any] = {"meter_wh": transaction.meter_stop_wh, "energy_wh": transaction.energy_wh}
    return [{"fix": CaseFix.CONFIRM_END, **figures}, {"fix": CaseFix.NO_ENERGY}]


def of_meter(transaction: Transaction) -> list[Option]:
    """For a register that was reset: its forward steps. For one that jumped: the last plausible reading."""
    none = {"fix": CaseFix.NO_ENERGY}
    if not jumped(transaction):
        return [{"fix": CaseFix.TAKE_STEPS, "energy_wh": transaction.energy_wh}, none]
    keep = {"fix": CaseFix.KEEP, "energy_wh": transaction.energy_wh}
    plausible_wh = _plausible(transaction)
    if plausible_wh is None:
        return [none, keep]
    energy_wh = _between(transaction, plausible_wh)
    return [{"fix": CaseFix.TAKE_PLAUSIBLE, "meter_wh": plausible_wh, "energy_wh": energy_wh}, keep, none]


def jumped(transaction: Transaction) -> bool:
    """Whether the energy of an ended transaction implies a power no charger has."""
    if transaction.energy_wh is None or transaction.ended_at is None:
        return False
    return power_w(transaction.energy_wh, transaction.ended_at - transaction.started_at) > MOST_POWER_W


def _plausible(transaction: Transaction) -> int | None:
    """The last register before the jump, Wh."""
    told = registers(transaction)
    last = told[0][1] if told else None
    for (earlier_at, earlier_wh), (at, wh) in pairwise(told):
        if power_w(abs(wh - earlier_wh), at - earlier_at) > MOST_POWER_W:
            break
        last = wh
    return last


def of_clock(transaction: Transaction, evidence: dict[str, Any]) -> list[Option]:
    """Our times of receipt, or the duration the station counted when both its times are known."""
    keep = {"fix": CaseFix.KEEP}
    said = [evidence.get(name) for name in ("start_said", "stop_said")]
    if transaction.ended_at is None or None in said:
        return [keep]
    start, stop = (datetime.fromisoformat(str(text)) for text in said)
    seconds = (stop - start).total_seconds()
    return (
        [{"fix": CaseFix.OWN_DURATION, "seconds": round(seconds)}, keep]
        if 0 < seconds < 7 * 86_400
        else [keep]
    )


def of_offline_start(transaction: Transaction) -> list[Option]:
    """Keep it with nobody, or give it to the card where it is registered by now."""
    keep = {"fix": CaseFix.KEEP}
    tag = IdTag.objects.filter(
        organisation_id=transaction.organisation_id, uid__iexact=transaction.uid
    ).first()
    if tag is None or transaction.id_tag_id == tag.pk:
        return [keep]
    return [{"fix": CaseFix.ASSIGN_TAG, "label": tag.label}, keep]


def of_stray(station_id: int, evse_no: int, at: datetime) -> list[Option]:
    """The transaction that ran there then, if there is exactly one; else only to ignore them."""
    rows = Transaction.objects.filter(station_id=station_id, evse_no=evse_no, started_at__lte=at)
    running = rows.exclude(state=TransactionState.ORPHANED).filter(
        Q(ended_at=None) | Q(ended_at__gte=at - AFTER_END)
    )
    found = list(running[:2])
    ignore = {"fix": CaseFix.IGNORE}
    if len(found) != 1:
        return [ignore]
    row = found[0]
    told = {"target": row.public_id, "evse_no": row.evse_no, "started_at": row.started_at.isoformat()}
    return [{"fix": CaseFix.ATTACH_READINGS, **told}, ignore]
