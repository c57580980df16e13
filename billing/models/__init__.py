"""Tariffs, ratings and the books, one module a noun."""

from .account import Account, AccountMembership
from .card_entry import CardEntry
from .datev import DatevSettings
from .document import InvoiceDocument, ReceiptMail
from .dunning import DunningCase, DunningProfile, DunningStep
from .home import HomeRate, HomeStation, Reimbursement, ReimbursementLine
from .invoice import Invoice, InvoiceLine, InvoiceSeries, TaxLine
from .ledger import JournalEntry, JournalLine, LedgerAccount, LedgerBalance, PostingPeriod, SessionCharge
from .mail import QueuedMail
from .party import Party
from .payment import PaymentCall, PaymentDispute, PaymentIntent, ProviderEvent, Refund
from .payment_method import PaymentMethod
from .prices import PricePoint, PriceSeries
from .rating import AccountGroup, AccountTag, EventCursor, PriceAgreement, Rating
from .settlement import Settlement, SettlementAgreement, SettlementDocument, SettlementLine
from .signed import MeterKey, SignedRecord
from .spending import SpendingStop
from .subscription import (
    EnergyGrant,
    EnergyUse,
    PlanVersion,
    Subscription,
    SubscriptionPeriod,
    SubscriptionPlan,
)
from .tariff import TariffAssignment, TariffFamily, TariffVersion
from .vat import VatCheck
from .voucher import VoucherCampaign, VoucherCode, VoucherRedemption, VoucherUse

__all__ = [
    "Account",
    "AccountGroup",
    "AccountMembership",
    "AccountTag",
    "CardEntry",
    "DatevSettings",
    "DunningCase",
    "DunningProfile",
    "DunningStep",
    "EnergyGrant",
    "EnergyUse",
    "EventCursor",
    "HomeRate",
    "HomeStation",
    "Invoice",
    "InvoiceDocument",
    "InvoiceLine",
    "InvoiceSeries",
    "JournalEntry",
    "JournalLine",
    "LedgerAccount",
    "LedgerBalance",
    "MeterKey",
    "Party",
    "PaymentCall",
    "PaymentDispute",
    "PaymentIntent",
    "PaymentMethod",
    "PlanVersion",
    "PostingPeriod",
    "PriceAgreement",
    "PricePoint",
    "PriceSeries",
    "ProviderEvent",
    "QueuedMail",
    "Rating",
    "ReceiptMail",
    "Refund",
    "Reimbursement",
    "ReimbursementLine",
    "SessionCharge",
    "Settlement",
    "SettlementAgreement",
    "SettlementDocument",
    "SettlementLine",
    "SignedRecord",
    "SpendingStop",
    "Subscription",
    "SubscriptionPeriod",
    "SubscriptionPlan",
    "TariffAssignment",
    "TariffFamily",
    "TariffVersion",
    "TaxLine",
    "VatCheck",
    "VoucherCampaign",
    "VoucherCode",
    "VoucherRedemption",
    "VoucherUse",
]
