"""Reading, each query starting from the viewer: the getter is the permission check."""

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from chargers.models import Transaction
from cpms.accounts.viewer import Viewer

from .books.chart import Purpose
from .choices import OUTCOMES, UNDECIDED, RatingState
from .models import (
    Account,
    AccountGroup,
    AccountMembership,
    AccountTag,
    DatevSettings,
    Invoice,
    InvoiceDocument,
    InvoiceLine,
    InvoiceSeries,
    JournalEntry,
    JournalLine,
    LedgerAccount,
    LedgerBalance,
    Party,
    PaymentIntent,
    PaymentMethod,
    PostingPeriod,
    PriceAgreement,
    PriceSeries,
    Rating,
    ReceiptMail,
    SessionCharge,
    SpendingStop,
    TariffAssignment,
    TariffFamily,
    TariffVersion,
    TaxLine,
)

VIEW = "billing.view"


def _mine(viewer: Viewer, path: str = "organisation") -> Q:
    return Q(**{f"{path}_id__in": viewer.organisations(VIEW)})


def parties_for(viewer: Viewer) -> QuerySet[Party]:
    """Parties, by name."""
    return Party.objects.filter(_mine(viewer))


def accounts_for(viewer: Viewer) -> QuerySet[Account]:
    """Accounts with their party, by name."""
    return Account.objects.filter(_mine(viewer)).select_related("party")


def accounts_with_money(viewer: Viewer) -> QuerySet[Account]:
    """The same with `wallet_minor`, the money in the wallet, and `owed_minor`, what the account owes."""
    return accounts_for(viewer).annotate(
        wallet_minor=-_balance(Purpose.WALLET), owed_minor=_balance(Purpose.RECEIVABLE)
    )


def _balance(purpose: Purpose) -> Combinable:
    rows = LedgerBalance.objects.filter(
        ledger_account__account=OuterRef("pk"), ledger_account__purpose=purpose
    )
    sums = (
        rows.order_by().values("ledger_account__account").annotate(total=Sum("amount_minor")).values("total")
    )
    return Coalesce(Subquery(sums), Value(0), output_field=BigIntegerField())


def account_memberships_for(viewer: Viewer) -> QuerySet[AccountMembership]:
    """Who belongs to accounts, with account and person."""
    members = AccountMembership.objects.filter(_mine(viewer, "account__organisation"))
    return members.select_related("account", "user")


def ledger_accounts_for(viewer: Viewer) -> QuerySet[LedgerAccount]:
    """Ledger accounts by code, each with its running balance as `balance_minor`, debits positive."""
    total = Coalesce(Sum("balances__amount_minor"), Value(0), output_field=BigIntegerField())
    rows = LedgerAccount.objects.filter(_mine(viewer)).select_related("account", "party")
    return rows.annotate(balance_minor=total)


def journal_entries_for(viewer: Viewer) -> QuerySet[JournalEntry]:
    """Entries of the journal, newest first."""
    return JournalEntry.objects.filter(_mine(viewer)).select_related("reverses", "reversal")


def journal_lines_for(viewer: Viewer) -> QuerySet[JournalLine]:
    """Lines with their entry and ledger account, by entry."""
    lines = JournalLine.objects.filter(_mine(viewer, "entry__organisation"))
    return lines.select_related("entry", "ledger_account").order_by("-entry_id", "id")


def payments_for(viewer: Viewer) -> QuerySet[PaymentIntent]:
    """Payments with account, station and transaction, newest first."""
    rows = PaymentIntent.objects.filter(_mine(viewer))
    return rows.select_related("account", "station", "transaction", "invoice", "command")


def payment_methods_for(viewer: Viewer) -> QuerySet[PaymentMethod]:
    """Stored means of payment with their account, newest first."""
    return PaymentMethod.objects.filter(_mine(viewer)).select_related("account")


def posting_periods_for(viewer: Viewer) -> QuerySet[PostingPeriod]:
    """Months that were closed or opened again, the latest first."""
    return PostingPeriod.objects.filter(_mine(viewer))


def session_charges_for(viewer: Viewer) -> QuerySet[SessionCharge]:
    """Final prices of sessions, newest first."""
    return SessionCharge.objects.filter(_mine(viewer)).select_related("account", "transaction", "entry")


def spending_stops_for(viewer: Viewer) -> QuerySet[SpendingStop]:
    """Sessions that were asked to stop before a limit, newest first."""
    return SpendingStop.objects.filter(_mine(viewer)).select_related("transaction", "account")


