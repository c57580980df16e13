"""What a document shows, as texts in the language of its buyer. Only from what was frozen at the issue."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.books.facts import posting_of
from billing.books.postings import PaidByWallet, VoucherPaid
from billing.choices import BillingMode, DocumentKind
from billing.models import Invoice, InvoiceLine, JournalEntry, TaxLine
from billing.pricing.exact import ratio
from billing.tariffs.numbers import amount_text, money_text, number_text


@dataclass(frozen=True, slots=True)
class Row:
    """A line: what it was, when, how much, and its amounts without and with tax."""

    position: int
    text: str
    about: str
    quantity: str
    net: str
    rate: str
    gross: str


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A tax rate: on what, how much."""

    name: str
    net: str
    tax: str


@dataclass(frozen=True, slots=True)
class Face:
    """A whole document."""

    invoice: Invoice
    language: str
    title: str
    seller: list[str]
    buyer: list[str]
    facts: list[tuple[str, str]]
    rows: list[Row]
    taxes: list[TaxRow]
    net: str
    tax: str
    rounding: str
    total: str
    paid: str
    due: str
    notes: list[str]
    pay: str
    footer: list[str]


def face(invoice: Invoice) -> Face:
    """The document of an issued invoice in the active language."""
    currency, lines = invoice.currency, list(invoice.lines.select_related("entry"))
    paid = paid_minor(invoice)
    return Face(
        invoice=invoice,
        language=get_language() or "en",
        title=_("Credit note") if invoice.kind == DocumentKind.CREDIT_NOTE else _("Invoice"),
        seller=address(invoice.issuer_snapshot),
        buyer=address(invoice.buyer_snapshot) or [_("Guest")],
        facts=_facts(invoice),
        rows=[_row(line, currency) for line in lines],
        taxes=[_tax(tax, currency) for tax in invoice.tax_lines.all()],
        net=money_text(invoice.net_minor or 0, currency),
        tax=money_text(invoice.tax_minor or 0, currency),
        rounding=money_text(invoice.rounding_minor or 0, currency) if invoice.rounding_minor else "",
        total=money_text(invoice.payable_minor or 0, currency),
        paid=money_text(paid, currency) if paid else "",
        due=money_text((invoice.payable_minor or 0) - paid, currency),
        notes=[*invoice.notes],
        pay=pay_text(invoice, (invoice.payable_minor or 0) - paid),
        footer=_footer(invoice.issuer_snapshot),
    )


def paid_minor(invoice: Invoice) -> int:
    """What was paid before the issue: a wallet paid its part at once, a guest's card all of it."""
    if invoice.kind == DocumentKind.CREDIT_NOTE:
        return 0
    if invoice.account.billing_mode == BillingMode.AD_HOC:
        return invoice.payable_minor or 0
    entries = {line.entry_id: line.entry for line in invoice.lines.select_related("entry") if line.entry}
    paid = 0
    for entry in entries.values():
        posting = posting_of(entry.kind, entry.facts)
        paid += (posting.wallet_minor or 0) if isinstance(posting, PaidByWallet) else 0
    if not invoice.account.has_wallet:
        paid += _voucher_minor(entry.source for entry in entries.values())
    return min(paid, invoice.payable_minor or 0)


def _voucher_minor(sessions: Iterable[str]) -> int:
    """What vouchers paid of sessions; into a wallet they paid what the wallet then paid."""
    paid = JournalEntry.objects.filter(
        kind=VoucherPaid.kind, source__in=[one for one in sessions if one], reversal=None
    )
    return sum(entry.facts["minor"] for entry in paid)


def address(party: Mapping[str, Any]) -> list[str]:
    """Name and address as lines; "Guests" is nobody's name."""
    if party.get("legal_name") == "Guests" and not party.get("street"):
        return [party["email"]] if party.get("email") else []
    town = f"{party.get('postal_code', '')} {party.get('city', '')}".strip()
    lines = [party.get("legal_name", ""), party.get("street", ""), town, _country(party.get("country", ""))]
    return [line for line in lines if line]


