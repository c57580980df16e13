"""Whether an account may pay for a session, and in which words it may not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.utils.translation import gettext as _

from billing.choices import BillingMode, RatingState
from billing.models import Account, Rating
from billing.services.dunning.blocking import is_blocked
from billing.services.ratings.evidence import zone_of
from billing.services.ratings.quotes import Asked, Refused, quote
from billing.services.spending.limits import Left, spending_left
from billing.services.vouchers.giving import credit_left
from billing.tariffs.numbers import money_text
from chargers.choices import OPEN_STATES, TagStatus
from chargers.models import ChargingStation, Evse
from cpms.core import clock

from ..models import Driver

# An account must be good for at least this much, so that nobody plugs in for nothing.
ENOUGH_WH: Final = 5000
# At this power, where nobody said what the charger gives.
_USUAL_POWER_W: Final = 11_000
_PAYING = (BillingMode.PREPAID, BillingMode.POSTPAID, BillingMode.INTERNAL, BillingMode.FREE)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account is good for at a place. Amounts are minor units of `currency`.

    `left` is the tightest limit less what running sessions cost so far, None without a limit; `needed_minor` the price
    of `ENOUGH_WH` there. `why` says why the account cannot pay, and is empty when it can.
    """

    currency: str
    left: Left | None
    needed_minor: int
    why: str

    @property
    def may(self) -> bool:
        """Whether a session may begin."""
        return not self.why

    @property
    def left_text(self) -> str:
        """`12.40 EUR`, "" without a limit."""
        return money_text(self.left.minor, self.currency) if self.left else ""


def standing_at(driver: Driver, evse: Evse) -> Standing:
    """Whether the driver's account can pay for a session at the EVSE now."""
    account, needed = driver.account, _price(driver, evse)
    left = left_of(account, driver, evse.station)
    why = _closed(driver) or _priceless(account, needed) or _short(left, needed, account.currency)
    return Standing(account.currency, left, needed[0] if needed else 0, why)


def left_of(account: Account, driver: Driver, station: ChargingStation) -> Left | None:
    """What may still be spent, with what runs now taken off; None without a limit."""
    vouchers_minor = credit_left(account, station.site_id, clock.now())
    left = spending_left(account, _midnight(station), driver.user, vouchers_minor=vouchers_minor)
    return Left(max(0, left.minor - _running_minor(account)), left.rule) if left else None


def _midnight(station: ChargingStation) -> datetime:
    local = clock.now().astimezone(ZoneInfo(zone_of(station)))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _running_minor(account: Account) -> int:
    """What the account's open sessions cost so far."""
    rows = Rating.objects.filter(
        account=account, state=RatingState.ESTIMATE, transaction__state__in=OPEN_STATES
    )
    return max(0, rows.aggregate(sum=Sum("gross_minor"))["sum"] or 0)


def _price(driver: Driver, evse: Evse) -> tuple[int, str] | None:
    """The price of a small session and its currency; None where no tariff says."""
    tag = driver.app_tag
    power_w = max((one.max_power_w or 0 for one in evse.connectors.all()), default=0) or _USUAL_POWER_W
    asked = Asked(
        evse.station, evse.number, tag.group if tag else None, clock.now(), ENOUGH_WH, power_w=power_w,
        account=driver.account,
    )  # fmt: skip
    try:
        price = quote(asked)
    except Refused:
        return None
    return None if price.gross_minor is None else (max(0, price.gross_minor), price.currency)


def _closed(driver: Driver) -> str:
    if driver.account.is_closed or driver.account.billing_mode not in _PAYING:
        return _("This account is closed for charging. Ask the operator.")
    if driver.app_tag is None or driver.app_tag.status == TagStatus.BLOCKED:
        return _("The operator has blocked charging with your account. Ask the operator.")
    if is_blocked(driver.account):
        return _(
            "Your account has an invoice that is long overdue. You can charge again as soon as it is paid."
        )
    return ""


def _priceless(account: Account, needed: tuple[int, str] | None) -> str:
    if needed is None:
        return _("There is no price for you at this charger, so it cannot be started.")
    if needed[1] != account.currency:
        texts = {"mine": account.currency, "theirs": needed[1]}
        return _("Your account is in %(mine)s, the price here in %(theirs)s.") % texts
    return ""


def _short(left: Left | None, needed: tuple[int, str] | None, currency: str) -> str:
    if left is None or needed is None or left.minor >= needed[0]:
        return ""
    texts = {"left": money_text(left.minor, currency), "needed": money_text(needed[0], currency)}
    if left.rule == "wallet":
        return _("Your wallet has %(left)s. At least %(needed)s are needed here, the price of 5 kWh.") % texts
    return (
        _("Your account may spend %(left)s more. At least %(needed)s are needed here, the price of 5 kWh.")
        % texts
    )
