"""Sets the stage: accounts, sites, stations and cards of the demo. What exists already stays as it is."""

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress

from chargers.models import ChargingStation, IdTag, IdTagGroup, Site
from chargers.services.stations.registration import station_register, station_rekey
from chargers.services.stations.sites import site_create
from chargers.services.tags.id_tags import group_create, id_tag_block, id_tag_create
from cpms.accounts.models import ApiKey, Organisation, User
from cpms.accounts.roles import PERMISSIONS, Role
from cpms.accounts.services.api_keys import api_key_create
from cpms.accounts.services.organisations import member_add, organisation_create
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.core.secrets import random_key

from .cast import (
    BLOCKED_TAG,
    DRIVER_EMAIL,
    DRIVER_NAME,
    EXPIRED_TAG,
    GROUPS,
    OPERATORS,
    SPARES,
    STRANGER,
    VALID_TAG,
    Operator,
    Part,
    Place,
    cards,
)
from .store import Secrets
from .upkeep import set_upkeep

ACTOR = SYSTEM
KEY_NAME = "Demo"


def set_stage(parts: list[Part], kept: Secrets) -> None:
    """Everything but the history. New passwords and keys are put into `kept`."""
    for operator in OPERATORS:
        organisation = _organisation(operator)
        for role in Role:
            _person(organisation, operator, role, kept)
        _cards(organisation, operator)
        for place in operator.places:
            _site(organisation, place)
    for part in parts:
        _station(part.identity, part.name, organisation_of(part.operator), part.place, kept)
    first = OPERATORS[0]
    for identity, version in SPARES:
        _station(identity, f"Spare station, OCPP {version}", organisation_of(first), first.places[0], kept)
    set_upkeep(parts)
    _user(DRIVER_EMAIL, kept, first_name=DRIVER_NAME)
    kept.passwords.setdefault(STRANGER, random_key())
    _api_key(organisation_of(first), kept)


def organisation_of(operator: Operator) -> Organisation:
    return Organisation.objects.get(name=operator.name)


def email(operator: Operator, role: Role) -> str:
    return f"{operator.people}{role.value}@example.com"


def _organisation(operator: Operator) -> Organisation:
    organisation = Organisation.objects.filter(name=operator.name).first()
    if organisation is None:
        organisation = organisation_create(operator.name, ACTOR, operator.time_zone)
    if operator.adopts_unknown_stations and not organisation.adopts_unknown_stations:
        organisation.adopts_unknown_stations = True
        organisation.save(update_fields=["adopts_unknown_stations"])
    return organisation


def _person(organisation: Organisation, operator: Operator, role: Role, kept: Secrets) -> None:
    """A member. The first organisation's owner may also use the back-office."""
    is_first = operator is OPERATORS[0] and role == Role.OWNER
    user = _user(email(operator, role), kept, is_staff=is_first, is_superuser=is_first)
    if user is not None:
        member_add(organisation, user, role, ACTOR)


def _user(address: str, kept: Secrets, **facts: Any) -> User | None:
    """Somebody with a password that is known; None where nothing was to be done."""
    user = User.objects.filter(email__iexact=address).first()
    if user is not None and address in kept.passwords:
        return None
    password = kept.passwords.setdefault(address, secrets.token_urlsafe(12))
    user = user or User(email=address)
    for name, value in facts.items():
        setattr(user, name, value)
    user.set_password(password)
    user.save()
    EmailAddress.objects.get_or_create(user=user, email=address, defaults={"verified": True, "primary": True})
    return user


def _site(organisation: Organisation, place: Place) -> None:
    if not Site.objects.filter(organisation=organisation, name=place.name).exists():
        site_create(
            organisation,
            ACTOR,
            name=place.name,
            address=place.address,
            city=place.city,
            country=place.country,
            latitude=place.latitude,
            longitude=place.longitude,
            time_zone=place.time_zone,
        )


def _station(identity: str, name: str, organisation: Organisation, place: Place, kept: Secrets) -> None:
    station = ChargingStation.objects.filter(identity=identity).first()
    if station is not None and identity in kept.passwords:
        return
    password = kept.passwords.setdefault(identity, random_key())
    if station is not None:
        station_rekey(station, ACTOR, password)
        return
    site = Site.objects.get(organisation=organisation, name=place.name)
    station_register(organisation, identity, ACTOR, name=name, site=site, password=password)


def _cards(organisation: Organisation, operator: Operator) -> None:
    if IdTag.objects.filter(organisation=organisation).exists():
        return
    groups: list[IdTagGroup] = [group_create(organisation, name, ACTOR) for name in GROUPS]
    for number, (uid, label) in enumerate(cards()):
        group = groups[number % len(groups)] if number % 3 else None
        id_tag_create(organisation, ACTOR, uid=uid, label=label, group=group)
    id_tag_create(organisation, ACTOR, uid=VALID_TAG, label="Try it out", max_concurrent=None)
    id_tag_block(id_tag_create(organisation, ACTOR, uid=BLOCKED_TAG, label="Lost card"), ACTOR)
    ended = clock.now() - timedelta(days=10)
    id_tag_create(organisation, ACTOR, uid=EXPIRED_TAG, label="Last year's contract", expires_at=ended)


def _api_key(organisation: Organisation, kept: Secrets) -> None:
    usable = ApiKey.objects.get_usable_keys().filter(organisation=organisation, name=KEY_NAME)
    prefix = kept.api_key.partition(".")[0]
    if not prefix or not usable.filter(prefix=prefix).exists():
        _, kept.api_key = api_key_create(organisation, KEY_NAME, PERMISSIONS, ACTOR)
