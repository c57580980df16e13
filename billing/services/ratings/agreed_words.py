"""The words of what an account has agreed beside the tariff, in the active language."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from billing.pricing.exact import exact, ratio
from billing.tariffs.numbers import figure_text, number_text, price_text

from . import agreed

Sentence = Callable[[Fraction], str]


def merged(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of one reason as one, each with the sums of its quantity and amount: the engine has one for each period."""
    whole: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        first = whole.setdefault(
            (line["line"], line["reason"]), {**line, "amount": Fraction(), "quantity": Fraction()}
        )
        first["amount"] += Fraction(line["amount"])
        first["quantity"] += Fraction(line["quantity"] or 0)
    return list(whole.values())


def sentences(told: dict[str, Any] | None) -> dict[str, Sentence]:
    """By the engine's reason, what a line with so much of it is called."""
    return dict(_sentences(told)) if told else {}


def _sentences(told: dict[str, Any]) -> Iterator[tuple[str, Sentence]]:
    for grant in told["grants"]:
        yield agreed.included(grant["name"], grant["granted_wh"]), _included(grant)
    for name in told["free_starts"]:
        yield agreed.free_start(name), _fixed(_("Free start with %(name)s") % {"name": name})
    for one in told["rebates"]:
        amount = exact(one["per_kwh"]) or 0
        words = {"amount": price_text(amount, one["currency"]), "name": one["name"]}
        text = _("%(amount)s off each kWh with %(name)s") % words
        yield agreed.rebate(one["name"], amount, one["currency"]), _fixed(text)
    for one in told["percents"]:
        off = exact(one["percent"]) or 0
        text = _("%(off)s %% off with %(name)s") % {"off": number_text(off), "name": one["name"]}
        yield agreed.percent(one["name"], off), _fixed(text)


def _included(grant: dict[str, Any]) -> Sentence:
    granted = number_text(ratio(grant["granted_wh"], 1000))
    return lambda used: _("%(used)s of the %(granted)s kWh included in %(name)s") % {
        "used": figure_text(used / 1000, 3), "granted": granted, "name": grant["name"],
    }  # fmt: skip


def _fixed(text: str) -> Sentence:
    return lambda used: text
