"""Accepted is not done: watching whether what a command asked for then really happened.

A command that was accepted carries an expectation (`chargers.ocpp.adapter.Adapter.expectation`) and a
deadline. What stations report later either fulfils it or the deadline passes.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction as database
from django.db.models import QuerySet

from chargers.choices import (
    AuthorizationStatus,
    Availability,
    CommandEffect,
    ConnectorStatus,
    Quirk,
    StartMissed,
)
from chargers.events import CommandEffectKnown
from chargers.models import ChargingStation, Command, Transaction
from cpms.core import clock, live
from cpms.core.events import publish

from ..source import Source
from ..stations.report import quirks_seen
from . import remote_starts

# How long after the answer each effect may take.
_WITHIN = {
    "booted": timedelta(minutes=5),
    "availability": timedelta(minutes=1),
    "setting": timedelta(minutes=1),
    "message": timedelta(seconds=30),
    "transaction_ended": timedelta(minutes=1),
}
# How long a start that was refused may go on before that is the last word.
_STOPS_WITHIN = timedelta(minutes=1)


# A station that answers "Scheduled" first lets a session end.
_SCHEDULED_WITHIN = timedelta(hours=24)
_SCHEDULABLE = ("booted", "availability")


def deadline(expectation: dict[str, Any], now: datetime, scheduled: bool = False) -> datetime:
    """Until when the effect must be seen. A start waits as long as a driver may take to plug in."""
    if scheduled and expectation["kind"] in _SCHEDULABLE:
        return now + _SCHEDULED_WITHIN
    return now + _WITHIN.get(expectation["kind"], timedelta(seconds=settings.OCPP["START_TIMEOUT"]))


def awaited(station_id: int, kind: str) -> QuerySet[Command]:
    """Commands of a station whose effect of this kind is still awaited, oldest first."""
    pending = Command.objects.filter(
        station_id=station_id, effect=CommandEffect.PENDING, expectation__kind=kind
    )
    return pending.select_related("station").order_by("id")


def seen(command: Command, note: str, **facts: str) -> None:
    """The effect is there; `note` says how it was seen, `facts` are kept with what was expected."""
    _settle(command, CommandEffect.SEEN, note, **facts)


def not_seen(command: Command, note: str) -> None:
    """It did not come: `note` says what was waited for."""
    _settle(command, CommandEffect.NOT_SEEN, note)


def start_missed(command: Command, told: remote_starts.Missed) -> None:
    """A remote start led to no charging."""
    _settle(command, CommandEffect.NOT_SEEN, told.note, why=told.why)


def transaction_started(source: Source, transaction: Transaction) -> None:
    """A transaction began: the oldest remote start that asked for it came true."""
    waiting = awaited(source.station_id, remote_starts.KIND)
    command = remote_starts.wanting(waiting, transaction)
    if command is not None:
        start_found(command, transaction)


def start_found(command: Command, transaction: Transaction) -> None:
    """A remote start has its transaction; one whose card we refused is watched until it stops."""
    if transaction.authorization in ("", AuthorizationStatus.ACCEPTED):
        seen(command, f"transaction {transaction.public_id} started", transaction=transaction.public_id)
    elif transaction.is_open:
        reason = remote_starts.refusal(command) or transaction.authorization
        command.effect_deadline = clock.now() + _STOPS_WITHIN
        note = f"charging has started although we refused the card: {reason}"
        _note(command, note, why=StartMissed.CARD_REFUSED, transaction=transaction.public_id)
    else:
        start_missed(command, remote_starts.stopped(command, transaction))


def card_refused(station_id: int, uid: str, reason: str) -> None:
    """We refused a card: remote starts that wait for it are not likely to come true."""
    for command in awaited(station_id, remote_starts.KIND):
        if remote_starts.is_same_card(command, uid) and "transaction" not in command.expectation:
            refusal_noted(command, reason)


def refusal_noted(command: Command, reason: str) -> None:
    """Say so before the time is over."""
    told = remote_starts.refused(reason)
    _note(command, told.note, why=told.why)


def transaction_ended(source: Source, transaction: Transaction) -> None:
    """A transaction ended: the remote stop came true; a remote start that had led to it, refused, is over."""
    for command in awaited(source.station_id, "transaction_ended"):
        if command.expectation.get("reference") == transaction.reference:
            seen(
                command,
                f"transaction {transaction.public_id} ended: {transaction.stop_reason or 'no reason given'}",
            )
    for command in awaited(source.station_id, remote_starts.KIND):
        if command.expectation.get("transaction") == transaction.public_id:
            start_missed(command, remote_starts.stopped(command, transaction))


def booted(station_id: int, at: datetime) -> None:
    """The station booted: resets sent before came true."""
    for command in awaited(station_id, "booted").filter(sent_at__lte=at):
        seen(command, "the station booted")


def status_reported(station_id: int, evse_no: int, connector_no: int | None, status: str) -> None:
    """A status came: availability changes that it confirms came true, a start that it gives up is over."""
    _give_up_start(station_id, evse_no, status)
    now_in_service = status not in (
        ConnectorStatus.UNAVAILABLE,
        ConnectorStatus.FAULTED,
        ConnectorStatus.UNKNOWN,
    )
    for command in awaited(station_id, "availability"):
        wanted = command.expectation
        right_place = wanted.get("evse_no") in (0, None, evse_no)
        in_service = wanted.get("availability") == Availability.OPERATIVE
        if right_place and in_service == now_in_service:
            seen(command, f"EVSE {evse_no} reports {status}")


def _give_up_start(station_id: int, evse_no: int, status: str) -> None:
    """Prepared for a remote start and free again without one: the driver left, or the station's time was over."""
    if status not in (ConnectorStatus.PREPARING, ConnectorStatus.AVAILABLE):
        return
    for command in awaited(station_id, remote_starts.KIND).exclude(expectation__has_key="transaction"):
        if status == ConnectorStatus.AVAILABLE and command.expectation.get("prepared") == evse_no:
            start_missed(command, remote_starts.given_up(command, evse_no))
        elif status == ConnectorStatus.PREPARING and command.expectation.get("evse_no") in (None, evse_no):
            command.expectation["prepared"] = evse_no
            command.save(update_fields=["expectation"])


