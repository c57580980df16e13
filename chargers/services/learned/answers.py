"""What the answers to our commands teach: whom not to ask again, and how to ask."""

from typing import Any

from django.db import transaction

from chargers.choices import CommandState, FactKind, Quirk
from chargers.domain import Trigger
from chargers.models import ChargingStation, Command, LearnedFact
from chargers.ocpp.fields import elements
from cpms.core import clock
from cpms.core.actors import SYSTEM

from ..commands.end import Reply
from ..commands.follow_ups import watches
from ..commands.send import InvalidCommand, command_request
from ..stations.report import quirks_seen
from .facts import fact_learn

_TRIGGERS = ("TriggerMessage", "ExtendedTriggerMessage")
_BOOT = "BootNotification"
_UNANSWERED = (CommandState.TIMED_OUT, CommandState.UNKNOWN)
_REFUSED = (CommandState.REJECTED, CommandState.CALLERROR)
_MAX_KEYS = "getconfigurationmaxkeys"


@transaction.atomic
def boot_ask(station_id: int) -> bool:
    """Ask a station that never booted here to do so, once in its life; whether it was asked.

    Some answer such a request by really restarting, others not at all: it is never repeated by itself.
    """
    station = ChargingStation.objects.select_for_update().filter(pk=station_id, last_boot_at=None).first()
    known = LearnedFact.objects.filter(station_id=station_id, kind=FactKind.BOOT_TRIGGER)
    if station is None or known.exists():
        return False
    try:
        command = command_request(station, Trigger(_BOOT), SYSTEM)
    except InvalidCommand:
        return False
    _learn(command, FactKind.BOOT_TRIGGER, "asked")
    return True


@watches(*_TRIGGERS, "GetConfiguration")
def answer_learn(command: Command, reply: Reply) -> None:
    """Look at how a command ended."""
    if command.action in _TRIGGERS:
        _trigger(command, reply)
    elif command.action == "GetConfiguration":
        _settings(command, reply)


def _trigger(command: Command, reply: Reply) -> None:
    if command.payload.get("requestedMessage") == _BOOT:
        _boot_trigger(command, reply)
    elif reply.state == CommandState.ACCEPTED and _was_refused_without_place(command):
        _learn(command, FactKind.TRIGGER_PLACE, "needed")


def _boot_trigger(command: Command, reply: Reply) -> None:
    if reply.state in _REFUSED or reply.state in _UNANSWERED:
        value = "refused" if reply.state in _REFUSED else "unanswered"
        _learn(command, FactKind.BOOT_TRIGGER, value, status=str(reply.state))
        quirks_seen(command.station_id, [Quirk.TRIGGER_REFUSED], clock.now())


def _was_refused_without_place(command: Command) -> bool:
    if "connectorId" not in command.payload:
        return False
    same = Command.objects.filter(
        station_id=command.station_id, action=command.action, state__in=(*_REFUSED, *_UNANSWERED),
        payload__requestedMessage=command.payload["requestedMessage"],
    )  # fmt: skip
    return same.exclude(payload__has_key="connectorId").exists()


def _settings(command: Command, reply: Reply) -> None:
    if not command.payload.get("key") and reply.state in _UNANSWERED:
        _learn(command, FactKind.SETTINGS_ALL, "unanswered")
    for entry in elements((reply.result or {}).get("configurationKey")):
        if str(entry.get("key")).lower() == _MAX_KEYS:
            _most_keys(command, entry.get("value"))


def _most_keys(command: Command, value: object) -> None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and 0 < int(value) < 10_000:
        _learn(command, FactKind.SETTINGS_KEYS, int(value))


def booted_after_trigger(station_id: int, epoch: int) -> None:
    """A boot came while one was asked for: on the socket that was asked it is an answer, on a later one a restart."""
    asked = Command.objects.filter(
        station_id=station_id,
        action__in=_TRIGGERS,
        payload__requestedMessage=_BOOT,
        state=CommandState.ACCEPTED,
    )
    command = asked.order_by("-id").first()
    if command is not None and command.epoch is not None:
        value = "answered" if command.epoch == epoch else "reboots"
        _learn(command, FactKind.BOOT_TRIGGER, value, socket=epoch)


def _learn(command: Command, kind: FactKind, value: object, **evidence: Any) -> None:
    fact_learn(command.station_id, kind, value, {"command": command.public_id, **evidence}, clock.now())