def datev_settings_for(viewer: Viewer) -> QuerySet[DatevSettings]:
    """How the books are handed to tax advisers."""
    return DatevSettings.objects.filter(_mine(viewer)).select_related("organisation")


def invoice_series_for(viewer: Viewer) -> QuerySet[InvoiceSeries]:
    """Series of numbers, the latest year first."""
    return InvoiceSeries.objects.filter(_mine(viewer)).select_related("issuer")


def invoices_for(viewer: Viewer) -> QuerySet[Invoice]:
    """Invoices and credit notes, newest first."""
    return Invoice.objects.filter(_mine(viewer)).select_related("account", "series", "corrects")


def invoice_lines_for(viewer: Viewer) -> QuerySet[InvoiceLine]:
    """Lines of invoices, by invoice and position."""
    lines = InvoiceLine.objects.filter(_mine(viewer, "invoice__organisation"))
    return lines.select_related("invoice", "charge").order_by("invoice_id", "position")


def invoice_documents_for(viewer: Viewer) -> QuerySet[InvoiceDocument]:
    """What issued invoices were handed out as; its bytes only when they are asked for."""
    rows = InvoiceDocument.objects.filter(_mine(viewer, "invoice__organisation"))
    return rows.select_related("invoice").defer("content")


def receipt_mails_for(viewer: Viewer) -> QuerySet[ReceiptMail]:
    """Mails with receipts, newest first."""
    return ReceiptMail.objects.filter(_mine(viewer)).select_related("transaction")


def tax_lines_for(viewer: Viewer) -> QuerySet[TaxLine]:
    """Tax of issued invoices, by invoice."""
    lines = TaxLine.objects.filter(_mine(viewer, "invoice__organisation"))
    return lines.select_related("invoice").order_by("invoice_id", "category", "-rate")


def tariff_families_for(viewer: Viewer) -> QuerySet[TariffFamily]:
    """Tariffs, by name."""
    return TariffFamily.objects.filter(_mine(viewer))


def tariff_versions_for(viewer: Viewer) -> QuerySet[TariffVersion]:
    """Versions with their tariff, the newest of each first."""
    return TariffVersion.objects.filter(_mine(viewer, "family__organisation")).select_related(
        "family", "series"
    )


def tariff_assignments_for(viewer: Viewer) -> QuerySet[TariffAssignment]:
    """Assignments with what they name, newest first."""
    rows = TariffAssignment.objects.filter(_mine(viewer))
    return rows.select_related("family", "group", "site", "station")


def price_series_for(viewer: Viewer) -> QuerySet[PriceSeries]:
    """Prices of markets, by name."""
    return PriceSeries.objects.filter(_mine(viewer))


def account_tags_for(viewer: Viewer) -> QuerySet[AccountTag]:
    """Which ID tags pay from which account."""
    return AccountTag.objects.filter(_mine(viewer, "account__organisation")).select_related(
        "account", "id_tag"
    )


def account_groups_for(viewer: Viewer) -> QuerySet[AccountGroup]:
    """Which groups of ID tags pay from which account."""
    rows = AccountGroup.objects.filter(_mine(viewer, "account__organisation"))
    return rows.select_related("account", "group")


def price_agreements_for(viewer: Viewer) -> QuerySet[PriceAgreement]:
    """What was settled when sessions began, newest first."""
    rows = PriceAgreement.objects.filter(_mine(viewer))
    return rows.select_related("transaction", "version__family", "assignment", "account")


def ratings_for(viewer: Viewer) -> QuerySet[Rating]:
    """Prices of sessions with session, station and tariff, newest first."""
    rows = Rating.objects.filter(_mine(viewer))
    return rows.select_related(
        "transaction__station__site", "transaction__id_tag", "version__family", "account"
    )


def undecided_for(viewer: Viewer) -> QuerySet[Rating]:
    """Prices that wait for a person: held ones and proposed corrections, the oldest first."""
    return ratings_for(viewer).filter(state__in=UNDECIDED).order_by("id")


def price_of(viewer: Viewer, transaction: Transaction) -> Rating | None:
    """The price of a session as it stands: its outcome, else the cost so far; None where there is none to be seen."""
    rows = ratings_for(viewer).filter(transaction=transaction)
    return rows.filter(state__in=OUTCOMES).first() or rows.filter(state=RatingState.ESTIMATE).first()
