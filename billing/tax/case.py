"""What a tax decision is made from, and what it says."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from .vat_ids import NO_PROOF, Proof


class Supply(StrEnum):
    """What is supplied. The idle fee of a session is part of its supply of electricity."""

    ELECTRICITY = "electricity"
    SERVICE = "service"
    PARKING = "parking"


class Customer(StrEnum):
    """Who buys: a taxable dealer buys electricity to sell it on (Directive 2006/112/EC art. 38(2))."""

    CONSUMER = "consumer"
    BUSINESS = "business"
    DEALER = "dealer"


class Category(StrEnum):
    """Tax categories of EN 16931 (UNCL 5305) that a decision can come to."""

    STANDARD = "S"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells: where it is established, and in which other countries it has a VAT registration."""

    country: str
    is_small_business: bool = False
    registered_in: frozenset[str] = frozenset()

    def may_charge_in(self, country: str) -> bool:
        """Whether it can owe the tax of that country itself."""
        return country == self.country or country in self.registered_in


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: kind, ISO 3166-1 of the seat ("" unknown), and the proof of the VAT id, if there is one."""

    kind: Customer
    country: str = ""
    proof: Proof = NO_PROOF

    @property
    def is_taxable(self) -> bool:
        """Whether it trades."""
        return self.kind is not Customer.CONSUMER


@dataclass(frozen=True, slots=True)
class Case:
    """One supply: `place` is where the energy is taken or the property stands (ISO 3166-1), `day` when."""

    supply: Supply
    place: str
    seller: Seller
    buyer: Buyer
    day: date


@dataclass(frozen=True, slots=True)
class Decision:
    """The tax of a case. `rule` names the row of the table, `basis` its law; `text` goes onto the invoice.

    An open decision has no category: `question` says what has to be found out before an invoice can be written.
    """

    rule: str
    basis: str
    country: str
    category: Category | None
    rate: Decimal = Decimal(0)
    text: str = ""
    question: str = ""
    evidence: dict[str, str] = field(default_factory=dict)
