"""Effects that were there before the answer: stations may act first and answer later."""

from chargers.choices import Availability, CommandEffect, ConnectorStatus, Direction
from chargers.models import ChargingStation, Command, Connector, MessageExchange, Transaction

from . import effects, remote_starts


def look(command: Command) -> None:
    """Settle a command whose effect can be seen already."""
    check = _CHECKS.get(command.expectation["kind"])
    if check is not None and command.effect == CommandEffect.PENDING:
        check(command)


def _started(command: Command) -> None:
    transaction = remote_starts.found(command)
    if transaction is not None:
        effects.start_found(command, transaction)
    elif reason := remote_starts.refusal(command):
        effects.refusal_noted(command, reason)


def _ended(command: Command) -> None:
    mine = Transaction.objects.filter(
        station_id=command.station_id, reference=command.expectation.get("reference")
    )
    transaction = mine.filter(ended_at__isnull=False).first()
    if transaction:
        effects.seen(command, f"transaction {transaction.public_id} ended")


def _booted(command: Command) -> None:
    booted = ChargingStation.objects.filter(pk=command.station_id, last_boot_at__gte=command.sent_at)
    if booted.exists():
        effects.seen(command, "the station booted")


def _availability(command: Command) -> None:
    wanted = command.expectation
    connectors = Connector.objects.filter(evse__station_id=command.station_id)
    if wanted.get("evse_no"):
        connectors = connectors.filter(evse__number=wanted["evse_no"])
    in_service = wanted.get("availability") == Availability.OPERATIVE
    out = (ConnectorStatus.UNAVAILABLE, ConnectorStatus.FAULTED, ConnectorStatus.UNKNOWN)
    statuses = list(connectors.values_list("status", flat=True))
    if statuses and all((status not in out) == in_service for status in statuses):
        effects.seen(command, "the connectors report it")


def _message(command: Command) -> None:
    wanted = command.expectation
    names = {wanted.get("message"), wanted.get("also")} - {None}
    received = MessageExchange.objects.filter(
        station_id=command.station_id, direction=Direction.IN, action__in=names,
        received_at__gte=command.sent_at,
    )  # fmt: skip
    # The log does not know places: an EVSE that was asked for by its number is waited for.
    if wanted.get("evse_no") is None and received.exists():
        effects.seen(command, f"{wanted.get('message')} received")


_CHECKS = {
    "message": _message,
    "transaction_started": _started,
    "transaction_ended": _ended,
    "booted": _booted,
    "availability": _availability,
}
