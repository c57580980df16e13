"""Profiles on their way to stations: wanted, sent, confirmed; and what a station may hold meanwhile.

`InstalledProfile.possible` lists every body the station may hold: `{"body", "command", "sent_at", "confirmed",
"until"}`; a body of None says that it may hold none. An answer settles it. Silence does not: then all stay possible.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from chargers.choices import CommandState
from chargers.domain import ClearProfiles, ProfilePurpose, SetProfile
from chargers.models import ChargingStation, Command
from chargers.services.commands.end import Reply
from chargers.services.commands.follow_ups import follows
from chargers.services.commands.send import InvalidCommand, command_request
from cpms.core import clock
from cpms.core.actors import SYSTEM

from ..choices import ProfileState, UncontrolledReason
from ..models import InstalledProfile
from ..profiles import Body, read_body
from . import standing

PURPOSE: Final = "charging_profile"
CLEARING: Final = "charging_profile_clear"
# A car follows within seconds (IEC 61851-1: 5 s), its station a little later.
SETTLES: Final = timedelta(seconds=10)
# A limit that could not be sent by then is decided anew.
SENT_WITHIN_S: Final = 20
ANSWERED_WITHIN_S: Final = 20
_UNSENT: Final = (CommandState.EXPIRED, CommandState.CANCELLED)
_REFUSED: Final = (CommandState.REJECTED, CommandState.CALLERROR)
_NOT_BUILT_IN: Final = frozenset({"NotImplemented", "NotSupported"})


def profile_send(station: ChargingStation, evse_no: int, body: Body) -> InstalledProfile | None:
    """Want a body at a station and send it; None when it cannot be said there (call inside a transaction)."""
    installed = _row(station, evse_no, body)
    try:
        command = command_request(
            station, SetProfile(evse_no, body.profile), SYSTEM, purpose=PURPOSE, reference=str(installed.pk),
            timeout_s=ANSWERED_WITHIN_S, expires_in_s=SENT_WITHIN_S,
        )  # fmt: skip
    except InvalidCommand:
        standing.uncontrolled(station.pk, UncontrolledReason.UNSUPPORTED)
        return None
    installed.body, installed.level = body.written, body.level
    installed.state, installed.sent_at, installed.command = (
        ProfileState.PENDING,
        clock.now(),
        command.public_id,
    )
    installed.expires_at = body.ends_at
    held = installed.possible or [_entry(None)]
    installed.possible = [*held, _entry(body, command.public_id)]
    installed.save()
    return installed


def profile_clear(installed: InstalledProfile) -> None:
    """Take one of our profiles away; "Unknown" is as good as "Accepted" (call inside a transaction)."""
    command = command_request(
        installed.station, ClearProfiles(installed.number), SYSTEM, purpose=CLEARING, reference=str(installed.pk),
        timeout_s=ANSWERED_WITHIN_S, expires_in_s=SENT_WITHIN_S,
    )  # fmt: skip
    installed.state, installed.sent_at, installed.command = (
        ProfileState.PENDING,
        clock.now(),
        command.public_id,
    )
    installed.save()


def transaction_over(installed: InstalledProfile) -> None:
    """A transaction ended, and its profile with it."""
    installed.possible, installed.state, installed.expires_at = [], ProfileState.CLEARED, None
    installed.save(update_fields=["possible", "state", "expires_at"])


def highest_a(possible: Iterable[dict[str, Any]], now: datetime, within_s: float = 0.0) -> float | None:
    """The most any body a station may hold allows now; None where it may be that none says anything."""
    found = [_allowed(entry, now, within_s) for entry in still_possible(possible, now)]
    known = [amps for amps in found if amps is not None]
    return max(known) if known and len(known) == len(found) else None


def still_possible(possible: Iterable[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Without those whose time of settling is over."""
    return [one for one in possible if not one["until"] or datetime.fromisoformat(one["until"]) > now]


def _allowed(entry: dict[str, Any], now: datetime, within_s: float) -> float | None:
    return read_body(entry["body"]).highest_a(now, within_s) if entry["body"] else None


