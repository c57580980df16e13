"""Tariffs, ratings and the books, one module a noun."""

from .account import Account, AccountMembership
from .invoice import Invoice, InvoiceLine, InvoiceSeries, TaxLine
from .ledger import JournalEntry, JournalLine, LedgerAccount, LedgerBalance, PostingPeriod, SessionCharge
from .party import Party
from .tariff import TariffAssignment, TariffFamily, TariffVersion

__all__ = [
    "Account",
    "AccountMembership",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "JournalEntry",
    "JournalLine",
    "LedgerAccount",
    "LedgerBalance",
    "Party",
    "PostingPeriod",
    "SessionCharge",
    "TariffAssignment",
    "TariffFamily",
    "TariffVersion",
    "TaxLine",
]
