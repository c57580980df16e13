"""Commands: a row first, then the wire, then the answer, then the effect.

queued -> claimed -> sent -> accepted | rejected | callerror | timed_out, or expired / cancelled before it was
sent, or unknown when the process that sent it died before the answer. A sent command is never repeated.
"""

import secrets
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from chargers.choices import AuthorizationStatus, CommandState
from chargers.domain import RemoteStart, Request, Token
from chargers.models import ChargingStation, Command, StationConnection
from chargers.ocpp.adapter import Adapter, Unsupported
from chargers.ocpp.adapters import ADAPTERS, DEFAULT, by_subprotocol
from chargers.ocpp.rpc import Role
from chargers.ocpp.schemas import SchemaViolation, UnknownActionError, actions, validate
from cpms.core import audit, bus, clock, live
from cpms.core.actors import Actor
from cpms.core.ends import ends

from ..tags.authorization import decide_start
from . import remote_starts
from .end import Reply, finish

DEFAULT_EXPIRY = timedelta(minutes=5)
LOOK_EVERY_S = 0.5
# A connected station answers within this; until then the database connection is kept.
SHORT_S = 0.1


class InvalidCommand(Exception):
    """The action or payload cannot be sent to this station. `path` names the place, e.g. `payload.type`."""

    def __init__(self, message: str, path: str = "payload") -> None:
        super().__init__(message)
        self.path = path


class NotCancellable(Exception):
    """The command is on its way or done."""


def adapter_of(station: ChargingStation) -> Adapter:
    """The adapter of the version the station speaks, or spoke last. Raises InvalidCommand if it never connected."""
    connection = _connection(station)
    if connection is None:
        raise InvalidCommand(
            "the station has never connected, so its OCPP version is not known yet", "station"
        )
    return by_subprotocol(connection.subprotocol)


def _connection(station: ChargingStation) -> StationConnection | None:
    """The newest connection: as it was read with the station, or read now when it had none then."""
    known: StationConnection | None = getattr(station, "connection", None)
    if known is not None and known.opened_at is not None:
        return known
    return StationConnection.objects.filter(station=station, opened_at__isnull=False).first()


def check(adapter: Adapter, action: str, payload: Any) -> None:
    """Refuse what the version has no word for, naming the place. Raises InvalidCommand."""
    if action not in actions(adapter.version, Role.CSMS):
        raise InvalidCommand(f"{action[:60]!r} is no {adapter.label} command", "action")
    if not isinstance(payload, dict):
        raise InvalidCommand("must be an object", "payload")
    try:
        validate(adapter.version, action, "request", payload)
    except SchemaViolation as error:
        raise InvalidCommand(str(error), f"payload.{error.path}".rstrip(".")) from None
    except UnknownActionError:
        raise InvalidCommand(f"{action[:60]!r} is no {adapter.label} command", "action") from None


def _checked(station: ChargingStation, action: str, payload: Any) -> Adapter:
    """The adapter whose words these are: the station's own, or any before it has told its version.

    When it connects, the command is checked again before it is sent. Raises InvalidCommand.
    """
    link = StationConnection.objects.filter(station=station, opened_at__isnull=False).first()
    if link is not None:
        adapter = by_subprotocol(link.subprotocol)
    else:
        adapter = next((a for a in ADAPTERS.values() if _is_fit(a, action, payload)), DEFAULT)
    check(adapter, action, payload)
    return adapter


def _is_fit(adapter: Adapter, action: str, payload: Any) -> bool:
    try:
        check(adapter, action, payload)
    except InvalidCommand:
        return False
    return True


