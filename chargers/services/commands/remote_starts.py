"""Remote starts: which transaction is whose, and from the evidence why none came.

A transaction makes one remote start come true, the oldest that still waits for it; its public id is then in that
command's expectation. Any other remote start needs a transaction of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from chargers.choices import AuthorizationStatus, ConnectorStatus, Direction, FactKind, StartMissed
from chargers.models import (
    Authorization,
    Command,
    Connector,
    MessageExchange,
    StationConnection,
    Transaction,
)

from ..learned.facts import fact_value

KIND = "transaction_started"
# A start may seem that much older than the command that asked for it.
_CLOCKS_DIFFER = timedelta(minutes=5)
# No command waits longer before it is sent, so no older one can have claimed a transaction.
_LONGEST_WAIT = timedelta(days=8)
_STOPPED_FOR_CARD = "DeAuthorized"
_READY = (ConnectorStatus.PREPARING, ConnectorStatus.OCCUPIED)
_BUSY = (ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED_EV, ConnectorStatus.SUSPENDED_EVSE)
_SHUT = (ConnectorStatus.UNAVAILABLE, ConnectorStatus.FAULTED, ConnectorStatus.RESERVED)


@dataclass(frozen=True, slots=True)
class Missed:
    """Why no start came: the reason, and words that follow "Accepted by the station, but"."""

    why: StartMissed
    note: str


def wanting(commands: Iterable[Command], transaction: Transaction) -> Command | None:
    """The first of these commands that asked for a transaction nobody has claimed yet."""
    for command in commands:
        if is_wanted(command, transaction):
            return None if _is_claimed(transaction) else command
    return None


def found(command: Command) -> Transaction | None:
    """A transaction that began since the command was sent, and is its and nobody else's."""
    began = Transaction.objects.select_for_update().filter(
        station_id=command.station_id, start_received_at__gte=command.sent_at
    )
    wanted = (row for row in began.order_by("id")[:20] if is_wanted(command, row))
    return next((row for row in wanted if not _is_claimed(row)), None)


def is_wanted(command: Command, transaction: Transaction) -> bool:
    """Whether a remote start asked for this transaction: by its id in 2.x, by tag, place and time in 1.6.

    A start from a queue that is older than the command was nobody's answer to it.
    """
    wanted = command.expectation
    if "transaction" in wanted:
        return False
    if transaction.remote_start_id is not None:
        return wanted.get("remote_start_id") == transaction.remote_start_id
    return (
        is_same_card(command, transaction.uid)
        and wanted.get("evse_no") in (None, transaction.evse_no)
        and not _began_before(command, transaction)
    )


def is_same_card(command: Command, uid: str) -> bool:
    """Whether the command asked for this card."""
    return str(command.expectation.get("uid", "")).upper() == uid.upper()


def _began_before(command: Command, transaction: Transaction) -> bool:
    """By the station's own clock, as wrong as it is known to be."""
    ahead = timedelta(seconds=int(fact_value(command.station_id, FactKind.CLOCK) or 0))
    asked_at = command.sent_at or command.created_at
    return transaction.started_at - ahead < asked_at - _CLOCKS_DIFFER


def _is_claimed(transaction: Transaction) -> bool:
    return Command.objects.filter(
        station_id=transaction.station_id,
        created_at__gte=transaction.start_received_at - _LONGEST_WAIT,
        expectation__transaction=transaction.public_id,
    ).exists()


def refusal(command: Command) -> str:
    """Why we refused the card when the station last asked about it since; "" when we did not."""
    asked = Authorization.objects.filter(
        station_id=command.station_id, uid__iexact=command.expectation.get("uid", ""), at__gte=command.sent_at
    )
    last = asked.order_by("-at", "-pk").first()
    return "" if last is None or last.status == AuthorizationStatus.ACCEPTED else last.reason


def refused(reason: str) -> Missed:
    """The station asked about the card and we said no."""
    return Missed(StartMissed.CARD_REFUSED, f"we refused the card: {reason}")


