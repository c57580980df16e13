"""The end of a transaction: told by the station, or inferred until it is."""

from datetime import datetime

from chargers.choices import Quirk, TransactionState
from chargers.domain import TokenAnswer, TransactionReported
from chargers.events import TransactionCorrected, TransactionEnded
from chargers.models import Transaction
from cpms.core.events import publish

from ..cases import review
from ..commands import effects
from ..source import Source
from ..stations.report import quirks_seen
from ..tags.authorization import decide
from . import corrections, facts
from .find import stop_digest
from .meter import last_reading
from .times import believable, instant


def apply(source: Source, report: TransactionReported, transaction: Transaction) -> None:
    """Fold a told end into its transaction; one that was only inferred before is corrected."""
    was, before = transaction.state, corrections.facts_of(transaction)
    facts.learn(source, transaction, report)
    # A stop that was told settles what a reboot had left open, and what we had to infer.
    transaction.flags.pop("uncertain", None)
    transaction.flags.pop("inferred_end", None)
    transaction.ended_at = instant(report.at, source.received_at)
    if not believable(report.at, source.received_at):
        facts.flag(transaction, "clock_error", f"ended at {report.at}")
    transaction.end_received_at = source.received_at
    transaction.meter_stop_wh = report.meter_wh
    transaction.stop_reason = report.stop_reason[:40]
    transaction.stop_uid = report.token.uid[:255] if report.token else ""
    transaction.stop_digest = stop_digest(report)
    if was != TransactionState.ORPHANED:
        transaction.state = TransactionState.ENDED
    facts.settle(transaction)
    transaction.save()
    # An end that was only inferred, by us or confirmed by a person, gives way to the station's own.
    corrected = was in (TransactionState.INFERRED_END, TransactionState.ENDED)
    if corrected:
        corrections.told_after_all(source, transaction, before)
    _announce(source, transaction, corrected=corrected)


def note_conflict(source: Source, report: TransactionReported, transaction: Transaction) -> None:
    """A second, different end: the first one stands, the contradiction is marked for a person."""
    facts.flag(transaction, "stop_conflict", f"meter {report.meter_wh} Wh at {report.at}")
    transaction.save(update_fields=["flags"])
    facts.tell_pages(source, transaction)


def infer(source: Source, transaction: Transaction, at: datetime, why: str) -> None:
    """Close a transaction on strong evidence; a real end that still comes corrects it. Nothing is invented:

    the stop register is the last one the station sent, or none.
    """
    last = last_reading(transaction)
    transaction.state = TransactionState.INFERRED_END
    transaction.ended_at = max(at, transaction.started_at)
    transaction.end_received_at = source.received_at
    transaction.meter_stop_wh = last.energy_wh if last else None
    facts.flag(transaction, "inferred_end", why)
    facts.settle(transaction)
    transaction.save()
    corrections.end_inferred(source, transaction, why)
    quirks_seen(source.station_id, [Quirk.STOP_MISSING], source.received_at)
    review.review(transaction, source.received_at)
    _announce(source, transaction)


def token_answer(source: Source, report: TransactionReported) -> TokenAnswer | None:
    """What is said of the token of a stop; a stop is never refused for it."""
    if report.token is None:
        return None
    return decide(source.organisation_id, report.token, source.received_at).answer()


def _announce(source: Source, transaction: Transaction, corrected: bool = False) -> None:
    publish(_correction(source, transaction) if corrected else _end(source, transaction))
    effects.transaction_ended(source, transaction)
    facts.tell_pages(source, transaction)


def _correction(source: Source, transaction: Transaction) -> TransactionCorrected:
    return TransactionCorrected(
        organisation_id=transaction.organisation_id,
        subject=transaction.public_id,
        occurred_at=source.received_at,
        station=source.station,
        energy_wh=transaction.energy_wh,
    )


def _end(source: Source, transaction: Transaction) -> TransactionEnded:
    return TransactionEnded(
        organisation_id=transaction.organisation_id,
        subject=transaction.public_id,
        occurred_at=source.received_at,
        station=source.station,
        ended_at=transaction.ended_at or source.received_at,
        energy_wh=transaction.energy_wh,
        reason=transaction.stop_reason,
        inferred=transaction.state == TransactionState.INFERRED_END,
    )
