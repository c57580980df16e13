"""Becoming a driver of an operator: an account with a wallet, and a tag for the phone."""

import secrets
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from billing.choices import BillingMode, PartyKind
from billing.models import Party
from billing.services.accounts.guests import NOWHERE
from billing.services.accounts.parties import account_open, party_create
from billing.services.ratings.payers import tag_pay_from
from chargers.choices import TokenType
from chargers.models import ChargingStation, Evse, IdTag
from chargers.services.tags.id_tags import id_tag_create
from cpms.accounts.models import Organisation, User
from cpms.core.actors import Actor

from ..models import Driver
from ..places import price_of
from ..selectors import driver_at

# With it begins what a phone starts with; OCPP 1.6 takes twenty characters.
UID_PREFIX: Final = "DRV"
_UID_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"


def actor_of(user: User) -> Actor:
    """A driver as the author of what he does."""
    return Actor(user.email, user.pk, "driver")


class NoPrice(Exception):
    """Nothing is sold at this charger, so no account can be opened for it."""


def driver_join_at(user: User, evse: Evse) -> Driver:
    """The person as a driver of the operator there, in the currency of its price. Raises `NoPrice`."""
    price = price_of(evse)
    if price is None:
        raise NoPrice(_("There is no price at this charger, so no account can be opened for it."))
    return driver_join(user, evse.station, price.hold.currency)


@transaction.atomic
def driver_join(user: User, station: ChargingStation, currency: str) -> Driver:
    """The person as a driver of the station's operator; who is one already stays as he is.

    The account is a wallet in the currency of the place, empty at first; the operator may make it one on invoice.
    """
    organisation = station.organisation
    # The person's row is the lock: a double tap opens one account.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    known = driver_at(user, organisation)
    if known is not None:
        return known
    actor = actor_of(user)
    account = account_open(
        _party(user, station, actor), actor, user, name=user.label[:120], billing_mode=BillingMode.PREPAID,
        currency=currency, overshoot_minor=settings.DRIVER_OVERSHOOT_MINOR,
    )  # fmt: skip
    tag = _app_tag(organisation, user, actor)
    tag_pay_from(tag, account, actor, member=user)
    return Driver.objects.create(organisation=organisation, user=user, account=account, app_tag=tag)


def _party(user: User, station: ChargingStation, actor: Actor) -> Party:
    operator = Party.objects.filter(organisation=station.organisation, kind=PartyKind.OPERATOR).first()
    country = (station.site.country if station.site else "") or (operator.country if operator else NOWHERE)
    return party_create(
        station.organisation, actor, kind=PartyKind.DRIVER, legal_name=user.label[:200], email=user.email,
        country=country,
    )  # fmt: skip


def _app_tag(organisation: Organisation, user: User, actor: Actor) -> IdTag:
    """Not to be guessed: whoever shows it charges on the account."""
    uid = UID_PREFIX + "".join(secrets.choice(_UID_LETTERS) for _ in range(17))
    return id_tag_create(
        organisation,
        actor,
        uid=uid,
        type=TokenType.CENTRAL,
        max_concurrent=1,
        label=f"App of {user.label}"[:120],
    )
