"""Reading the books, each query starting from the viewer: the getter is the permission check."""

from django.db.models import BigIntegerField, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from billing.models import (
    DatevSettings,
    JournalEntry,
    JournalLine,
    LedgerAccount,
    PostingPeriod,
    SessionCharge,
)
from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer


def ledger_accounts_for(viewer: Viewer) -> QuerySet[LedgerAccount]:
    """Ledger accounts by code, each with its running balance as `balance_minor`, debits positive."""
    total = Coalesce(Sum("balances__amount_minor"), Value(0), output_field=BigIntegerField())
    rows = LedgerAccount.objects.filter(mine(viewer)).select_related("account", "party")
    return rows.annotate(balance_minor=total)


def journal_entries_for(viewer: Viewer) -> QuerySet[JournalEntry]:
    """Entries of the journal, newest first."""
    return JournalEntry.objects.filter(mine(viewer)).select_related("reverses", "reversal")


def journal_lines_for(viewer: Viewer) -> QuerySet[JournalLine]:
    """Lines with their entry and ledger account, by entry."""
    lines = JournalLine.objects.filter(mine(viewer, "entry__organisation"))
    return lines.select_related("entry", "ledger_account").order_by("-entry_id", "id")


def posting_periods_for(viewer: Viewer) -> QuerySet[PostingPeriod]:
    """Months that were closed or opened again, the latest first."""
    return PostingPeriod.objects.filter(mine(viewer))


def session_charges_for(viewer: Viewer) -> QuerySet[SessionCharge]:
    """Final prices of sessions, newest first."""
    return SessionCharge.objects.filter(mine(viewer)).select_related("account", "transaction", "entry")


def datev_settings_for(viewer: Viewer) -> QuerySet[DatevSettings]:
    """How the books are handed to tax advisers."""
    return DatevSettings.objects.filter(mine(viewer)).select_related("organisation")
