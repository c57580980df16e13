"""Profiles at stations that are none of those we want there: noted, and taken away when somebody says so."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.choices import CommandState
from chargers.domain import ClearProfiles, ProfilePurpose
from chargers.models import ChargingStation, Command
from chargers.services.commands.send import InvalidCommand, command_request
from cpms.core import audit
from cpms.core.actors import Actor

from ..choices import ProfileSource
from ..models import ForeignProfile
from ..profiles.numbers import is_ours

PURPOSE: Final = "charging_profile_foreign"
_SET: Final = "SetChargingProfile"


def foreign_keep(station: ChargingStation, parts: Iterable[dict[str, Any]], now: datetime) -> None:
    """These are all there are; what was known before and is not reported any more is gone."""
    kept = []
    for part in parts:
        body = part["profile"]
        row, _ = ForeignProfile.objects.update_or_create(
            station=station, evse_no=part["evse_no"], number=body["number"],
            defaults={
                "purpose": body["purpose"], "level": body["level"], "source": _source(station, part),
                "body": body, "seen_at": now, "removing": "",
            },
        )  # fmt: skip
        kept.append(row.pk)
    ForeignProfile.objects.filter(station=station).exclude(pk__in=kept).delete()


def _source(station: ChargingStation, part: dict[str, Any]) -> ProfileSource:
    """Back offices are not told apart by stations: ours have our ids, or were sent by hand."""
    number, told = part["profile"]["number"], part["source"]
    if told == ProfileSource.CSO and is_ours(number):
        return ProfileSource.LEFT_OVER
    by_hand = Command.objects.filter(
        station=station, action=_SET, state=CommandState.ACCEPTED, purpose="",
        payload__chargingProfile__id=number,
    )  # fmt: skip
    if told == ProfileSource.CSO and by_hand.exists():
        return ProfileSource.HAND
    return ProfileSource(told) if told in ProfileSource.values else ProfileSource.OTHER


@transaction.atomic
def foreign_clear(row: ForeignProfile, actor: Actor) -> Command:
    """Ask the station to remove it; whether it did shows when it is asked again, at once after its answer.

    Raises ValidationError for what is set at the station itself, or a station that cannot be told.
    """
    if row.purpose == ProfilePurpose.EXTERNAL:
        raise ValidationError("It is set at the charger itself, and can only be removed there.")
    try:
        command = command_request(
            row.station, ClearProfiles(row.number), actor, purpose=PURPOSE, reference=str(row.pk)
        )
    except InvalidCommand as error:
        raise ValidationError(str(error)) from None
    row.removing = command.public_id
    row.save(update_fields=["removing"])
    station = row.station
    audit.record(
        actor, "charging_profile.removed", organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity, number=row.number, evse_no=row.evse_no, source=row.source,
    )  # fmt: skip
    return command
