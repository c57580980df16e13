"""What a visit's page tells: figures as text, the price line by line."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.choices import BillingMode, SpendingRule
from billing.models import Account, SpendingStop
from billing.pricing.exact import ratio
from billing.services.books.ledger import wallet_minor
from billing.services.ratings import words
from billing.services.ratings.evidence import zone_of
from billing.services.ratings.words import Line
from billing.services.vouchers.words import Paid, paid_of
from billing.tariffs.numbers import money_text, number_text
from chargers.models import Transaction
from cpms.core import clock
from cpms.drivers.models import Driver

from ..sessions import OwnSession, OwnStart
from ..visits import Visit

Shown = Visit | OwnSession | OwnStart
"""What the visit page can show."""

_CURVE_WIDTH, _CURVE_HEIGHT = 280, 48


@dataclass(frozen=True, slots=True)
class Told:
    """Texts; empty where there is nothing to say. Times are those of the site."""

    power: str
    energy: str
    cost: str
    lasted: str
    curve: str
    held: str
    paid: str
    how_paid: str
    stopped: str
    free_again: bool
    lines: list[Line]
    vouchers: list[Paid]
    rest: str
    notes: list[str]
    started_at: datetime | None
    ended_at: datetime | None
    zone: ZoneInfo


def visit(found: Shown) -> Told:
    """Everything a page of this visit may say."""
    session, rating = found.session, found.rating
    priced = rating if rating and rating.gross_minor is not None else None
    vouchers, rest = paid_of(rating)
    return Told(
        power=_power(found),
        energy=_energy(found),
        cost=money_text(priced.gross_minor or 0, priced.currency) if priced else "",
        lasted=_lasted(found),
        curve=_curve(found),
        held=money_text(found.held_minor, found.currency) if found.held_minor else "",
        paid=money_text(found.paid_minor, found.currency) if found.paid_minor else "",
        how_paid=how_paid(found.account),
        stopped=why_stopped(session),
        free_again=found.free_again,
        lines=words.lines(rating) if rating else [],
        vouchers=vouchers,
        rest=rest,
        notes=words.notes(rating) if rating else [],
        started_at=session.started_at if session else None,
        ended_at=session.ended_at if session else None,
        zone=_zone(found),
    )


@dataclass(frozen=True, slots=True)
class AccountTold:
    """An account in words: how it pays, and what is in its wallet ("" when it has none)."""

    mode: str
    balance: str


def account(driver: Driver) -> AccountTold:
    """The account of a driver at one operator."""
    its = driver.account
    mode = {
        BillingMode.PREPAID: _("Paid from your wallet"),
        BillingMode.POSTPAID: _("On invoice"),
        BillingMode.INTERNAL: _("Paid by your organisation"),
        BillingMode.FREE: _("Free of charge"),
    }.get(BillingMode(its.billing_mode), "")
    return AccountTold(mode, money_text(wallet_minor(its), its.currency) if its.has_wallet else "")


def _zone(found: Shown) -> ZoneInfo:
    return ZoneInfo(zone_of(found.station))


def how_paid(account: Account | None) -> str:
    """What becomes of the price of a session on an account, in a sentence; "" without one."""
    if account is None:
        return ""
    return {
        BillingMode.PREPAID: _("It is taken from your wallet."),
        BillingMode.POSTPAID: _("It comes with your next invoice."),
        BillingMode.INTERNAL: _("Your organisation pays it."),
        BillingMode.FREE: _("You do not have to pay it."),
    }.get(BillingMode(account.billing_mode), "")


def why_stopped(session: Transaction | None) -> str:
    """Why charging was stopped before the driver wanted that; "" when it was not."""
    stop = SpendingStop.objects.filter(transaction=session).first() if session else None
    if stop is None:
        return ""
    text = {
        SpendingRule.WALLET: _("Charging was stopped because your wallet is nearly empty."),
        SpendingRule.CREDIT: _("Charging was stopped because the account may owe no more."),
        SpendingRule.SESSION: _(
            "Charging was stopped because one session may not cost more on this account."
        ),
        SpendingRule.DAY: _("Charging was stopped because the account may spend no more today."),
        SpendingRule.MONTH: _("Charging was stopped because the account may spend no more this month."),
        SpendingRule.BUDGET: _("Charging was stopped because your budget for this month is used up."),
        SpendingRule.HOLD: _("Charging was stopped because the amount held on your card is nearly used up."),
    }[SpendingRule(stop.rule)]
    return f"{text} ({money_text(stop.left_minor, stop.currency)})"


def _power(found: Shown) -> str:
    newest = next((one.power_w for one in found.readings if one.power_w is not None), None)
    if found.session is None or not found.session.is_open or newest is None:
        return ""
    return f"{number_text(ratio(round(newest / 100), 10), 1)} kW"


def _energy(found: Shown) -> str:
    energy_wh = energy_wh_of(found)
    return "" if energy_wh is None else f"{number_text(ratio(round(energy_wh / 10), 100), 2)} kWh"


def energy_wh_of(found: Shown) -> int | None:
    """Of the price, so that both always agree; before there is one, what the station said."""
    if found.rating is not None and found.rating.energy_wh is not None:
        return found.rating.energy_wh
    return found.session.energy_wh if found.session is not None else None


def _lasted(found: Shown) -> str:
    if found.session is None:
        return ""
    seconds = ((found.session.ended_at or clock.now()) - found.session.started_at).total_seconds()
    hours, minutes = divmod(max(0, int(seconds // 60)), 60)
    if not hours:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def _curve(found: Shown) -> str:
    """The power of the newest readings as the points of an SVG line, oldest first; empty below three readings."""
    values = [one.power_w for one in reversed(found.readings) if one.power_w is not None]
    if len(values) < 3:
        return ""
    top, step = max([*values, 1]), _CURVE_WIDTH / (len(values) - 1)
    heights = (_CURVE_HEIGHT - 2 - (_CURVE_HEIGHT - 4) * max(0, value) / top for value in values)
    return " ".join(f"{n * step:.1f},{y:.1f}" for n, y in enumerate(heights))
