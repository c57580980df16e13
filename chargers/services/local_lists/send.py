"""Bringing a station's list up to ours, one message at a time.

The next step is always found from what is stored: what the station reports, what it holds and what it should
hold. So a step that is lost or comes twice does no harm. In order: ask for the version; ask how much the
station takes; send everything (when the station is not where we left it) or only what has changed, in pieces
the station takes (a full list is a Full and then Differentials, each with the next version number,
OCPP 1.6 §5.15); ask for the version again.
"""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from chargers.choices import OPEN_COMMANDS, CommandState, ListAnswer, ListState
from chargers.domain import ReadListVersion, ReadSettings, Request, SendList
from chargers.models import ChargingStation, Command, StationList, StationSetting
from chargers.ocpp.adapter import Adapter
from cpms.core import clock, live
from cpms.core.actors import Actor

from ..commands.end import Reply
from ..commands.follow_ups import follows
from ..commands.send import InvalidCommand, adapter_of, command_request
from ..configuration.write import is_connected
from .entries import Entries, changes, in_words, list_entries, list_of
from .state import UNSUPPORTED, is_where_we_left_it, list_state_locked, take_over

PURPOSE: Final = "local_list"
VERSION, LIMITS, SEND = "version", "limits", "send"
# Entries of one message while the station has not said how many it takes.
SAFE_CHUNK: Final = 20
MOST_CHUNK: Final = 500
MOST_TRIES: Final = 3
# A version as old as this is asked for again before anything is built on it.
FRESH: Final = timedelta(minutes=2)
EXPIRES_IN_S: Final = 600
_ACTOR: Final = Actor("local list")


@transaction.atomic
def step(station_id: int) -> bool:
    """Do what is next for a station that is wanted up to date; whether a request was sent."""
    row = list_state_locked(station_id)
    if row.wanted_since is None or not is_connected(station_id) or _is_asking(station_id):
        return False
    station = ChargingStation.objects.select_related("organisation").get(pk=station_id)
    row.local_list = list_of(station)
    if row.local_list is None:
        return _end(row, ListState.UNKNOWN, "no list of ours")
    try:
        return _next(row, station, adapter_of(station))
    except InvalidCommand as error:
        return _end(row, ListState.UNSUPPORTED, str(error))


def _is_asking(station_id: int) -> bool:
    under_way = Command.objects.filter(station_id=station_id, purpose=PURPOSE, state__in=OPEN_COMMANDS)
    return under_way.exists()


def _next(row: StationList, station: ChargingStation, adapter: Adapter) -> bool:
    if row.reported_version is None or row.asked_at is None or row.asked_at < clock.now() - FRESH:
        row.asked_at = clock.now()
        return _ask(row, station, ReadListVersion(), VERSION)
    if row.reported_version == UNSUPPORTED:
        return _end(row, ListState.UNSUPPORTED, "the station says that it has no list")
    limits = _limits(station, adapter)
    if limits is None:
        book = adapter.settings
        return _ask(row, station, ReadSettings((book.list_length_name, book.list_message_name)), LIMITS)
    assert row.local_list is not None
    return _bring_up(row, station, list_entries(row.local_list, adapter.limits["uid"]), *limits)


def _limits(station: ChargingStation, adapter: Adapter) -> tuple[int | None, int] | None:
    """The longest list (None: not said) and the longest message in entries; None while nobody has asked."""
    book = adapter.settings
    names = (book.list_length_name, book.list_message_name)
    rows = StationSetting.objects.filter(station=station, checked_at__isnull=False)
    told = {row.name: _number(row.reported) for row in rows.filter(name__in=names)}
    was_asked = Command.objects.filter(station=station, purpose=PURPOSE, reference=LIMITS).exists()
    if len(told) < len(names) and not was_asked:
        return None
    length, chunk = (told.get(name) for name in names)
    return length, min(chunk or SAFE_CHUNK, MOST_CHUNK)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.strip().isdecimal() and 0 < int(text) < 10**9 else None