def _country(code: str) -> str:
    try:
        return Locale.parse(get_language() or "en", sep="-").territories.get(code, code)
    except (UnknownLocaleError, ValueError):
        return code


def _facts(invoice: Invoice) -> list[tuple[str, str]]:
    told = [
        (_("Number"), invoice.code),
        (_("Date"), _day(invoice.issued_on)),
        (_("Supplied"), _span(invoice)),
        (_("Corrects"), invoice.corrects.code if invoice.corrects else ""),
        (_("Reason"), invoice.reason),
        (_("Your VAT id"), invoice.buyer_snapshot.get("vat_id", "")),
    ]
    return [(name, text) for name, text in told if text]


def _span(invoice: Invoice) -> str:
    first, last = _day(invoice.supply_from), _day(invoice.supply_to)
    return first if first == last else f"{first} – {last}"


def _day(day: Any) -> str:
    return formats.date_format(day, "DATE_FORMAT") if day else ""


def _row(line: InvoiceLine, currency: str) -> Row:
    unit, places = (" kWh", 3) if line.unit == "KWH" else ("", 0)
    quantity = number_text(ratio(round(line.quantity * 1000), 1000), places)
    return Row(
        line.position, line.description, _about(line.details), f"{quantity}{unit}",
        amount_text(line.net_minor or 0, currency), _rate(line.tax_category, line.tax_rate),
        amount_text(line.gross_minor, currency),
    )  # fmt: skip


def _about(details: Mapping[str, Any]) -> str:
    """Registers and times of a session, which the law wants shown (Eichrecht), and its number."""
    if not details:
        return ""
    zone = ZoneInfo(details["zone"])
    moments = [
        datetime.fromisoformat(details[name]) for name in ("started_at", "ended_at") if details.get(name)
    ]
    times = " – ".join(moment.astimezone(zone).strftime("%H:%M:%S") for moment in moments)
    told = [f"{times} ({zone})", _registers(details), str(details["session"])]
    return " · ".join(part for part in told if part)


def _registers(details: Mapping[str, Any]) -> str:
    start, stop = details.get("meter_start_wh"), details.get("meter_stop_wh")
    if start is None or stop is None:
        return ""
    first, last = (number_text(ratio(wh, 1000), 3) for wh in (start, stop))
    return _("meter %(first)s – %(last)s kWh") % {"first": first, "last": last}


def _rate(category: str, rate: Any) -> str:
    return f"{number_text(ratio(round(rate * 10_000), 10_000))} %" if category == "S" else "0 %"


def _tax(tax: TaxLine, currency: str) -> TaxRow:
    name = _("VAT %(rate)s") % {"rate": _rate(tax.category, tax.rate)}
    return TaxRow(name, amount_text(tax.net_minor, currency), amount_text(tax.tax_minor, currency))


def pay_text(invoice: Invoice, due_minor: int) -> str:
    """How it is or was paid, in a sentence."""
    mode = invoice.account.billing_mode
    if invoice.kind == DocumentKind.CREDIT_NOTE:
        return _("The amount was given back, or taken off what you owe.")
    if due_minor <= 0:
        ways = {
            BillingMode.PREPAID: _("Paid from the wallet."),
            BillingMode.POSTPAID: _("Paid with vouchers."),
        }
        return ways.get(BillingMode(mode), _("Paid by card."))
    told = {
        "day": _day(invoice.due_on),
        "iban": invoice.issuer_snapshot.get("iban", ""),
        "code": invoice.code,
    }
    if told["iban"]:
        return _("Please pay by %(day)s to %(iban)s, with the reference %(code)s.") % told
    return _("Please pay by %(day)s, with the reference %(code)s.") % told


def _footer(party: Mapping[str, Any]) -> list[str]:
    told = [
        (_("VAT id"), party.get("vat_id")),
        (_("Tax number"), party.get("tax_number")),
        ("IBAN", party.get("iban")),
        ("", party.get("email")),
    ]
    return [f"{name} {text}".strip() for name, text in told if text]
