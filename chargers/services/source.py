"""Where a report came from: which station, over which socket, when."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# Asked in every transaction of every station: building it anew costs more than running it.
_NEWEST = "SELECT epoch FROM chargers_stationconnection WHERE station_id = %s"


class Fenced(Exception):
    """A newer socket of this station has taken over; this one may not write any more."""


@dataclass(frozen=True, slots=True)
class Source:
    """A station as the gateway knows it while a message is handled.

    `epoch` is the socket's; `received_at` the server's time of the message.
    """

    station_id: int
    station: str  # public id
    organisation_id: int
    epoch: int
    received_at: datetime


def check_epoch(source: Source) -> None:
    """Raise `Fenced` unless the source's socket is still the newest of its station (call inside the transaction)."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [source.station_id])
        newest = cursor.fetchone()
    if newest != (source.epoch,):
        raise Fenced(f"epoch {source.epoch} of station {source.station} is over")
