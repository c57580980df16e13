"""The demo's driver: a wallet filled at the fake provider, a card, a car, a plan, a voucher, past sessions."""

from typing import Any, Final

from django.conf import settings

from billing.demo.companies import idle_tags, sessions_price
from billing.demo.prices import PRICED
from billing.demo.vouchers import WELCOME
from billing.models import Account, PaymentIntent, PlanVersion, SessionCharge
from billing.services.invoicing.run import session_invoice
from billing.services.payments.calls import payment_drive
from billing.services.payments.opening import Means, top_up
from billing.services.payments.refunds import refund_open
from billing.services.ratings.payers import tag_pay_from
from billing.services.subscriptions.subscribing import subscribe
from billing.services.vouchers.redeeming import voucher_redeem
from chargers.models import ChargingStation
from chargers.simulator.demo.cast import DRIVER_EMAIL
from cpms.accounts.models import Organisation, User
from cpms.core.actors import Actor

from .models import Driver, Vehicle
from .services.joining import actor_of, driver_join
from .services.person import vehicle_add

_BACK_MINOR: Final = 1000
# What a driver of each country fills a wallet with.
_TOP_UP_MINOR: Final = {"USD": 35_000, "DKK": 250_000}
_CAR: Final[dict[str, Any]] = {
    "name": "Blue hatchback", "battery_wh": 58_000, "plug": "ccs", "max_ac_w": 11_000, "max_dc_w": 120_000,
}  # fmt: skip


def seed_drivers() -> int:
    """Make what is not there yet; how many drivers there are. Call it outside a transaction."""
    user = User.objects.filter(email=DRIVER_EMAIL).first()
    if settings.FAKE_PAYMENTS and user is not None:
        for priced in PRICED:
            organisation = Organisation.objects.filter(name=priced.organisation).first()
            if organisation and not Driver.objects.filter(organisation=organisation, user=user).exists():
                _driver(user, organisation)
        if not Vehicle.objects.filter(user=user).exists():
            vehicle_add(user, **_CAR)
    return Driver.objects.count()


def _driver(user: User, organisation: Organisation) -> None:
    """A wallet that is filled before its sessions are paid from it, and some of it given back."""
    station = ChargingStation.objects.filter(organisation=organisation).exclude(site=None).order_by("pk")[0]
    version = PlanVersion.objects.filter(plan__organisation=organisation).earliest("pk")
    account = driver_join(user, station, version.currency).account
    payment = top_up(account, _TOP_UP_MINOR[account.currency], Means(method_ref="fake_visa"), actor_of(user))
    payment_drive(payment.pk)
    _given_back(payment)
    _used(user, account, organisation)
    subscribe(account, version, actor_of(user))
    voucher_redeem(account, WELCOME, actor_of(user))


def _given_back(payment: PaymentIntent) -> None:
    payment.refresh_from_db()
    if payment.refundable_minor >= _BACK_MINOR:
        refund_open(payment, _BACK_MINOR, "topped up too much", Actor("demo"))
        payment_drive(payment.pk)


def _used(user: User, account: Account, organisation: Organisation) -> None:
    tags = idle_tags(organisation, 1)
    for tag in tags:
        tag_pay_from(tag, account, actor_of(user), member=user)
    sessions_price(tags)
    for charge in SessionCharge.objects.filter(account=account).order_by("ended_at"):
        session_invoice(charge)
