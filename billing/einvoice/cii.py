"""UN/CEFACT Cross Industry Invoice by CEN/TS 16931-3-3: the file inside a Factur-X PDF, profile EN 16931."""

from datetime import date

from .model import GUIDELINE, REASON_CODES, Document, Line, Party, Tax, company_id, number, quantity_of
from .tree import Node, document

_STANDARD = "urn:un:unece:uncefact:data:standard:{}:100"
_NAMESPACES: dict[str | None, str] = {
    "rsm": _STANDARD.format("CrossIndustryInvoice"),
    "ram": _STANDARD.format("ReusableAggregateBusinessInformationEntity"),
    "udt": _STANDARD.format("UnqualifiedDataType"),
    "qdt": _STANDARD.format("QualifiedDataType"),
}
# UNTDID 2379: the form CCYYMMDD.
_DAY = {"format": "102"}


def cii(made: Document) -> bytes:
    """The document as CrossIndustryInvoice."""
    return document("rsm:CrossIndustryInvoice", _NAMESPACES, [
        ("rsm:ExchangedDocumentContext", [
            ("ram:GuidelineSpecifiedDocumentContextParameter", [("ram:ID", GUIDELINE)]),
        ]),
        ("rsm:ExchangedDocument", [
            ("ram:ID", made.number), ("ram:TypeCode", made.type_code), ("ram:IssueDateTime", [_day(made.issued_on)]),
            *(("ram:IncludedNote", [("ram:Content", note)]) for note in made.notes),
        ]),
        ("rsm:SupplyChainTradeTransaction", [
            *(_line(made, line) for line in made.lines), _agreement(made), _delivery(made), _settlement(made),
        ]),
    ])  # fmt: skip


def _day(day: date | None, name: str = "udt:DateTimeString") -> Node:
    return (name, day.strftime("%Y%m%d"), _DAY) if day else None


def _line(made: Document, line: Line) -> Node:
    quantity, unit = quantity_of(line)
    return ("ram:IncludedSupplyChainTradeLineItem", [
        ("ram:AssociatedDocumentLineDocument", [("ram:LineID", str(line.number))]),
        ("ram:SpecifiedTradeProduct", [("ram:Name", line.name)]),
        ("ram:SpecifiedLineTradeAgreement", [("ram:NetPriceProductTradePrice", [
            ("ram:ChargeAmount", made.amount(abs(line.net_minor))),
            ("ram:BasisQuantity", number(abs(quantity)), {"unitCode": unit}),
        ])]),
        ("ram:SpecifiedLineTradeDelivery", [("ram:BilledQuantity", number(quantity), {"unitCode": unit})]),
        ("ram:SpecifiedLineTradeSettlement", [
            ("ram:ApplicableTradeTax", [
                ("ram:TypeCode", "VAT"), ("ram:CategoryCode", line.category),
                ("ram:RateApplicablePercent", "" if line.category == "O" else number(line.rate)),
            ]),
            _period(line.first_day, line.last_day),
            ("ram:SpecifiedTradeSettlementLineMonetarySummation", [
                ("ram:LineTotalAmount", made.amount(line.net_minor)),
            ]),
        ]),
    ])  # fmt: skip


def _period(first: date | None, last: date | None) -> Node:
    return ("ram:BillingSpecifiedPeriod", [
        ("ram:StartDateTime", [_day(first)]), ("ram:EndDateTime", [_day(last)]),
    ])  # fmt: skip


def _agreement(made: Document) -> Node:
    return ("ram:ApplicableHeaderTradeAgreement", [
        ("ram:SellerTradeParty", _party(made.seller, made, is_seller=True)),
        ("ram:BuyerTradeParty", _party(made.buyer, made, is_seller=False)),
    ])  # fmt: skip


def _party(party: Party, made: Document, *, is_seller: bool) -> list[Node]:
    numbers = [("VA", party.vat_id), ("FC", party.tax_number if is_seller else "")]
    return [
        ("ram:Name", party.name),
        ("ram:SpecifiedLegalOrganization", [("ram:ID", company_id(party) if is_seller else "")]),
        ("ram:DefinedTradeContact", [
            ("ram:EmailURIUniversalCommunication", [("ram:URIID", party.email)]),
        ]),
        ("ram:PostalTradeAddress", [
            ("ram:PostcodeCode", party.postal_code), ("ram:LineOne", party.street), ("ram:CityName", party.city),
            ("ram:CountryID", party.country),
        ]),
        *(
            ("ram:SpecifiedTaxRegistration", [("ram:ID", text, {"schemeID": scheme})])
            for scheme, text in numbers if not made.is_outside
        ),
    ]  # fmt: skip


def _delivery(made: Document) -> Node:
    return ("ram:ApplicableHeaderTradeDelivery", [
        ("ram:ActualDeliverySupplyChainEvent", [("ram:OccurrenceDateTime", [_day(made.last_day)])]),
    ])  # fmt: skip


def _settlement(made: Document) -> Node:
    means = made.payment_means
    account: list[Node] = [("ram:IBANID", made.iban)] if means == "30" else []
    preceding = made.preceding
    return ("ram:ApplicableHeaderTradeSettlement", [
        ("ram:PaymentReference", made.number if means else ""),
        ("ram:InvoiceCurrencyCode", made.currency),
        ("ram:SpecifiedTradeSettlementPaymentMeans", [
            ("ram:TypeCode", means), ("ram:PayeePartyCreditorFinancialAccount", account),
        ]),
        *(_tax(made, tax) for tax in made.taxes),
        _period(made.first_day, made.last_day),
        ("ram:SpecifiedTradePaymentTerms", [
            ("ram:Description", made.terms), ("ram:DueDateDateTime", [_day(made.due_on)]),
        ]),
        _sums(made),
        ("ram:InvoiceReferencedDocument", [
            ("ram:IssuerAssignedID", preceding.number),
            ("ram:FormattedIssueDateTime", [_day(preceding.issued_on, "qdt:DateTimeString")]),
        ]) if preceding else None,
    ])  # fmt: skip


def _tax(made: Document, tax: Tax) -> Node:
    return ("ram:ApplicableTradeTax", [
        ("ram:CalculatedAmount", made.amount(tax.tax_minor)), ("ram:TypeCode", "VAT"),
        ("ram:ExemptionReason", tax.why), ("ram:BasisAmount", made.amount(tax.net_minor)),
        ("ram:CategoryCode", tax.category), ("ram:ExemptionReasonCode", REASON_CODES.get(tax.category, "")),
        ("ram:RateApplicablePercent", "" if tax.category == "O" else number(tax.rate)),
    ])  # fmt: skip


def _sums(made: Document) -> Node:
    paid, rounding = made.paid_minor, made.rounding_minor
    return ("ram:SpecifiedTradeSettlementHeaderMonetarySummation", [
        ("ram:LineTotalAmount", made.amount(made.net_minor)),
        ("ram:TaxBasisTotalAmount", made.amount(made.net_minor)),
        ("ram:TaxTotalAmount", made.amount(made.tax_minor), {"currencyID": made.currency}),
        ("ram:RoundingAmount", made.amount(rounding) if rounding else ""),
        ("ram:GrandTotalAmount", made.amount(made.gross_minor)),
        ("ram:TotalPrepaidAmount", made.amount(paid) if paid else ""),
        ("ram:DuePayableAmount", made.amount(made.due_minor)),
    ])  # fmt: skip