def message_received(station_id: int, messages: Collection[str], evse_no: int | None) -> bool:
    """A message came, known by one name or several: triggers that asked for it came true.

    Returns whether other messages are still awaited.
    """
    pending = list(awaited(station_id, "message"))
    fulfilled = [command for command in pending if _is_wanted_message(command.expectation, messages, evse_no)]
    for command in fulfilled:
        seen(command, f"{command.expectation['message']} received")
    return len(fulfilled) < len(pending)


def _is_wanted_message(wanted: dict[str, Any], messages: Collection[str], evse_no: int | None) -> bool:
    names = {wanted.get("message"), wanted.get("also")}
    return not names.isdisjoint(messages) and wanted.get("evse_no") in (None, evse_no)


def setting_read(command: Command, value: str | None) -> None:
    """A setting was read back after it was changed."""
    wanted = str(command.expectation.get("value"))
    if value is not None and value.strip().lower() == wanted.strip().lower():
        seen(command, "reads back as wanted")
    else:
        not_seen(command, "not readable" if value is None else f"reads back as {value[:120]}")
        quirks_seen(command.station_id, [Quirk.SETTING_NOT_KEPT], clock.now())


def sweep(now: datetime | None = None) -> int:
    """Settle effects whose deadline has passed; how many."""
    late = Command.objects.filter(effect=CommandEffect.PENDING, effect_deadline__lt=now or clock.now())
    commands = list(late.select_related("station")[:500])
    for command in commands:
        with database.atomic():
            _give_up(command)
    return len(commands)


def _give_up(command: Command) -> None:
    if command.expectation.get("kind") != remote_starts.KIND:
        not_seen(command, f"not seen within {_waited(command)} s of the answer")
    elif "transaction" in command.expectation:
        _settle(command, CommandEffect.SEEN, command.effect_note)
    elif (transaction := remote_starts.found(command)) is not None:
        start_found(command, transaction)
    else:
        start_missed(command, remote_starts.missed(command, _waited(command)))


def _waited(command: Command) -> int:
    if command.effect_deadline is None or command.finished_at is None:
        return 0
    return round((command.effect_deadline - command.finished_at).total_seconds())


def _note(command: Command, note: str, **facts: str) -> None:
    """What is known already while the effect is still awaited."""
    command.expectation |= facts
    command.effect_note = note[:255]
    changed = Command.objects.filter(pk=command.pk, effect=CommandEffect.PENDING).update(
        expectation=command.expectation,
        effect_note=command.effect_note,
        effect_deadline=command.effect_deadline,
    )
    if changed:
        _tell_pages(command.station, command)


def _settle(command: Command, effect: CommandEffect, note: str, **facts: str) -> None:
    changed = Command.objects.filter(pk=command.pk, effect=CommandEffect.PENDING).update(
        effect=effect,
        effect_at=clock.now(),
        effect_note=note[:255],
        expectation=command.expectation | facts,
    )
    if changed:
        _announce(command.station, command, effect)


def _announce(station: ChargingStation, command: Command, effect: CommandEffect) -> None:
    publish(
        CommandEffectKnown(
            organisation_id=station.organisation_id,
            subject=command.public_id,
            occurred_at=clock.now(),
            station=station.public_id,
            action=command.action,
            effect=effect,
        )
    )
    _tell_pages(station, command)


def _tell_pages(station: ChargingStation, command: Command) -> None:
    live.send_on_commit(station.organisation_id, commands=[command.public_id], stations=[station.public_id])
