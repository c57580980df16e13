"""What 2.x stations leave out of a connector's status, they tell in the transaction: "Occupied" becomes precise."""

from chargers.choices import ConnectorStatus, TransactionEventKind
from chargers.domain import TransactionReported
from chargers.models import Connector, Transaction

from ..source import Source

# OCPP 2.0.1 ChargingStateEnumType to the words of a connector.
_WIDER = {
    "Charging": ConnectorStatus.CHARGING,
    "SuspendedEV": ConnectorStatus.SUSPENDED_EV,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED_EVSE,
    "EVConnected": ConnectorStatus.PREPARING,
    "Idle": ConnectorStatus.PREPARING,
}
# Whatever means that a car is there; anything else the station said of the connector itself, and stands.
_OCCUPIED = (*_WIDER.values(), ConnectorStatus.OCCUPIED, ConnectorStatus.FINISHING)


def connector_state_tell(source: Source, report: TransactionReported, transaction: Transaction) -> None:
    """Take the charging state of a 2.x message over to its connector; 1.6 stations say it themselves.

    What was told of an offline time says nothing of now, but an end does: that transaction is over.
    """
    status = _told(report)
    if status is None or transaction.evse_no is None:
        return
    if report.offline and report.kind != TransactionEventKind.ENDED:
        return
    here = Connector.objects.filter(
        evse__station_id=source.station_id, evse__number=transaction.evse_no, status__in=_OCCUPIED
    )
    if transaction.connector_no is not None:
        here = here.filter(number=transaction.connector_no)
    here.exclude(status=status).update(status=status, status_received_at=source.received_at)


def _told(report: TransactionReported) -> ConnectorStatus | None:
    if report.seq_no is None:
        return None
    if report.kind == TransactionEventKind.ENDED:
        return ConnectorStatus.FINISHING
    return _WIDER.get(report.charging_state)
