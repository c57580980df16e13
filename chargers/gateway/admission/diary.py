"""What the connection doctor wants to know later: refused handshakes and first pongs, written off the hot path.

A flood costs memory for `MOST_WAITING` entries and one small write every few seconds, nothing else.
"""

import asyncio
import contextlib
from typing import Any

from django.db import IntegrityError

from chargers.choices import RefusalReason
from chargers.services.stations.refusals import Attempt, first_pongs, refusals_store
from cpms.core import clock
from cpms.core.secrets import machine_key_hash

from ..process.threads import Threads
from ..storing.unit import DatabaseAway
from .address import BadHandshake, Credentials, credentials_of, header, printable

FLUSH_S = 2.0
MOST_WAITING = 1_000
# What the gateway says of a refusal, for its own log, to the reason a person reads.
_REASONS = {
    "no credentials": RefusalReason.NO_PASSWORD,
    "wrong credentials": RefusalReason.WRONG_PASSWORD,
    "too many wrong passwords": RefusalReason.THROTTLED,
    "a browser is no charger": RefusalReason.BROWSER,
    "no subprotocol offered": RefusalReason.NO_SUBPROTOCOL,
    "two Authorization headers": RefusalReason.HEADERS,
    "security profile too low": RefusalReason.PROFILE_TOO_LOW,
    "client certificate refused": RefusalReason.CERTIFICATE,
    "no such path": RefusalReason.WRONG_PATH,
    "malformed identity": RefusalReason.WRONG_PATH,
    "too many handshakes at once": RefusalReason.BUSY,
    "as many sockets as there are files": RefusalReason.BUSY,
}
_OF_A_PATH = (RefusalReason.WRONG_PATH,)


class Diary:
    """Collects on the event loop, writes every `FLUSH_S`; what the database does not take is dropped."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._attempts: dict[tuple[str, ...], Attempt] = {}
        self._pongs: dict[int, int] = {}

    def refused(self, scope: dict[str, Any], source: str, why: BadHandshake | RefusalReason) -> None:
        """A handshake from `source` was refused, and the refusal has left already."""
        if isinstance(why, RefusalReason) or why.knock is None:
            attempt = _attempt(scope, source, why)
            known = self._attempts.get(attempt.key)
            if known is not None:
                known.count, known.last_at = known.count + 1, attempt.last_at
            elif len(self._attempts) < MOST_WAITING:
                self._attempts[attempt.key] = attempt

    def first_pong(self, station_id: int, epoch: int) -> None:
        """A socket has answered a ping for the first time."""
        self._pongs[station_id] = epoch

    async def run(self) -> None:
        """Write for ever."""
        while True:
            await asyncio.sleep(FLUSH_S)
            attempts, self._attempts = list(self._attempts.values()), {}
            pongs, self._pongs = self._pongs, {}
            # A station may be removed while this is written; a diary is not worth a gateway.
            with contextlib.suppress(DatabaseAway, IntegrityError):
                if attempts:
                    await self._threads.run(refusals_store, attempts)
            with contextlib.suppress(DatabaseAway, IntegrityError):
                if pongs:
                    await self._threads.run(first_pongs, pongs)


def _attempt(scope: dict[str, Any], source: str, why: BadHandshake | RefusalReason) -> Attempt:
    reason = why if isinstance(why, RefusalReason) else _REASONS.get(str(why), RefusalReason.OTHER)
    path = printable([scope["raw_path"]], 255)
    detail = path if reason in _OF_A_PATH else str(why) if reason == RefusalReason.OTHER else ""
    identity = path.rstrip("/").rpartition("/")[2][:48]
    user, hashes = _shown(scope, identity)
    return Attempt(
        identity=identity,
        remote_address=source,
        reason=reason,
        detail=detail[:255],
        subprotocols=printable(header(scope, b"sec-websocket-protocol"), 255),
        user_agent=printable(header(scope, b"user-agent"), 255),
        last_at=clock.now(),
        user_is_identity=user == identity,
        key_hashes=hashes,
    )


def _shown(scope: dict[str, Any], identity: str) -> tuple[str, tuple[str, ...]]:
    """The user name, and what the password hashes to, as it came and without blanks around it; never the password."""
    with contextlib.suppress(BadHandshake):
        offered: Credentials | None = credentials_of(scope)
        if offered is not None:
            forms = dict.fromkeys((offered.key, offered.key.strip()))
            return offered.user, tuple(machine_key_hash(identity, form) for form in forms)
    return "", ()