def _row(station: ChargingStation, evse_no: int, body: Body) -> InstalledProfile:
    rows = InstalledProfile.objects.select_for_update()
    installed, _ = rows.get_or_create(
        station=station, evse_no=evse_no, purpose=body.purpose, number=body.number
    )
    if body.purpose == ProfilePurpose.TX and installed.possible and _reference(installed) != body.reference:
        # Those of the transaction before went with it.
        installed.possible = []
    return installed


def _reference(installed: InstalledProfile) -> str:
    bodies = [entry["body"] for entry in installed.possible if entry["body"]]
    return str(bodies[-1]["reference"]) if bodies else ""


def _entry(body: Body | None, command: str = "") -> dict[str, Any]:
    """One that may be held; what was never sent was so before."""
    return {
        "body": None if body is None else body.written,
        "command": command,
        "sent_at": clock.now().isoformat(),
        "confirmed": not command,
        "until": None,
    }


def held_entry(body: Body | None) -> dict[str, Any]:
    """What a station is known to hold because it says so itself; None: no profile."""
    return _entry(body)


@follows(PURPOSE)
def profile_answered(command: Command, reply: Reply) -> None:
    """A SetChargingProfile of ours has ended."""
    installed = InstalledProfile.objects.select_for_update().filter(pk=int(command.reference)).first()
    if installed is None:
        return
    if reply.state == CommandState.ACCEPTED:
        _confirmed(installed, command)
    elif reply.state in _REFUSED:
        _refused(installed, command, reply)
    elif reply.state in _UNSENT:
        _forget(installed, command)
        _settle(installed, command, ProfileState.DESIRED)
    else:
        _settle(installed, command, ProfileState.DRIFTED)
    installed.save()
    if installed.purpose == ProfilePurpose.TX_DEFAULT:
        standing.failsafe_look(installed.station_id)


def _confirmed(installed: InstalledProfile, command: Command) -> None:
    """What it held before may be drawn for a moment more."""
    now = clock.now()
    until = (now + SETTLES).isoformat()
    mine = [
        {**entry, "confirmed": True} for entry in installed.possible if entry["command"] == command.public_id
    ]
    others = [
        entry for entry in still_possible(installed.possible, now) if entry["command"] != command.public_id
    ]
    older = [one for one in others if _is_older(one, command) and _allows_more(one, mine, now)]
    before = [{**one, "until": one["until"] or until} for one in older]
    later = [one for one in others if not _is_older(one, command)]
    installed.possible = [*before, *mine, *later]
    installed.confirmed_at, installed.refusals = now, 0
    _settle(installed, command, ProfileState.CONFIRMED)


def _is_older(entry: dict[str, Any], command: Command) -> bool:
    """Public ids of commands sort by the time they were made; what was held before has none."""
    return str(entry["command"]) < command.public_id


def _allows_more(entry: dict[str, Any], mine: list[dict[str, Any]], now: datetime) -> bool:
    """Whether more may be drawn by what was held before than by what was confirmed."""
    before, after = _allowed(entry, now, 0.0), highest_a(mine, now)
    return before is None or after is None or before > after


def _refused(installed: InstalledProfile, command: Command, reply: Reply) -> None:
    _forget(installed, command)
    installed.refusals += 1
    _settle(installed, command, ProfileState.REFUSED)
    if reply.error_code in _NOT_BUILT_IN:
        standing.uncontrolled(installed.station_id, UncontrolledReason.UNSUPPORTED)
    elif installed.refusals >= standing.MOST_REFUSALS:
        standing.uncontrolled(installed.station_id, UncontrolledReason.REFUSED)


def _forget(installed: InstalledProfile, command: Command) -> None:
    """It certainly did not arrive."""
    installed.possible = [entry for entry in installed.possible if entry["command"] != command.public_id]


def _settle(installed: InstalledProfile, command: Command, state: ProfileState) -> None:
    """The state is that of the newest command; the answer to an older one changes nothing of it."""
    if installed.command == command.public_id:
        installed.state = state


@follows(CLEARING)
def profile_cleared(command: Command, reply: Reply) -> None:
    """A ClearChargingProfile of ours has ended: accepted or unknown, it is gone."""
    installed = InstalledProfile.objects.select_for_update().filter(pk=int(command.reference)).first()
    if installed is not None and reply.state in (CommandState.ACCEPTED, CommandState.REJECTED):
        transaction_over(installed)