def _bring_up(
    row: StationList, station: ChargingStation, wanted: Entries, longest: int | None, chunk: int
) -> bool:
    if longest is not None and len(wanted) > longest:
        return _end(
            row, ListState.TOO_LONG, f"the list has {len(wanted)} entries, the station takes {longest}"
        )
    is_full = row.held_version is None or not is_where_we_left_it(row)
    missing = wanted if is_full else changes(row.held, wanted)
    if not missing and not is_full:
        return _verified(row, station)
    if is_full and row.held_version is not None and _was_accepted(row):
        row.tries += 1
        row.note = f"it accepted version {row.held_version} and then had {row.reported_version}"
    if row.tries >= MOST_TRIES:
        return _end(row, ListState.FAILED, row.note or f"given up after {MOST_TRIES} attempts")
    piece = dict(list(missing.items())[:chunk])
    version = max(row.reported_version or 0, row.held_version or 0, 0) + 1
    row.sent = {"version": version, "full": is_full, "entries": piece}
    row.state, row.desired_version = ListState.SENDING, version
    return _ask(row, station, SendList(version, in_words(piece, row.held), is_full), SEND)


def _was_accepted(row: StationList) -> bool:
    """Whether the station has taken a message since it was wanted up to date."""
    return bool(row.updated_at and row.wanted_since and row.updated_at > row.wanted_since)


def _verified(row: StationList, station: ChargingStation) -> bool:
    """Everything was accepted: done when the station has said so since."""
    row.desired_version = row.held_version
    if row.updated_at and (row.checked_at is None or row.checked_at < row.updated_at):
        return _ask(row, station, ReadListVersion(), VERSION)
    return _end(row, ListState.CURRENT, "")


def _ask(row: StationList, station: ChargingStation, request: Request, what: str) -> bool:
    row.save()
    options: dict[str, Any] = {"purpose": PURPOSE, "reference": what, "expires_in_s": EXPIRES_IN_S}
    command_request(station, request, _ACTOR, **options)
    live.send_on_commit(station.organisation_id, stations=[station.public_id])
    return True


def _end(row: StationList, state: ListState, note: str) -> bool:
    """Nothing more to do until somebody wants it again."""
    row.state, row.note, row.wanted_since, row.sent, row.tries = state, note[:255], None, None, 0
    row.save()
    live.send_on_commit(row.station.organisation_id, stations=[row.station.public_id])
    return False


@follows(PURPOSE)
def answered(command: Command, reply: Reply) -> None:
    """Note how a step ended; the next one is taken when the answer has been stored."""
    row = list_state_locked(command.station_id)
    if command.reference == SEND:
        _sent(row, reply)
    elif command.reference == VERSION and reply.state != CommandState.ACCEPTED:
        row.asked_at = None
        _version_refused(row, reply)
    row.save()
    station_id = command.station_id
    transaction.on_commit(lambda: step(station_id), robust=True)


def _sent(row: StationList, reply: Reply) -> None:
    word = reply.outcome.status if reply.outcome else ""
    if reply.state == CommandState.ACCEPTED and row.sent is not None:
        take_over(row)
        row.reported_version, row.updated_at = row.held_version, clock.now()
    elif word == ListAnswer.UNSUPPORTED:
        row.reported_version, row.sent = UNSUPPORTED, None
    elif word == ListAnswer.MISMATCH:
        # What it has is not what we thought: ask, then send everything.
        row.reported_version = None
        _start_over(row, "the station has another version")
    elif reply.state == CommandState.REJECTED or reply.state == CommandState.CALLERROR:
        _start_over(row, f"the station answered {word or reply.error_code}")
    else:
        # Nobody knows whether it arrived: the version will say.
        row.tries, row.reported_version = row.tries + 1, None
        row.note = "the station did not answer"


def _start_over(row: StationList, note: str) -> None:
    """The next attempt sends everything."""
    row.held, row.held_version, row.sent = {}, None, None
    row.tries, row.note = row.tries + 1, note[:255]


def _version_refused(row: StationList, reply: Reply) -> None:
    """A station that cannot even say its version has no list; one that is silent may be asked again."""
    if reply.state in (CommandState.CALLERROR, CommandState.REJECTED):
        row.reported_version = UNSUPPORTED
        return
    if reply.state == CommandState.EXPIRED:
        return
    row.tries += 1
    if row.tries >= MOST_TRIES:
        row.state, row.note, row.wanted_since = ListState.FAILED, "the station did not answer", None
        row.tries = 0
