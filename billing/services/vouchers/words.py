"""Vouchers in words, in the active language: what they give and where, what is left, why one was not redeemed."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.choices import VoucherKind
from billing.models import Rating, VoucherCampaign, VoucherRedemption
from billing.pricing.exact import ratio
from billing.tariffs.numbers import figure_text, money_text, number_text

from .giving import credit_paying
from .redeeming import Why

_WHY: Final = {
    Why.UNKNOWN: gettext_lazy("There is no voucher with this code. Look at each letter again."),
    Why.NOT_YET: gettext_lazy("This voucher cannot be redeemed yet."),
    Why.OVER: gettext_lazy("This voucher can no longer be redeemed."),
    Why.STOPPED: gettext_lazy("This voucher can no longer be redeemed."),
    Why.USED_UP: gettext_lazy("This voucher was redeemed as often as it can be."),
    Why.HAD_IT: gettext_lazy("You have redeemed this voucher already."),
    Why.CURRENCY: gettext_lazy("This voucher is in another currency than your account."),
    Why.ACCOUNT: gettext_lazy("This account cannot redeem vouchers."),
}


def why_not(why: Why) -> str:
    """Why a code was not redeemed, for who typed it."""
    return str(_WHY[why])


def gives_text(campaign: VoucherCampaign) -> str:
    """`5.00 EUR for charging`, `10 kWh free of charge`, `10 % off what a session costs`."""
    if campaign.kind == VoucherKind.CREDIT:
        return _("%(amount)s for charging") % {"amount": money_text(campaign.amount_minor, campaign.currency)}
    if campaign.kind == VoucherKind.ENERGY:
        return _("%(energy)s kWh free of charge") % {"energy": number_text(ratio(campaign.energy_wh, 1000))}
    return _("%(off)s %% off what a session costs") % {"off": number_text(Fraction(campaign.percent))}


def left_text(redemption: VoucherRedemption) -> str:
    """`2.02 EUR of 5.00 EUR`, `3.5 of 10 kWh`; of a percentage, what it gives."""
    campaign, grant = redemption.campaign, redemption.grant
    if redemption.granted_minor is not None:
        left = money_text(redemption.left_minor, redemption.currency)
        return _("%(left)s of %(whole)s") % {
            "left": left, "whole": money_text(redemption.granted_minor, redemption.currency),
        }  # fmt: skip
    if grant is not None:
        words = {
            "left": figure_text(ratio(grant.left_wh, 1000), 1),
            "granted": number_text(ratio(grant.granted_wh, 1000)),
        }
        return _("%(left)s of %(granted)s kWh") % words
    return gives_text(campaign)


def where_text(campaign: VoucherCampaign) -> str:
    """At which sites it holds; "" for everywhere."""
    names = [site.name for site in campaign.sites.all()]
    return _("Only at: %(places)s") % {"places": ", ".join(names)} if names else ""


@dataclass(frozen=True, slots=True)
class Paid:
    """What a voucher pays of a session: its name, `5.00 EUR`."""

    name: str
    amount: str


def paid_of(rating: Rating | None) -> tuple[list[Paid], str]:
    """What each voucher pays of a price, and what is left to pay then; "" where none pays anything."""
    if rating is None or rating.gross_minor is None:
        return [], ""
    paying = credit_paying(rating)
    rest = rating.gross_minor - sum(minor for _row, minor in paying)
    paid = [Paid(row.campaign.name, money_text(minor, rating.currency)) for row, minor in paying]
    return paid, money_text(rest, rating.currency) if paying else ""
