"""A station that sends too much for too long."""

from django.conf import settings

from chargers.ocpp.normalise import TRANSACTION_ACTIONS
from chargers.ocpp.rpc import CallReceived


class Flood:
    """How long one socket has been over its rate without a message of a transaction among them.

    Transaction messages are queued while a station is offline and may come by the thousand: they are read slowly,
    and that is all.
    """

    def __init__(self) -> None:
        self._since: float | None = None

    def is_over(self, event: object, is_over_rate: bool, now: float) -> bool:
        """Count one frame; whether the patience with this socket is over."""
        replayed = isinstance(event, CallReceived) and event.action in TRANSACTION_ACTIONS
        if not is_over_rate or replayed:
            self._since = None
        elif self._since is None:
            self._since = now
        return self._since is not None and now - self._since >= settings.OCPP["FLOOD_PATIENCE"]
