"""Every state once: its value, the tone it is shown in, the word people read. One module a noun."""

from .accounts import AccountRole, BillingMode, PartyKind
from .dunning import DUNNING_STOPPED, DunningLevel, DunningState
from .home import HomeRateKind
from .invoices import (
    DocumentFormat,
    DocumentKind,
    InvoiceCycle,
    InvoiceState,
    MailState,
    SeriesKind,
    TaxCategory,
)
from .ledger import ENTRY_KINDS, LEDGER_KINDS, LEDGER_PURPOSES, REVERSAL
from .payments import (
    CallKind,
    CallState,
    DisputeState,
    EntryState,
    PaymentPurpose,
    PaymentState,
    PaymentWish,
    RefundState,
)
from .ratings import OUTCOMES, UNDECIDED, Doubt, RatingState
from .settlements import FeeBearer, SettlementState
from .signatures import KeySource, ProofState, RecordState
from .spending import SpendingRule
from .tariffs import AssignedAt, AssignedTo, TariffState, VersionState
from .vat import VatAnswer
from .vouchers import VoucherKind

__all__ = [
    "DUNNING_STOPPED",
    "ENTRY_KINDS",
    "LEDGER_KINDS",
    "LEDGER_PURPOSES",
    "OUTCOMES",
    "REVERSAL",
    "UNDECIDED",
    "AccountRole",
    "AssignedAt",
    "AssignedTo",
    "BillingMode",
    "CallKind",
    "CallState",
    "DisputeState",
    "DocumentFormat",
    "DocumentKind",
    "Doubt",
    "DunningLevel",
    "DunningState",
    "EntryState",
    "FeeBearer",
    "HomeRateKind",
    "InvoiceCycle",
    "InvoiceState",
    "KeySource",
    "MailState",
    "PartyKind",
    "PaymentPurpose",
    "PaymentState",
    "PaymentWish",
    "ProofState",
    "RatingState",
    "RecordState",
    "RefundState",
    "SeriesKind",
    "SettlementState",
    "SpendingRule",
    "TariffState",
    "TaxCategory",
    "VatAnswer",
    "VersionState",
    "VoucherKind",
]
