"""Why a share is so much, in words: for the page, the document and the API alike. In the active language."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from billing.books.sharing import Bearer
from billing.models import Settlement
from billing.pricing.exact import ratio
from billing.pricing.rounding import minor_decimals
from billing.tariffs.numbers import money_text, number_text, price_text


@dataclass(frozen=True, slots=True)
class Reason:
    """A component: what it is, how it comes about, exactly, and rounded to minor units."""

    title: str
    text: str
    exact: str
    minor: int


def reasons(settlement: Settlement) -> list[Reason]:
    """The components of a share; their `minor` add up to its net."""
    return [
        Reason(*_WORDS[part["what"]](settlement), _exact(part["exact"], settlement.currency), part["minor"])
        for part in settlement.components
    ]


def _exact(text: str, currency: str) -> str:
    return price_text(Fraction(Decimal(text)) / 10 ** minor_decimals(currency), currency)


def _number(text: str) -> str:
    return number_text(Fraction(Decimal(text)))


def _revenue(made: Settlement) -> tuple[str, str]:
    told = {
        "percent": _number(made.terms["percent"]),
        "net": money_text(made.taken["net_minor"], made.currency),
    }
    return _("Share of the revenue"), _("%(percent)s %% of %(net)s, the prices without tax") % told


def _card_fees(made: Settlement) -> tuple[str, str]:
    terms, taken = made.terms, made.taken
    told = {
        "percent": _number(terms["card_fee_percent"]),
        "paid": money_text(taken["card_minor"], made.currency),
        "payments": taken["card_payments"],
        "each": money_text(terms["card_fee_minor"], made.currency),
        "part": _number(terms["percent"]),
    }
    if terms["bearer"] == Bearer.SHARED:
        text = (
            _("%(part)s %% of: %(percent)s %% of %(paid)s, and %(payments)s card payments at %(each)s") % told
        )
    else:
        text = _("%(percent)s %% of %(paid)s, and %(payments)s card payments at %(each)s") % told
    return _("Fees of card payments"), text


def _energy(made: Settlement) -> tuple[str, str]:
    price = Fraction(Decimal(made.terms["per_kwh_minor"])) / 10 ** minor_decimals(made.currency)
    told = {
        "energy": number_text(ratio(made.taken["energy_wh"], 1000), 3),
        "price": price_text(price, made.currency),
    }
    return _("Share by energy"), _("%(energy)s kWh at %(price)s") % told


def _fee(made: Settlement) -> tuple[str, str]:
    told = made.span | {"fee": money_text(made.terms["monthly_fee_minor"], made.currency)}
    return _("Monthly fee"), _("%(fee)s for %(days)s of %(of)s days") % told


_WORDS = {"revenue": _revenue, "card_fees": _card_fees, "energy": _energy, "fee": _fee}
