"""The start of a transaction: a report of fact. It is stored whoever held up whichever card."""

from chargers.choices import OPEN_STATES, AuthorizationStatus
from chargers.domain import TokenAnswer, TransactionReported
from chargers.events import TransactionStarted
from chargers.models import Transaction
from cpms.core.events import publish

from ..commands import effects
from ..source import Source
from ..stations.report import connector_seen
from ..tags.authorization import authorize_start, remember
from . import end as transaction_end
from . import facts
from .times import believable, instant


def apply(source: Source, report: TransactionReported, transaction: Transaction) -> None:
    """Fold a new start into its transaction; an end or an update may have arrived before it."""
    _take_over(transaction, report)
    facts.learn(source, transaction, report)
    transaction.started_at = instant(report.at, source.received_at)
    transaction.offline = report.offline
    transaction.meter_start_wh = report.meter_wh
    if not believable(report.at, source.received_at):
        facts.flag(transaction, "clock_error", f"started at {report.at}")
    accepted = _authorize(source, report, transaction)
    if transaction.is_open:
        transaction.state = facts.first_state(transaction, report)
    else:
        facts.settle(transaction)
    transaction.save()
    if transaction.evse_no and transaction.connector_no:
        connector_seen(source.station_id, transaction.evse_no, transaction.connector_no)
    if accepted and transaction.is_open:
        _infer_earlier_ends(source, transaction)
    _announce(source, transaction)


def _take_over(transaction: Transaction, report: TransactionReported) -> None:
    """What the start itself says of place and token wins over what other messages said."""
    if report.place:
        if report.place.connector_no is not None or report.place.evse_no != transaction.evse_no:
            transaction.connector_no = report.place.connector_no
        transaction.evse_no = report.place.evse_no
    if report.token:
        transaction.uid, transaction.token_type = report.token.uid[:255], report.token.type


def _authorize(source: Source, report: TransactionReported, transaction: Transaction) -> bool:
    """Decide about the token, remember it, and say whether it was accepted."""
    if report.token is None:
        return True
    decision = authorize_start(source, report.token, transaction)
    transaction.id_tag = decision.id_tag
    transaction.authorization = decision.status
    remember(source, report.token, decision, "start")
    return decision.status == AuthorizationStatus.ACCEPTED


def authorize_late(source: Source, report: TransactionReported, transaction: Transaction) -> None:
    """In 2.x a driver may plug in first and hold up the card later (OCPP 2.0.1 E02.FR.01). The caller saves."""
    if report.token is not None and not transaction.authorization:
        _authorize(source, report, transaction)


def token_answer(source: Source, report: TransactionReported, transaction: Transaction) -> TokenAnswer | None:
    """The answer to the token of a start or update, evaluated afresh each time; None when none was sent."""
    if report.token is None:
        return None
    return authorize_start(source, report.token, transaction).answer()


def _infer_earlier_ends(source: Source, transaction: Transaction) -> None:
    """A new accepted start on an EVSE is strong evidence that an older transaction there has ended.

    A refused start sweeps nobody: the car that is charging there goes on charging.
    """
    if transaction.evse_no is None:
        return
    older = (
        Transaction.objects.select_for_update()
        .filter(
            station_id=source.station_id,
            evse_no=transaction.evse_no,
            state__in=OPEN_STATES,
            started_at__lte=transaction.started_at,
        )
        .exclude(pk=transaction.pk)
    )
    for stale in older:
        transaction_end.infer(source, stale, transaction.started_at, "a new transaction started here")


def _announce(source: Source, transaction: Transaction) -> None:
    publish(
        TransactionStarted(
            organisation_id=transaction.organisation_id,
            subject=transaction.public_id,
            occurred_at=source.received_at,
            station=source.station,
            evse_no=transaction.evse_no,
            connector_no=transaction.connector_no,
            started_at=transaction.started_at,
            offline=transaction.offline,
        )
    )
    effects.transaction_started(source, transaction)
    facts.tell_pages(source, transaction)
