"""Reading all settings of a station, however little it takes in one request.

First everything is asked for at once, where the version knows that. A station that stays silent or says nothing
(ocpp.md deviation 51) is asked how many names it takes, then for the names of the text and those we know
it by, in pieces of that size. What was missing among everything is asked for by name. Silence leaves a
setting as it was; two silent requests in a row end the reading. Where a reading has come to is kept in the
database, so that a restart of ours ends none.
"""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from chargers.choices import OPEN_COMMANDS, CommandState
from chargers.domain import ReadSettings
from chargers.models import ChargingStation, Command, StationConfiguration, StationSetting
from chargers.ocpp.adapter import Adapter
from cpms.core import clock, live
from cpms.core.actors import SYSTEM, Actor

from ..commands.end import Reply
from ..commands.follow_ups import follows
from ..commands.send import InvalidCommand, adapter_of, command_request
from .settings import configuration_locked, settings_of, state_of

PURPOSE: Final = "settings_read"
ALL, LIMIT, NAMES = "all", "limit", "names"
MOST_NAMES: Final = 100
MOST_SILENT: Final = 2
# A reading is not begun anew while one is under way, unless that one is as old as this.
LOST: Final = timedelta(hours=1)
_UNSENT = {CommandState.EXPIRED, CommandState.CANCELLED, CommandState.UNKNOWN}


@transaction.atomic
def settings_read(station: ChargingStation, actor: Actor) -> bool:
    """Begin to read everything; False when that is under way already. Raises InvalidCommand.

    A station that is away is asked when it is back within the hour.
    """
    adapter = adapter_of(station)
    configuration = configuration_locked(station.pk)
    now = clock.now()
    if configuration.reading_since and configuration.reading_since > now - LOST:
        return False
    configuration.reading_since, configuration.note = now, ""
    configuration.reading = {"stage": "", "names": [], "asked": [], "heard": False, "silent": 0}
    _ask(configuration, station, adapter, *_first(configuration, adapter), actor)
    return True


def _first(configuration: StationConfiguration, adapter: Adapter) -> tuple[str, list[str]]:
    book = adapter.settings
    if book.reads_all and configuration.answers_all is not False:
        return ALL, []
    if book.limit_name:
        return LIMIT, [book.limit_name]
    return NAMES, _by_name(configuration.station_id, adapter)


def _by_name(station_id: int, adapter: Adapter) -> list[str]:
    """What to ask for when not everything can be asked for at once: the text's names, and all we heard of."""
    known = [row.name for row in settings_of(station_id).values() if row.known is not False]
    names = {name.lower(): name for name in (*known, *adapter.settings.standard)}
    longest = adapter.limits["setting_name"]
    return sorted((name for name in names.values() if len(name) <= longest), key=str.lower)


def _ask(
    configuration: StationConfiguration,
    station: ChargingStation,
    adapter: Adapter,
    stage: str,
    names: list[str],
    actor: Actor,
) -> None:
    size = _size(configuration, adapter)
    reading = configuration.reading or {}
    reading |= {"stage": stage, "names": names[size:], "asked": names[:size], "heard": False}
    configuration.reading = reading
    configuration.save()
    options = {"purpose": PURPOSE, "reference": stage, "expires_in_s": int(LOST.total_seconds())}
    command_request(station, ReadSettings(tuple(names[:size])), actor, **options)
    live.send_on_commit(station.organisation_id, stations=[station.public_id])


def _size(configuration: StationConfiguration, adapter: Adapter) -> int:
    """How many names one request may have: what the station says, else what is safe."""
    told = settings_of(configuration.station_id).get(adapter.settings.limit_name.lower())
    if told is not None and (told.reported or "").strip().isdecimal():
        configuration.max_names = max(1, min(int(told.reported or 1), MOST_NAMES))
        return configuration.max_names
    return adapter.settings.most_names


