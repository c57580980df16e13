"""A plan in words, in the active language: what it costs, what it gives, when it can end."""

from collections.abc import Iterator
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import PlanVersion
from billing.pricing.exact import ratio
from billing.tariffs.numbers import money_text, number_text, price_text


def fee_text(version: PlanVersion, gross_minor: int | None = None) -> str:
    """`11.90 EUR a month`; without the price with tax, `10.00 EUR a month without tax`."""
    if gross_minor is None:
        return _("%(fee)s a month without tax") % {"fee": money_text(version.fee_minor, version.currency)}
    return _("%(fee)s a month") % {"fee": money_text(gross_minor, version.currency)}


def gives(version: PlanVersion) -> list[str]:
    """What subscribers get, a sentence each."""
    return list(_gives(version))


def _gives(version: PlanVersion) -> Iterator[str]:
    if version.included_wh:
        energy = number_text(ratio(version.included_wh, 1000))
        yield _("%(energy)s kWh included every month; what is left over does not carry on.") % {
            "energy": energy
        }
    if version.rebate_per_kwh:
        amount = price_text(Fraction(version.rebate_per_kwh), version.currency)
        yield _("%(amount)s off each kWh that is not included.") % {"amount": amount}
    if version.percent:
        yield _("%(off)s %% off what a session costs.") % {"off": number_text(Fraction(version.percent))}
    if version.has_free_start:
        yield _("No fee for starting a session.")
    if version.group is not None:
        yield _("Special prices at many chargers.")


def terms_text(version: PlanVersion) -> str:
    """How long it lasts at least and how it ends, in a sentence or two."""
    least = ngettext(
        "It lasts at least %(count)s month.", "It lasts at least %(count)s months.", version.minimum_months
    ) % {"count": version.minimum_months}
    if not version.notice_days:
        return least + " " + _("You can cancel it until the end of each month of yours.")
    notice = ngettext(
        "You can cancel it with %(count)s day of notice to the end of a month of yours.",
        "You can cancel it with %(count)s days of notice to the end of a month of yours.",
        version.notice_days,
    )
    return f"{least} {notice % {'count': version.notice_days}}"
