"""UBL 2.1 (OASIS) by the syntax binding CEN/TS 16931-3-2."""

from datetime import date
from decimal import Decimal

from .model import (
    CREDIT_NOTE,
    GUIDELINE,
    REASON_CODES,
    Document,
    Line,
    Party,
    Tax,
    company_id,
    number,
    quantity_of,
)
from .tree import Node, document

_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_ROOT = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"


def ubl(made: Document) -> bytes:
    """The document as UBL Invoice or CreditNote."""
    kind = "CreditNote" if made.type_code == CREDIT_NOTE else "Invoice"
    namespaces = {None: _ROOT.format(kind), "cac": _CAC, "cbc": _CBC}
    return document(kind, namespaces, [*_head(made, kind), *_parties(made), *_payment(made, kind), *_sums(made), *(
        _line(made, line, kind) for line in made.lines
    )])  # fmt: skip


def _head(made: Document, kind: str) -> list[Node]:
    preceding = made.preceding
    return [
        ("cbc:CustomizationID", GUIDELINE),
        ("cbc:ID", made.number),
        ("cbc:IssueDate", made.issued_on.isoformat()),
        ("cbc:DueDate", _day(made.due_on)) if kind == "Invoice" else None,
        (f"cbc:{kind}TypeCode", made.type_code),
        *(("cbc:Note", note) for note in made.notes),
        ("cbc:DocumentCurrencyCode", made.currency),
        ("cac:InvoicePeriod", _period(made.first_day, made.last_day)),
        ("cac:BillingReference", [("cac:InvoiceDocumentReference", [
            ("cbc:ID", preceding.number), ("cbc:IssueDate", _day(preceding.issued_on)),
        ])]) if preceding else None,
    ]  # fmt: skip


def _period(first: date | None, last: date | None) -> list[Node]:
    return [("cbc:StartDate", _day(first)), ("cbc:EndDate", _day(last))]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _parties(made: Document) -> list[Node]:
    return [
        ("cac:AccountingSupplierParty", [_party(made.seller, made, is_seller=True)]),
        ("cac:AccountingCustomerParty", [_party(made.buyer, made, is_seller=False)]),
    ]


def _party(party: Party, made: Document, *, is_seller: bool) -> Node:
    vat_id = "" if made.is_outside else party.vat_id
    return ("cac:Party", [
        ("cac:PartyName", [("cbc:Name", party.name)]),
        ("cac:PostalAddress", [
            ("cbc:StreetName", party.street), ("cbc:CityName", party.city), ("cbc:PostalZone", party.postal_code),
            ("cac:Country", [("cbc:IdentificationCode", party.country)]),
        ]),
        _scheme("VAT", vat_id),
        _scheme("TAX", party.tax_number) if is_seller and not made.is_outside else None,
        ("cac:PartyLegalEntity", [
            ("cbc:RegistrationName", party.name), ("cbc:CompanyID", company_id(party) if is_seller else ""),
        ]),
        ("cac:Contact", [("cbc:ElectronicMail", party.email)]),
    ])  # fmt: skip


def _scheme(scheme: str, number_: str) -> Node:
    return ("cac:PartyTaxScheme", [
        ("cbc:CompanyID", number_), ("cac:TaxScheme", [("cbc:ID", scheme)]),
    ]) if number_ else None  # fmt: skip


def _payment(made: Document, kind: str) -> list[Node]:
    means = made.payment_means
    account = [("cbc:ID", made.iban)] if means == "30" else []
    return [
        ("cac:PaymentMeans", [
            ("cbc:PaymentMeansCode", means), ("cbc:PaymentID", made.number),
            ("cac:PayeeFinancialAccount", account),
        ]) if means else None,
        ("cac:PaymentTerms", [("cbc:Note", made.terms)]),
    ]  # fmt: skip


def _money(made: Document, name: str, minor: int) -> Node:
    return (name, made.amount(minor), {"currencyID": made.currency})


def _sums(made: Document) -> list[Node]:
    paid, rounding = made.paid_minor, made.rounding_minor
    return [
        ("cac:TaxTotal", [
            _money(made, "cbc:TaxAmount", made.tax_minor), *(_subtotal(made, tax) for tax in made.taxes),
        ]),
        ("cac:LegalMonetaryTotal", [
            _money(made, "cbc:LineExtensionAmount", made.net_minor),
            _money(made, "cbc:TaxExclusiveAmount", made.net_minor),
            _money(made, "cbc:TaxInclusiveAmount", made.gross_minor),
            _money(made, "cbc:PrepaidAmount", paid) if paid else None,
            _money(made, "cbc:PayableRoundingAmount", rounding) if rounding else None,
            _money(made, "cbc:PayableAmount", made.due_minor),
        ]),
    ]  # fmt: skip


def _subtotal(made: Document, tax: Tax) -> Node:
    return ("cac:TaxSubtotal", [
        _money(made, "cbc:TaxableAmount", tax.net_minor), _money(made, "cbc:TaxAmount", tax.tax_minor),
        ("cac:TaxCategory", [
            *_category(tax.category, tax.rate), ("cbc:TaxExemptionReasonCode", REASON_CODES.get(tax.category, "")),
            ("cbc:TaxExemptionReason", tax.why), ("cac:TaxScheme", [("cbc:ID", "VAT")]),
        ]),
    ])  # fmt: skip


def _category(category: str, rate: Decimal) -> list[Node]:
    return [("cbc:ID", category), ("cbc:Percent", "" if category == "O" else number(rate))]


def _line(made: Document, line: Line, kind: str) -> Node:
    quantity, unit = quantity_of(line)
    name = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    return (f"cac:{kind}Line", [
        ("cbc:ID", str(line.number)),
        (f"cbc:{name}", number(quantity), {"unitCode": unit}),
        _money(made, "cbc:LineExtensionAmount", line.net_minor),
        ("cac:InvoicePeriod", _period(line.first_day, line.last_day)),
        ("cac:Item", [
            ("cbc:Name", line.name),
            ("cac:ClassifiedTaxCategory", [
                *_category(line.category, line.rate), ("cac:TaxScheme", [("cbc:ID", "VAT")]),
            ]),
        ]),
        ("cac:Price", [
            _money(made, "cbc:PriceAmount", abs(line.net_minor)),
            ("cbc:BaseQuantity", number(abs(quantity)), {"unitCode": unit}),
        ]),
    ])  # fmt: skip
