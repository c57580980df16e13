"""The sessions this process holds, by station."""

from collections.abc import Iterator

from ..closing import CloseReason
from ..conversation.session import Session


class Registry:
    """At most one session a station; a newer one ends the older."""

    def __init__(self) -> None:
        self._sessions: dict[int, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._sessions.values()))

    def get(self, station_id: int) -> Session | None:
        """The session of a station, if this process holds it."""
        return self._sessions.get(station_id)

    def stations(self) -> set[int]:
        """Keys of all stations connected here."""
        return set(self._sessions)

    async def enter(self, session: Session) -> None:
        """Take a new session in; an older one of the same station is closed."""
        older = self._sessions.get(session.station.station_id)
        if older is not None and older.epoch > session.epoch:
            await session.close(CloseReason.REPLACED)
            return
        self._sessions[session.station.station_id] = session
        if older is not None:
            await older.close(CloseReason.REPLACED)

    def leave(self, session: Session) -> None:
        """Forget a session, unless a newer one has taken its place."""
        if self._sessions.get(session.station.station_id) is session:
            del self._sessions[session.station.station_id]