def command_send(
    station: ChargingStation,
    action: str,
    payload: dict[str, Any],
    actor: Actor,
    *,
    timeout_s: int | None = None,
    expires_in_s: int | None = None,
    parent: Command | None = None,
    purpose: str = "",
    reference: str = "",
) -> Command:
    """Queue a command in the station's own vocabulary and wake whoever holds its socket. Raises InvalidCommand.

    A station that never connected is sent it when it comes, if it then understands it.

    `purpose` and `reference` name what it is a step of; that service hears of its end (`commands.follow_ups`).
    """
    adapter = _checked(station, action, payload)
    wait = timedelta(seconds=expires_in_s) if expires_in_s else DEFAULT_EXPIRY
    with transaction.atomic(savepoint=False):
        command = Command.objects.create(
            station=station,
            action=action,
            payload=payload,
            actor_label=f"{actor.source}: {actor.label}"[:160],
            actor_user_id=actor.user_id,
            timeout_s=timeout_s or settings.OCPP["CALL_TIMEOUT"],
            expires_at=clock.now() + wait,
            message_id=str(uuid.uuid4()),
            parent=parent,
            purpose=purpose,
            reference=reference,
            effect_note=_warning(adapter, station, action, payload),
        )
        _audit(adapter, station, command, actor)
        # Before the pages are told: somebody waits for the station's answer.
        transaction.on_commit(lambda: bus.wake_gateways(station.pk), robust=True)
        live.send_on_commit(
            station.organisation_id, commands=[command.public_id], stations=[station.public_id]
        )
    return command


def _warning(adapter: Adapter, station: ChargingStation, action: str, payload: dict[str, Any]) -> str:
    """What is known to stand in its way: we shall refuse the card when the station asks about it."""
    wanted = adapter.expectation(action, payload)
    if wanted.get("kind") != remote_starts.KIND or not wanted.get("uid"):
        return ""
    decision = decide_start(station.organisation_id, Token(wanted["uid"]), clock.now(), station.pk)
    refused = decision.status != AuthorizationStatus.ACCEPTED
    return f"this card is refused here: {decision.reason}" if refused else ""


def _audit(adapter: Adapter, station: ChargingStation, command: Command, actor: Actor) -> None:
    audit.record(
        actor,
        "command.sent",
        organisation_id=station.organisation_id,
        subject=station.public_id,
        label=station.identity,
        command=command.public_id,
        call=command.action,
        payload=adapter.redact(command.action, command.payload),
    )


def command_request(station: ChargingStation, request: Request, actor: Actor, **options: Any) -> Command:
    """The same for a version-neutral wish; a remote start gets its number here. Raises InvalidCommand."""
    adapter = adapter_of(station)
    if isinstance(request, RemoteStart) and not request.remote_start_id:
        request = replace(request, remote_start_id=secrets.randbelow(2**31 - 1) + 1)
    try:
        action, payload = adapter.outbound(request)
    except Unsupported as error:
        raise InvalidCommand(str(error), "action") from None
    return command_send(station, action, payload, actor, **options)


@transaction.atomic
def command_cancel(command: Command, actor: Actor) -> Command:
    """Take back a command that nobody has claimed. Raises NotCancellable."""
    if not finish(command, Reply(CommandState.CANCELLED), only=(CommandState.QUEUED,)):
        raise NotCancellable("only a queued command can be cancelled")
    command.refresh_from_db()
    station = command.station
    audit.record(
        actor, "command.cancelled", organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity, command=command.public_id,
    )  # fmt: skip
    return command


def command_wait(public_id: str, seconds: float) -> Command:
    """The command, once it is final or `seconds` are over; woken by Redis, and looking every half second regardless."""
    end = time.monotonic() + seconds
    with ends.expected(public_id) as ended:
        if not ended.wait(SHORT_S):
            _release_connection()
        while True:
            command = Command.objects.get(public_id=public_id)
            if command.is_final or time.monotonic() >= end:
                return command
            _release_connection()
            ended.wait(min(end - time.monotonic(), LOOK_EVERY_S))


def _release_connection() -> None:
    """Give the connection back while we sleep; a few waiting callers would else hold the whole pool."""
    if not connection.in_atomic_block:
        connection.close()
