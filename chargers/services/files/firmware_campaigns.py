"""Firmware for many stations: chosen once, sent in waves, stopped when too much fails.

Celery calls `campaigns_drive` again and again; every step locks its campaign's row, so twice does what once does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from chargers.choices import (
    FAILED_UPDATES,
    OPEN_UPDATES,
    RUNNING_UPDATES,
    CampaignState,
    FirmwareUpdateState,
)
from chargers.models import ChargingStation, FirmwareCampaign, FirmwareFile, FirmwareUpdate
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor

from ..changes import apply_changes
from ..commands.send import InvalidCommand
from .firmware_updates import (
    CANCELLABLE,
    CannotUpdate,
    choose,
    new_request_id,
    update_begin,
    update_cancel,
    update_end,
)
from .links import NoTransport
from .storage import StorageAway

MAX_STATIONS = 5000
FIELDS = (
    "name", "wave_sizes", "max_failures", "max_failed_percent", "transport", "retrieve_at", "install_at",
    "retries", "selection",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """One station of a dry run: its wave (from 1) and whether signed, or why it is left out (wave 0)."""

    station: ChargingStation
    wave: int
    why: str


class WrongState(Exception):
    """A campaign in this state cannot do that."""


def campaign_plan(
    file: FirmwareFile, stations: Iterable[ChargingStation], wave_sizes: list[int]
) -> list[Planned]:
    """Who would get the firmware in which wave, and who would not; nothing is written."""
    check_waves(wave_sizes)
    found, count = [], 0
    for station in stations:
        try:
            why = _fitness(file, station)
        except CannotUpdate as error:
            found.append(Planned(station, 0, str(error)))
        else:
            found.append(Planned(station, wave_of(count, wave_sizes), why))
            count += 1
    return found


def _fitness(file: FirmwareFile, station: ChargingStation) -> str:
    _, why = choose(file, station)
    if station.firmware_version.strip().casefold() == file.version.strip().casefold():
        raise CannotUpdate("it runs this version already")
    if FirmwareUpdate.objects.filter(station=station, state__in=OPEN_UPDATES).exists():
        raise CannotUpdate("another update of it is under way or planned")
    return why


def check_waves(sizes: list[int]) -> None:
    """Raise ValidationError unless these are one to twenty whole numbers above 0."""
    if not 1 <= len(sizes) <= 20 or any(type(size) is not int or size < 1 for size in sizes):
        raise ValidationError({"wave_sizes": "one to twenty whole numbers above 0, e.g. 1, 5, 20"})


def wave_of(place: int, sizes: list[int]) -> int:
    """The wave (from 1) of the station at this place (from 0); the last size repeats."""
    wave = 0
    for size in sizes:
        wave += 1
        if place < size:
            return wave
        place -= size
    return wave + 1 + place // sizes[-1]


@transaction.atomic
def campaign_create(
    organisation: Organisation,
    actor: Actor,
    file: FirmwareFile,
    stations: Iterable[ChargingStation],
    **fields: Any,
) -> FirmwareCampaign:
    """Begin a campaign for the stations the firmware may go to. Raises ValidationError naming the field."""
    campaign = FirmwareCampaign(
        organisation=organisation, file=file, started_by=f"{actor.source}: {actor.label}"[:160]
    )
    apply_changes(campaign, fields, FIELDS)
    planned = [one for one in campaign_plan(file, stations, campaign.wave_sizes) if one.wave]
    if not planned:
        raise ValidationError("the firmware may go to none of these stations; the dry run says why")
    if len(planned) > MAX_STATIONS:
        raise ValidationError(f"at most {MAX_STATIONS} stations a campaign")
    ours = {*FIELDS} - {"selection"}
    campaign.clean_fields(exclude=[f.name for f in FirmwareCampaign._meta.fields if f.name not in ours])
    campaign.save()
    FirmwareUpdate.objects.bulk_create(_update(campaign, one) for one in planned)
    _record(actor, "firmware.campaign_started", campaign, stations=len(planned))
    return campaign


def _update(campaign: FirmwareCampaign, planned: Planned) -> FirmwareUpdate:
    return FirmwareUpdate(
        station=planned.station,
        file=campaign.file,
        campaign=campaign,
        wave=planned.wave,
        request_id=new_request_id(),
        state=FirmwareUpdateState.PLANNED,
        why_so=planned.why[:255],
        transport=campaign.transport,
        retrieve_at=campaign.retrieve_at,
        install_at=campaign.install_at,
        retries=campaign.retries,
        requested_by=campaign.started_by,
    )


@transaction.atomic
def campaign_pause(campaign: FirmwareCampaign, actor: Actor) -> FirmwareCampaign:
    """Begin no more updates; those under way go on. Raises WrongState."""
    return _change(campaign, actor, "paused", (CampaignState.RUNNING,), CampaignState.PAUSED)


@transaction.atomic
def campaign_resume(campaign: FirmwareCampaign, actor: Actor) -> FirmwareCampaign:
    """Go on; the failures so far no longer count for the stop rule. Raises WrongState."""
    stopped = (CampaignState.PAUSED, CampaignState.STOPPED)
    return _change(
        campaign, actor, "resumed", stopped, CampaignState.RUNNING, forgiven_until=clock.now(), note=""
    )


@transaction.atomic
def campaign_abort(campaign: FirmwareCampaign, actor: Actor) -> FirmwareCampaign:
    """End it: whoever has not fetched the file yet gets none; who has it is followed to the end. Raises WrongState."""
    open_ones = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.STOPPED)
    campaign = _change(campaign, actor, "aborted", open_ones, CampaignState.ABORTED, finished_at=clock.now())
    for update in campaign.updates.filter(state__in=CANCELLABLE).select_related("station"):
        update_cancel(update, actor)
    return campaign


def _change(
    campaign: FirmwareCampaign,
    actor: Actor,
    verb: str,
    allowed: tuple[CampaignState, ...],
    state: CampaignState,
    **also: Any,
) -> FirmwareCampaign:
    campaign = FirmwareCampaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state not in allowed:
        raise WrongState(f"a campaign that is {campaign.get_state_display().lower()} cannot be {verb}")
    for name, value in {"state": state, **also}.items():
        setattr(campaign, name, value)
    campaign.save()
    _record(actor, f"firmware.campaign_{verb}", campaign)
    return campaign


def campaigns_drive() -> None:
    """Take every running campaign a step further."""
    for pk in list(FirmwareCampaign.objects.filter(state=CampaignState.RUNNING).values_list("pk", flat=True)):
        with transaction.atomic():
            rows = FirmwareCampaign.objects.select_for_update(skip_locked=True, of=("self",))
            campaign = rows.filter(pk=pk, state=CampaignState.RUNNING).select_related("file").first()
            if campaign is not None:
                _drive(campaign)


def _drive(campaign: FirmwareCampaign) -> None:
    if reason := stop_reason(campaign):
        campaign.state, campaign.note = CampaignState.STOPPED, reason
        campaign.save(update_fields=["state", "note"])
        return
    wave = campaign.updates.filter(wave=campaign.wave)
    if wave.filter(state__in=RUNNING_UPDATES).exists():
        return
    waiting = wave.filter(state=FirmwareUpdateState.PLANNED)
    if not waiting.exists():
        waiting = _next_wave(campaign)
    for update in waiting.select_related("station", "file"):
        _begin(campaign, update)


def stop_reason(campaign: FirmwareCampaign) -> str:
    """Why the stop rule ends it now; "" while it does not."""
    ended = campaign.updates.filter(finished_at__isnull=False)
    if campaign.forgiven_until:
        ended = ended.filter(finished_at__gt=campaign.forgiven_until)
    count, failed = ended.count(), ended.filter(state__in=FAILED_UPDATES).count()
    if campaign.max_failures is not None and failed > campaign.max_failures:
        return f"{failed} failed; at most {campaign.max_failures} may."
    limit = campaign.max_failed_percent
    if limit is not None and count and 100 * failed > limit * count:
        return f"{failed} of {count} failed; at most {limit} % may."
    return ""


def _next_wave(campaign: FirmwareCampaign) -> QuerySet[FirmwareUpdate]:
    waiting = campaign.updates.filter(state=FirmwareUpdateState.PLANNED)
    following = waiting.order_by("wave").values_list("wave", flat=True).first()
    if following is None:
        campaign.state, campaign.finished_at = CampaignState.FINISHED, clock.now()
        campaign.save(update_fields=["state", "finished_at"])
        return waiting
    campaign.wave = following
    campaign.save(update_fields=["wave"])
    return waiting.filter(wave=following)


def _begin(campaign: FirmwareCampaign, update: FirmwareUpdate) -> None:
    """Ask one station; what it may not get any more ends its update, a broken storage leaves it waiting."""
    try:
        with transaction.atomic():
            update_begin(update, Actor(f"campaign {campaign.name}"))
    except (CannotUpdate, InvalidCommand, NoTransport) as error:
        update_end(update, FirmwareUpdateState.REFUSED, f"Not sent: {error}.")
    except StorageAway as error:
        FirmwareUpdate.objects.filter(pk=update.pk).update(note=f"Waiting: {error}."[:255])


def _record(actor: Actor, action: str, campaign: FirmwareCampaign, **detail: Any) -> None:
    audit.record(
        actor, action, organisation_id=campaign.organisation_id, subject=campaign.public_id,
        label=campaign.name, firmware=str(campaign.file), **detail,
    )  # fmt: skip
