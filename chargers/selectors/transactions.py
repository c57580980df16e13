"""Reading sessions and cases of doubt, each query starting from the viewer."""

from collections.abc import Iterable

from django.db.models import QuerySet

from chargers.choices import OPEN_STATES
from chargers.models import (
    Case,
    MeterValue,
    Transaction,
    TransactionEvent,
)
from cpms.accounts.viewer import Viewer


def transactions_for(viewer: Viewer) -> QuerySet[Transaction]:
    """Transactions with station and tag, newest first."""
    transactions = Transaction.objects.filter(organisation_id__in=viewer.organisations("transactions.view"))
    tied = transactions.select_related("station__site", "station__connection", "id_tag")
    return tied.order_by("-started_at", "-id")


def open_transactions_for(viewer: Viewer) -> QuerySet[Transaction]:
    """Those in which energy may still flow."""
    return transactions_for(viewer).filter(state__in=OPEN_STATES)


def meter_values_for(viewer: Viewer, transaction: Transaction) -> QuerySet[MeterValue]:
    """Readings of one transaction by time; empty when the viewer may not see it."""
    if not viewer.may("transactions.view", transaction.organisation_id):
        return MeterValue.objects.none()
    return MeterValue.objects.filter(transaction=transaction).order_by("taken_at", "id")


def transaction_events_for(viewer: Viewer, transaction: Transaction) -> QuerySet[TransactionEvent]:
    """Messages of one transaction by time; empty when the viewer may not see it."""
    if not viewer.may("transactions.view", transaction.organisation_id):
        return TransactionEvent.objects.none()
    return transaction.events.order_by("at", "seq_no", "id")


def latest_readings(transactions: Iterable[Transaction]) -> dict[int, MeterValue]:
    """The newest reading of each transaction, by the transaction's key, in one query."""
    keys = [t.pk for t in transactions]
    newest = MeterValue.objects.filter(transaction_id__in=keys).order_by("transaction_id", "-taken_at", "-id")
    return {
        value.transaction_id: value for value in newest.distinct("transaction_id") if value.transaction_id
    }


def cases_for(viewer: Viewer) -> QuerySet[Case]:
    """Cases of the reconciliation desk, newest first."""
    cases = Case.objects.filter(organisation_id__in=viewer.organisations("transactions.view"))
    return cases.select_related("station", "transaction").order_by("-happened_at", "-id")