def stopped(command: Command, transaction: Transaction) -> Missed:
    """The station had started before it asked, and stopped when it heard the answer, or later."""
    reason = refusal(command) or transaction.authorization
    if transaction.stop_reason == _STOPPED_FOR_CARD:
        text = f"the station started and stopped again because we refused the card: {reason}"
    else:
        text = f"we refused the card ({reason}), and the session that began all the same has ended"
    return Missed(StartMissed.CARD_REFUSED, text)


def given_up(command: Command, evse_no: int) -> Missed:
    """Prepared for the start and free again without one."""
    reason = refusal(command)
    if reason:
        return refused(reason)
    return Missed(StartMissed.GIVEN_UP, f"connector {evse_no} is free again without a start")


def missed(command: Command, within_s: int) -> Missed:
    """Why nothing started in time, by what the station did and said since."""
    reason = refusal(command)
    if reason:
        return refused(reason)
    if _was_away(command):
        return Missed(StartMissed.OFFLINE, "the station lost its connection before it reported a start")
    return _taken(command) or _at_the_connector(command, within_s)


def _was_away(command: Command) -> bool:
    """Whether the socket that carried the command is not the station's open one any more."""
    link = StationConnection.objects.filter(pk=command.station_id).first()
    return link is not None and (not link.is_open or (command.epoch or link.epoch) != link.epoch)


def _taken(command: Command) -> Missed | None:
    """Whether charging began as asked for, and made another remote start come true."""
    began = Transaction.objects.filter(station_id=command.station_id, start_received_at__gte=command.sent_at)
    if not any(is_wanted(command, row) for row in began.order_by("id")[:20]):
        return None
    return Missed(StartMissed.TAKEN, "the only session that began was asked for by another remote start")


def _at_the_connector(command: Command, within_s: int) -> Missed:
    connector = _telling(command)
    status = connector.status if connector else ConnectorStatus.UNKNOWN
    if connector is None or status == ConnectorStatus.UNKNOWN:
        return _unexplained(command, within_s)
    place = f"connector {connector.evse.number}"
    word = ConnectorStatus(status).label
    if status == ConnectorStatus.AVAILABLE:
        return Missed(StartMissed.NO_CAR, f"no car was plugged in within {within_s} s: {place} is free")
    if status in _READY:
        return Missed(
            StartMissed.NOT_BEGUN,
            f"charging did not start within {within_s} s, although {place} {_readiness(command, connector)}",
        )
    if status in _BUSY:
        return Missed(StartMissed.BUSY, f"{place} is busy with another session ({word})")
    if status in _SHUT:
        return Missed(StartMissed.SHUT, f"{place} cannot charge now ({word})")
    return Missed(StartMissed.FINISHING, f"{place} has not finished the session before ({word})")


def _readiness(command: Command, connector: Connector) -> str:
    since, sent_at = connector.status_received_at, command.sent_at
    word = ConnectorStatus(connector.status).label
    if since is not None and sent_at is not None and since < sent_at:
        return f"reported {word} all the time: a car is plugged in"
    return f"reports {word}: it was getting ready"


def _telling(command: Command) -> Connector | None:
    """The connector asked for; of several the one that is not free, the one that changed last."""
    rows = Connector.objects.filter(evse__station_id=command.station_id).select_related("evse")
    if command.expectation.get("evse_no"):
        rows = rows.filter(evse__number=command.expectation["evse_no"])
    silent = (ConnectorStatus.AVAILABLE, ConnectorStatus.UNKNOWN)
    known = sorted(rows.order_by("-status_received_at"), key=lambda row: row.status in silent)
    return known[0] if known else None


def _unexplained(command: Command, within_s: int) -> Missed:
    said = MessageExchange.objects.filter(
        station_id=command.station_id, direction=Direction.IN, received_at__gte=command.sent_at
    )
    tail = "gives no reason" if said.exists() else "has reported nothing since"
    return Missed(
        StartMissed.UNEXPLAINED, f"charging did not start within {within_s} s, and the station {tail}"
    )