@follows(PURPOSE)
def reading_answered(command: Command, reply: Reply) -> None:
    """Note how a request of a reading ended; the next one is sent when the answer has been stored."""
    configuration = configuration_locked(command.station_id)
    if configuration.reading is None:
        return
    if reply.state in _UNSENT:
        _end(configuration, "the station went away before it had answered")
        return
    heard = reply.state != CommandState.TIMED_OUT
    configuration.reading["heard"] = heard
    configuration.reading["silent"] = 0 if heard else configuration.reading["silent"] + 1
    if reply.state == CommandState.REJECTED and len(configuration.reading["asked"]) == 1:
        _refused(command.station_id, configuration.reading["asked"][0])
    configuration.save()
    station_id = command.station_id
    transaction.on_commit(lambda: advance(station_id), robust=True)


def _refused(station_id: int, name: str) -> None:
    """A request for one name that is refused says that there is no such setting."""
    row = settings_of(station_id).get(name.lower()) or StationSetting(station_id=station_id, name=name)
    row.known, row.checked_at = False, clock.now()
    row.state = state_of(row)
    row.save()


@transaction.atomic
def advance(station_id: int) -> None:
    """Ask for what is next, or end the reading; does nothing while a request is under way."""
    configuration = configuration_locked(station_id)
    if configuration.reading is None or _is_asking(station_id):
        return
    if configuration.reading["silent"] >= MOST_SILENT and configuration.reading["stage"] != LIMIT:
        configuration.checked_at = clock.now()
        _end(configuration, "the station stopped answering")
        return
    station = ChargingStation.objects.get(pk=station_id)
    adapter = adapter_of(station)
    stage, names = _next(configuration, adapter)
    if not names:
        configuration.checked_at = clock.now()
        _end(configuration, "")
        return
    try:
        _ask(configuration, station, adapter, stage, names, SYSTEM)
    except InvalidCommand as error:
        _end(configuration, str(error))


def _is_asking(station_id: int) -> bool:
    under_way = Command.objects.filter(station_id=station_id, purpose=PURPOSE, state__in=OPEN_COMMANDS)
    return under_way.exists()


def _next(configuration: StationConfiguration, adapter: Adapter) -> tuple[str, list[str]]:
    reading: dict[str, Any] = configuration.reading or {}
    if reading["stage"] == NAMES:
        return NAMES, reading["names"]
    if reading["stage"] == LIMIT:
        return NAMES, _by_name(configuration.station_id, adapter)
    fresh = _fresh(configuration)
    configuration.answers_all = bool(reading["heard"] and fresh)
    if configuration.answers_all:
        return NAMES, _missing(configuration, adapter, fresh)
    return LIMIT, [adapter.settings.limit_name]


def _fresh(configuration: StationConfiguration) -> set[str]:
    """Names in lower case that the station has told of since the reading began."""
    told = StationSetting.objects.filter(
        station_id=configuration.station_id, checked_at__gte=configuration.reading_since
    )
    return {name.lower() for name in told.values_list("name", flat=True)}


def _missing(configuration: StationConfiguration, adapter: Adapter, fresh: set[str]) -> list[str]:
    """What every station has, or what somebody wants, and was not among everything."""
    wanted = StationSetting.objects.filter(station_id=configuration.station_id, desired__isnull=False)
    names = (*adapter.settings.required, *wanted.values_list("name", flat=True))
    return sorted({name for name in names if name.lower() not in fresh}, key=str.lower)


def _end(configuration: StationConfiguration, note: str) -> None:
    configuration.reading, configuration.reading_since, configuration.note = None, None, note[:255]
    configuration.save()
    station = configuration.station
    live.send_on_commit(station.organisation_id, stations=[station.public_id])


def readings_resume(limit: int = 200) -> int:
    """Take up readings whose next request was never sent; how many there were."""
    asking = Command.objects.filter(
        station_id=OuterRef("station_id"), purpose=PURPOSE, state__in=OPEN_COMMANDS
    )
    idle = StationConfiguration.objects.filter(~Exists(asking), reading_since__isnull=False)
    keys = list(idle.values_list("pk", flat=True)[:limit])
    for station_id in keys:
        advance(station_id)
    return len(keys)
