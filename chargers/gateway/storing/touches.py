"""Last-seen times and heartbeat counts, flushed each second instead of with every frame."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from .columns import Integers, Times

# A process that was suspended and taken for dead finds its sockets closed in the books, without a code: they are open.
# A row that somebody holds is left out, with its count of heartbeats: nobody may wait here, for all wait behind.
_SEEN = """
WITH free AS (
    SELECT c.station_id, r.at, r.beats FROM chargers_stationconnection c
    JOIN unnest(%(station)b::bigint[], %(epoch)b::bigint[], %(at)b::timestamptz[], %(beats)b::bigint[])
        AS r(station_id, epoch, at, beats) ON r.station_id = c.station_id AND r.epoch = c.epoch
    FOR NO KEY UPDATE OF c SKIP LOCKED
)
UPDATE chargers_stationconnection c
SET last_seen_at = r.at, heartbeats = c.heartbeats + r.beats,
    closed_at = CASE WHEN c.close_code IS NULL THEN NULL ELSE c.closed_at END
FROM free r WHERE c.station_id = r.station_id
"""
# A process that was silent for long has been struck off the register: it enters again.
_BEAT = """
INSERT INTO chargers_gatewayinstance (id, host, pid, started_at, beat_at)
VALUES (%(instance)s, %(host)s, %(pid)s, %(now)s, %(now)s) ON CONFLICT (id) DO UPDATE SET beat_at = EXCLUDED.beat_at
"""


@dataclass(slots=True)
class Touch:
    """When a socket was last heard, and how many heartbeats it sent since the last flush."""

    epoch: int
    at: datetime
    beats: int = 0

    def after(self, earlier: "Touch") -> "Touch":
        """This touch with the heartbeats of an unflushed earlier one of the same socket."""
        beats = earlier.beats if earlier.epoch == self.epoch else 0
        return Touch(self.epoch, self.at, self.beats + beats)


async def store(
    connection: AsyncConnection[Any], instance: str, now: datetime, touched: dict[int, Touch]
) -> None:
    """One update for all stations heard, one for the process itself."""
    if touched:
        values = list(touched.values())
        columns = {
            "station": Integers(touched),
            "epoch": Integers(t.epoch for t in values),
            "at": Times(t.at for t in values),
            "beats": Integers(t.beats for t in values),
        }
        await connection.execute(_SEEN, columns, prepare=True)
    beat = {"instance": instance, "host": socket.gethostname()[:120], "pid": os.getpid(), "now": now}
    await connection.execute(_BEAT, beat)
