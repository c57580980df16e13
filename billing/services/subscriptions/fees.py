"""What a month of a plan costs an account, with the tax that the tax table says: a service, not electricity."""

from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError

from billing.books.lines import Amount, amount
from billing.choices import BillingMode
from billing.models import Account, PlanVersion
from billing.pricing.rounding import half_up
from billing.services.invoicing.issuer import issuer_of
from billing.services.invoicing.items import buyer_of
from billing.services.ratings.payable import tax_code
from billing.tax.case import Case, Decision, Seller, Supply
from billing.tax.decision import decide

# Whose fee is asked for at all: cost centres are charged as they are for sessions.
SUBSCRIBING = (BillingMode.PREPAID, BillingMode.POSTPAID, BillingMode.INTERNAL)


@dataclass(frozen=True, slots=True)
class Fee:
    """An amount, and the tax decision behind it as an invoice keeps it."""

    amount: Amount
    decision: dict[str, Any]


def fee_of(account: Account, version: PlanVersion, day: date) -> Fee:
    """The fee of a month that begins on a day. Raises ValidationError where no tax rule fits."""
    decision = _decision(account, day)
    if decision.category is None:
        raise ValidationError(f"The tax of the fee is not known: {decision.question}.")
    tax_minor = half_up(Fraction(version.fee_minor) * Fraction(decision.rate) / 100)
    code = tax_code(decision.country, Fraction(decision.rate)) if tax_minor else ""
    told = asdict(decision) | {"rate": format(decision.rate, "f"), "category": decision.category.value}
    return Fee(amount(version.fee_minor, tax_minor, code), told | {"doubt": "", "position": 1})


def _decision(account: Account, day: date) -> Decision:
    issuer = issuer_of(account.organisation_id)
    if issuer is None:
        raise ValidationError("Nobody sells here yet: first write down who sells.")
    seller = Seller(issuer.country, issuer.is_small_business)
    return decide(Case(Supply.SERVICE, issuer.country, seller, buyer_of(account.party), day))
