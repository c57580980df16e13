"""The semantic model of EN 16931, as far as charging needs it. Names are ours, numbers those of the norm (BT, BG).

Amounts are whole minor units of a currency with at most two decimals (BR-DEC); positive in invoices and credit notes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.pricing.rounding import minor_decimals

GUIDELINE = "urn:cen.eu:en16931:2017"
INVOICE, CREDIT_NOTE = "380", "381"
CREDIT_TRANSFER, BANK_CARD = "30", "48"
# VATEX code list: why a category has no tax. An exemption has only its text.
REASON_CODES = {"AE": "VATEX-EU-AE", "O": "VATEX-EU-O"}
_REASONS = {"E": "Exempt from tax", "AE": "Reverse charge", "O": "Not subject to VAT"}


class Unfit(ValueError):
    """A document that EN 16931 cannot express; the text says why."""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller (BG-4) or buyer (BG-7). `country` is ISO 3166-1."""

    name: str
    country: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    vat_id: str = ""
    tax_number: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An invoice line (BG-25). Its price is that of the whole quantity, which is its base quantity too (BT-149)."""

    number: int
    name: str
    quantity: Decimal
    unit: str
    net_minor: int
    category: str
    rate: Decimal
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Tax:
    """A rate of the VAT breakdown (BG-23)."""

    category: str
    rate: Decimal
    net_minor: int
    tax_minor: int
    reason: str = ""

    @property
    def why(self) -> str:
        """The exemption reason (BT-120); "" for taxed lines."""
        return self.reason or _REASONS.get(self.category, "")


@dataclass(frozen=True, slots=True)
class Preceding:
    """The invoice that a credit note is about (BG-3)."""

    number: str
    issued_on: date | None


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit note. `rounding_minor` is BT-114, `paid_minor` BT-113."""

    type_code: str
    number: str
    issued_on: date
    due_on: date | None
    currency: str
    seller: Party
    buyer: Party
    first_day: date
    last_day: date
    lines: tuple[Line, ...]
    taxes: tuple[Tax, ...]
    rounding_minor: int
    paid_minor: int
    notes: tuple[str, ...] = ()
    terms: str = ""
    iban: str = ""
    is_card: bool = False
    preceding: Preceding | None = None

    def __post_init__(self) -> None:
        check(self)

    @property
    def net_minor(self) -> int:
        """Sum of line nets (BT-106, BT-109)."""
        return sum(line.net_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        """All tax (BT-110)."""
        return sum(tax.tax_minor for tax in self.taxes)

    @property
    def gross_minor(self) -> int:
        """Total with tax (BT-112)."""
        return self.net_minor + self.tax_minor

    @property
    def due_minor(self) -> int:
        """Amount due (BT-115)."""
        return self.gross_minor - self.paid_minor + self.rounding_minor

    @property
    def is_outside(self) -> bool:
        """Whether nothing of it is subject to VAT: then nobody's VAT id may be on it (BR-O-02)."""
        return any(tax.category == "O" for tax in self.taxes)

    @property
    def payment_means(self) -> str:
        """UNTDID 4461 (BT-81); "" where it is said in words only."""
        if self.is_card:
            return BANK_CARD
        return CREDIT_TRANSFER if self.iban and self.due_minor > 0 else ""

    def amount(self, minor: int) -> str:
        """Minor units as decimal text."""
        return format(Decimal(minor).scaleb(-minor_decimals(self.currency)), "f")


def check(document: Document) -> None:
    """Raises `Unfit` naming what the norm cannot take."""
    if minor_decimals(document.currency) > 2:
        raise Unfit(f"amounts of {document.currency} have more than two decimals (BR-DEC)")
    if not document.lines:
        raise Unfit("a document has at least one line (BR-16)")
    categories = {line.category for line in document.lines}
    if "O" in categories and len(categories) > 1:
        raise Unfit("what is not subject to VAT needs a document of its own (BR-O-11)")
    for category in categories & {"S", "Z", "E", "AE"}:
        if not (document.seller.vat_id or (document.seller.tax_number and category != "AE")):
            raise Unfit(f"the seller needs a VAT id for category {category}")
    if "AE" in categories and not document.buyer.vat_id:
        raise Unfit("the buyer needs a VAT id for a reverse charge (BR-AE-02)")


def number(value: Decimal) -> str:
    """A quantity or rate without exponent and trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity_of(line: Line) -> tuple[Decimal, str]:
    """Quantity and unit with the sign of the amount, for prices may not be negative (BR-27)."""
    size, unit = (abs(line.quantity), line.unit) if line.quantity else (Decimal(1), "C62")
    return (-size if line.net_minor < 0 else size), unit


def company_id(party: Party) -> str:
    """What identifies a party where its VAT id may not (BT-30, BR-CO-26)."""
    return party.tax_number or party.vat_id


def texts(values: Sequence[str]) -> list[str]:
    """Those that say something, without the characters that XML cannot have."""
    cleaned = ("".join(letter for letter in text if _is_xml(letter)) for text in values)
    return [text for text in cleaned if text.strip()]


def _is_xml(letter: str) -> bool:
    """XML 1.0 §2.2."""
    code = ord(letter)
    return letter in "\t\n" or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF
