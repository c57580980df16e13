"""Stations asked for all profiles they hold, and what follows from what they say (OCPP 2.0.1 K09).

A report may come in parts, each naming the number of the question; nothing follows before the last one came. What
differs from what we want is a drift: where it allows more, we reckon with it at once, and it is told again.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from chargers.choices import CommandState
from chargers.domain import ChargingProfile, ProfilesReported, ReadProfiles
from chargers.models import ChargingStation, Site
from chargers.models import Command as CommandRow
from chargers.services.commands.end import Reply
from chargers.services.commands.follow_ups import follows
from chargers.services.commands.send import InvalidCommand, command_request
from chargers.services.reports import takes
from chargers.services.source import Source
from cpms.core import clock, live
from cpms.core.actors import SYSTEM, Actor

from ..choices import ProfileState, ReadbackState
from ..models import ForeignProfile, InstalledProfile, Outlet, ProfileReadback
from ..profiles import Drift, drift, read_body, read_told, told_body, written_told
from . import foreign, installing

PURPOSE: Final = "charging_profiles_read"
ANSWERED_WITHIN_S: Final = 60
# Each has one for every EVSE and source; more is no report any more.
MOST_PARTS: Final = 1_000
_NO_PROFILES: Final = "NoProfiles"
# What was confirmed so shortly before may still be on its way through the station.
RESTED: Final = timedelta(seconds=5)


@transaction.atomic
def readback_ask(station: ChargingStation, actor: Actor) -> bool:
    """Ask a station for all profiles it holds; False where its version has no such question, or it never came."""
    row, _ = ProfileReadback.objects.select_for_update().get_or_create(
        station=station, defaults={"asked_at": clock.now()}
    )
    row.request_id, row.asked_at, row.done_at, row.parts = row.request_id + 1, clock.now(), None, []
    row.state = ReadbackState.ASKED
    try:
        command_request(
            station, ReadProfiles(row.request_id), actor, purpose=PURPOSE, reference=str(row.request_id),
            expires_in_s=ANSWERED_WITHIN_S,
        )  # fmt: skip
    except InvalidCommand:
        row.state = ReadbackState.REFUSED
    row.save()
    return row.state == ReadbackState.ASKED


def _awaited(station_id: int, request_id: int) -> ProfileReadback | None:
    """The question with this number, as long as its answer is not complete."""
    rows = ProfileReadback.objects.select_for_update().select_related("station")
    return rows.filter(station_id=station_id, request_id=request_id, state=ReadbackState.ASKED).first()


def site_ask(site: Site, actor: Actor) -> int:
    """Ask all stations of a site that are connected; how many can say."""
    stations = site.stations.filter(connection__closed_at=None, connection__opened_at__isnull=False)
    return sum(readback_ask(station, actor) for station in stations.select_related("connection"))


@follows(PURPOSE)
def readback_answered(command: CommandRow, reply: Reply) -> None:
    """It will report, holds none, or cannot say."""
    row = _awaited(command.station_id, int(command.reference))
    if row is None or reply.state == CommandState.ACCEPTED:
        return
    if (reply.result or {}).get("status") == _NO_PROFILES:
        _complete(row)
        return
    row.state = ReadbackState.REFUSED
    row.save(update_fields=["state"])


@follows(foreign.PURPOSE)
def foreign_answered(command: CommandRow, reply: Reply) -> None:
    """Asked to remove somebody else's: whatever it says, what it holds is what it reports next."""
    ForeignProfile.objects.filter(pk=int(command.reference)).update(removing="")
    readback_ask(command.station, SYSTEM)


@takes(ProfilesReported)
def profiles_reported(source: Source, report: ProfilesReported) -> None:
    """One part of a report; those nobody asked for, or asked for anew since, are left alone."""
    row = _awaited(source.station_id, report.request_id)
    if row is None or len(row.parts) >= MOST_PARTS:
        return
    row.parts += [
        {"evse_no": report.evse_no, "source": report.source, "profile": written_told(one)}
        for one in report.profiles
    ]
    if report.more:
        row.save(update_fields=["parts"])
    else:
        _complete(row)


def _complete(row: ProfileReadback) -> None:
    """All parts are there: what is ours is compared, what is left belongs to others."""
    row.state, row.done_at = ReadbackState.COMPLETE, clock.now()
    row.save(update_fields=["state", "done_at", "parts"])
    told = {(one["evse_no"], one["profile"]["number"]): one for one in row.parts}
    wanted = InstalledProfile.objects.select_for_update().filter(station_id=row.station_id)
    for installed in wanted.exclude(state=ProfileState.CLEARED):
        part = told.pop((installed.evse_no, installed.number), None)
        _compare(installed, part, row.asked_at, row.done_at)
    foreign.foreign_keep(row.station, list(told.values()), row.done_at)
    live.send_on_commit(row.station.organisation_id, stations=[row.station.public_id])


def _compare(
    installed: InstalledProfile, part: dict[str, Any] | None, asked_at: datetime, now: datetime
) -> None:
    """Note what was reported; judge it where nothing was under way when it was asked for."""
    installed.reported, installed.reported_at = part["profile"] if part else {}, now
    if _is_settled(installed, asked_at):
        told = read_told(part["profile"]) if part else None
        _judge(installed, told, now)
    installed.save()


def _is_settled(installed: InstalledProfile, asked_at: datetime) -> bool:
    confirmed, sent = installed.confirmed_at, installed.sent_at
    is_held = installed.state in (ProfileState.CONFIRMED, ProfileState.DRIFTED) and bool(installed.possible)
    return (
        is_held
        and confirmed is not None
        and confirmed < asked_at - RESTED
        and (not sent or sent <= confirmed)
    )


def _judge(installed: InstalledProfile, told: ChargingProfile | None, now: datetime) -> None:
    outlet = Outlet.objects.filter(
        evse__station_id=installed.station_id, evse__number=installed.evse_no
    ).select_related("circuit", "evse").first()  # fmt: skip
    if outlet is None:
        return
    wanted = read_body(installed.body)
    found = drift(wanted, told, outlet.wired, now)
    _note(installed, found)
    if found is not None and found.exceeds:
        known = outlet.wired, outlet.direct_current, wanted.reference
        body = told_body(told, *known) if told else None
        installed.possible = [installing.held_entry(body)]
        installed.state = ProfileState.DRIFTED


def _note(installed: InstalledProfile, found: Drift | None) -> None:
    """`drift_since` stays that of the beginning as long as it lasts."""
    if found is None:
        installed.drift = installed.drift_since = None
        return
    installed.drift = {
        "wanted": found.wanted, "reported": found.reported, "unit": str(found.unit), "exceeds": found.exceeds,
    }  # fmt: skip
    installed.drift_since = installed.drift_since or installed.confirmed_at
