"""New payments: for a session at an EVSE, for a wallet, for an invoice. A row first; the provider is asked later."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from billing.choices import BillingMode, InvoiceState, PaymentPurpose, PaymentWish
from billing.models import Account, Invoice, PaymentIntent, PaymentMethod
from billing.providers import NoProvider, current
from chargers.models import ChargingStation, IdTag
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor

from ..accounts.guests import guest_account
from ..tariffs.choice import tariff_choose

# With it begins what a station is told to charge for; OCPP 1.6 takes twenty characters.
UID_PREFIX = "PAY"
_LONGEST_REF = 120
_UID_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"


class PaymentRefused(Exception):
    """Nothing was asked of a provider; the text is for people."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the payer pays with. `method` is a stored one; `method_ref` the provider's name of another.

    With neither, the payer enters a card in the provider's own form. `off_session`: the payer is not there.
    `locale` is the language of a payer of whom nothing else is known. `back` makes, of the payment's public id, the
    address that he comes back to from the provider's pages.
    """

    method: PaymentMethod | None = None
    method_ref: str = ""
    off_session: bool = False
    keeps_card: bool = False
    email: str = ""
    locale: str = ""
    back: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class HoldAmount:
    """What is held before a session, in minor units."""

    minor: int
    currency: str


def hold_amount(station: ChargingStation, evse_no: int, id_tag: IdTag | None = None) -> HoldAmount:
    """What the tariff wants held, else the setting. Raises `PaymentRefused` where no tariff has a price."""
    version = tariff_choose(station, evse_no, id_tag, clock.now()).version
    if version is None:
        raise PaymentRefused("there is no price for this charger, so it cannot be paid for here")
    return HoldAmount(version.preauthorise_minor or settings.PAYMENT_HOLD_MINOR, version.currency)


def session_pay(
    station: ChargingStation, evse_no: int, means: Means, actor: Actor, *,
    account: Account | None = None, amount: HoldAmount | None = None,
) -> PaymentIntent:  # fmt: skip
    """Hold an amount, then start charging; without an account for a guest. The hold ends at once if no start comes.

    `amount` is by default what `hold_amount` says. Raises `PaymentRefused`.
    """
    amount = amount or hold_amount(station, evse_no)
    account = account or guest_account(station.organisation, amount.currency)
    if account.has_wallet:
        raise PaymentRefused(f"sessions of {account.name} are paid from its wallet: top it up")
    return _open(
        station.organisation, PaymentPurpose.SESSION, amount, account, means, actor,
        station=station, evse_no=evse_no, uid=_uid(),
    )  # fmt: skip


def top_up(account: Account, minor: int, means: Means, actor: Actor) -> PaymentIntent:
    """Put money into a wallet. Raises `PaymentRefused`."""
    if account.billing_mode != BillingMode.PREPAID:
        raise PaymentRefused(f"{account.name} has no wallet")
    amount = HoldAmount(minor, account.currency)
    return _open(account.organisation, PaymentPurpose.TOP_UP, amount, account, means, actor)


def invoice_pay(invoice: Invoice, means: Means, actor: Actor, minor: int | None = None) -> PaymentIntent:
    """Pay an issued invoice, or `minor` where only so much of it is open. Raises `PaymentRefused`."""
    payable = invoice.payable_minor or 0
    wanted = payable if minor is None else minor
    if invoice.state != InvoiceState.ISSUED or not 0 < wanted <= payable:
        raise PaymentRefused("only an issued invoice with something to pay can be paid")
    amount = HoldAmount(wanted, invoice.currency)
    with transaction.atomic():
        # The account's row is the lock: two clicks make one payment.
        Account.objects.select_for_update(no_key=True).only("pk").get(pk=invoice.account_id)
        for earlier in PaymentIntent.objects.filter(invoice=invoice):
            if earlier.is_live or earlier.captured_minor:
                raise PaymentRefused(f"{earlier.public_id} pays this invoice already")
        return _open(
            invoice.organisation, PaymentPurpose.INVOICE, amount, invoice.account, means, actor,
            invoice=invoice,
        )  # fmt: skip


def _open(
    organisation: Organisation, purpose: PaymentPurpose, amount: HoldAmount, account: Account,
    means: Means, actor: Actor, **facts: Any,
) -> PaymentIntent:  # fmt: skip
    _check(organisation, amount, account, means)
    is_session = purpose == PaymentPurpose.SESSION
    intent = PaymentIntent(
        organisation=organisation, purpose=purpose, account=account, currency=amount.currency,
        requested_minor=amount.minor, provider=means.method.provider if means.method else _current(),
        method=means.method, method_ref=means.method.provider_ref if means.method else means.method_ref,
        off_session=means.off_session, keeps_card=means.keeps_card,
        email=means.email, locale=means.locale, next_attempt_at=clock.now(),
        wish=PaymentWish.HOLD if is_session else PaymentWish.CAPTURE,
        settle_minor=None if is_session else amount.minor, **facts,
    )  # fmt: skip
    intent.back_url = means.back(intent.public_id) if means.back else ""
    with transaction.atomic():
        intent.save()
        audit.record(
            actor, "payment.opened", organisation_id=organisation.pk, subject=intent.public_id,
            label=account.name, purpose=purpose.value, minor=amount.minor, currency=amount.currency,
        )  # fmt: skip
    return intent


def _check(organisation: Organisation, amount: HoldAmount, account: Account, means: Means) -> None:
    if amount.minor <= 0:
        raise PaymentRefused("the amount must be above zero")
    if account.organisation_id != organisation.pk:
        raise PaymentRefused("the account belongs to another organisation")
    if account.is_closed:
        raise PaymentRefused(f"{account.name} is closed")
    if account.currency != amount.currency:
        raise PaymentRefused(f"{account.name} is in {account.currency}, the price in {amount.currency}")
    if len(means.method_ref) > _LONGEST_REF:
        raise PaymentRefused("this is no payment method")
    try:
        if means.email:
            validate_email(means.email)
    except ValidationError:
        raise PaymentRefused("this is no e-mail address") from None
    if means.method and (means.method.account_id != account.pk or means.method.removed_at):
        raise PaymentRefused("this payment method cannot be used here")


def _current() -> str:
    try:
        return current()
    except NoProvider as error:
        raise PaymentRefused(str(error)) from None


def _uid() -> str:
    """Nobody else's and not to be guessed: whoever shows it charges on this payment."""
    return UID_PREFIX + "".join(secrets.choice(_UID_LETTERS) for _ in range(17))
