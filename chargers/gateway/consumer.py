"""The Channels consumer of a charger's socket."""

import asyncio
import contextlib
import logging
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from chargers.choices import Quirk, RefusalReason
from chargers.services.security.certificate_check import Claimant, Proof, certificate_check, certificate_used
from chargers.services.security.changes import proven
from chargers.services.security.events import event_noticed
from chargers.services.stations.connections import Claim, connection_contested, is_held_elsewhere
from chargers.services.stations.report import quirks_seen
from chargers.services.stations.unknown import knocked
from cpms.core import clock

from .admission.address import BadHandshake, identity_of
from .admission.contest import ContestLost, calm_down, contest
from .admission.facts import StationFacts
from .admission.handshake import Admission, admit, remote_address
from .admission.transport import Transport, transport_of
from .closing import CloseReason
from .conversation.oddities import of_close, of_handshake
from .conversation.session import Session, Socket
from .process import runtime as runtimes
from .storing.unit import DatabaseAway

logger = logging.getLogger(__name__)
MAX_ACCEPT_WAIT_S = 10.0


class OcppConsumer(AsyncConsumer):
    """Accepts a station, feeds its frames to a session, cleans up after its own epoch.

    `dispatch` is overridden: the stock one hops through one process-wide thread for every event, which
    doubles the cost of a frame and lets one slow query delay every charger. No event here touches the ORM
    on the event loop, so there are no connections to close.
    """

    session: Session | None = None
    code: int | None = None
    # Station and epoch, from the moment the books say that this socket is the newest.
    claimed: tuple[int, int] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Read events one by one; no channel layer, whose queue every socket would pay for."""
        self.scope, self.base_send = scope, send
        self.runtime = runtimes.current()
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            await self._clean_up()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Route by type, frames first."""
        kind = message["type"]
        if kind == "websocket.receive":
            await self._received(message)
        elif kind == "websocket.connect":
            await self._connect()
        elif kind == "websocket.disconnect":
            self.code = message.get("code")
            raise StopConsumer

    async def _received(self, message: dict[str, Any]) -> None:
        if self.session is None:
            return
        text = message.get("text")
        if text is None:
            await self.session.close(CloseReason.UNSUPPORTED_DATA)
        else:
            await self.session.receive(text)

    async def _connect(self) -> None:
        try:
            admission = await self._admit()
            await self._open(admission)
        except BadHandshake as refusal:
            await self._reject(refusal.status)
            await self._remember(refusal)
            self.runtime.diary.refused(self.scope, remote_address(self.scope), refusal)
        except ContestLost:
            await self._reject(409)
            await self._report_contest(admission)
            self.runtime.diary.refused(self.scope, admission.remote_address, RefusalReason.CONTESTED)
        except DatabaseAway:
            await self._reject(503)

    async def _admit(self) -> Admission:
        runtime, loop = self.runtime, asyncio.get_running_loop()
        if runtime.capacity.is_reached(self._connections(), loop.time()):
            raise BadHandshake(503, "as many sockets as there are files")
        wait = runtime.accepting.take(loop.time(), MAX_ACCEPT_WAIT_S)
        if wait > MAX_ACCEPT_WAIT_S:
            raise BadHandshake(503, "too many handshakes at once")
        await asyncio.sleep(wait)
        identity = identity_of(self.scope["raw_path"])
        pair = (identity, remote_address(self.scope))
        if runtime.failures.held_off(*pair, loop.time()):
            raise BadHandshake(429, "too many wrong passwords")
        try:
            station, transport = await runtime.ownership.facts(identity), transport_of(self.scope)
            proof = await self._proof(station, transport)
            return admit(self.scope, identity, station, transport, proof)
        except BadHandshake as refusal:
            if refusal.status == 401:
                runtime.failures.failed(*pair, loop.time())
            raise

    async def _proof(self, station: StationFacts | None, transport: Transport) -> Proof | None:
        """What the client certificate proves; looked up only where one was shown."""
        if station is None or transport.certificate is None:
            return None
        claimant = Claimant(station.organisation_id, station.identity, station.serial_number)
        return await self.runtime.threads.run(certificate_check, claimant, transport.certificate)

    async def _prove(self, admission: Admission) -> None:
        """Make what the station came with hold from now on: a new key, a higher profile, a certificate."""
        run, station = self.runtime.threads.run, admission.station
        pending = admission.with_pending_key
        if station.is_changing:
            key_hash = await run(
                proven, station.station_id, admission.security_profile, with_pending_key=pending
            )
            station.key_hash = key_hash or station.key_hash
        if admission.certificate_id is not None:
            await run(certificate_used, admission.certificate_id)

    def _connections(self) -> int:
        """Of this process, those that are still asking included."""
        keepalive = (self.scope.get("extensions") or {}).get("cpms.keepalive")
        return len(self.runtime.sessions) if keepalive is None else keepalive.connections

    async def _open(self, admission: Admission) -> None:
        station, adapter = admission.station, admission.adapter
        if adapter is None:
            # Only versions nobody knows: RFC 6455 lets us finish the handshake without one, and close.
            logger.info("station %s offers no known OCPP version", station.public_id)
            await self.base_send({"type": "websocket.accept"})
            await self.base_send({"type": "websocket.close", "code": int(CloseReason.NO_COMMON_VERSION)})
            self.runtime.diary.refused(self.scope, admission.remote_address, RefusalReason.NO_COMMON_VERSION)
            await self._note(station.station_id, of_handshake(self.scope, admission))
            return
        await self._contest(admission)
        # Looked at now: the claim ends an older socket.
        found = self._oddities(admission)
        await self.runtime.register()
        if admission.proves_something:
            await self._prove(admission)
        claim = Claim(
            self.runtime.instance, adapter.subprotocol, admission.remote_address, admission.security_profile
        )
        epoch = await self.runtime.ownership.claim(station.station_id, claim)
        self.claimed = (station.station_id, epoch)
        await self.base_send({"type": "websocket.accept", "subprotocol": admission.subprotocol})
        self.session = Session(self.runtime, admission, adapter, epoch, self._socket())
        self.session.notebook.quirks(found)
        self._watch_pongs(self.session)
        await self.runtime.sessions.enter(self.session)

    def _oddities(self, admission: Admission) -> list[Quirk]:
        found = of_handshake(self.scope, admission)
        holder = self.runtime.sessions.get(admission.station.station_id)
        return found if holder is None or holder.closed else [*found, Quirk.REPLACES_ITSELF]

    async def _note(self, station_id: int, found: list[Quirk]) -> None:
        with contextlib.suppress(DatabaseAway):
            await self.runtime.threads.run(quirks_seen, station_id, found, clock.now())

    async def _contest(self, admission: Admission) -> None:
        """Raise `ContestLost` when the newcomer may not displace who holds the station, here or in another process."""
        key, now = admission.station.station_id, asyncio.get_running_loop().time()
        holder = self.runtime.sessions.get(key)
        contest(holder, admission, now)
        calm_down(holder, self.runtime.flapping, now)
        if admission.security_profile == 0 and holder is None:
            held = await self.runtime.threads.run(is_held_elsewhere, key, admission.remote_address)
            if held:
                raise ContestLost

    async def _remember(self, refusal: BadHandshake) -> None:
        """Note an unknown station after the refusal, so that its answer takes no longer than a known one's."""
        if refusal.knock is not None:
            with contextlib.suppress(DatabaseAway):
                await self.runtime.threads.run(knocked, refusal.knock)
        if refusal.event is not None:
            with contextlib.suppress(DatabaseAway):
                await self.runtime.threads.run(event_noticed, *refusal.event)

    async def _report_contest(self, admission: Admission) -> None:
        with contextlib.suppress(DatabaseAway):
            await self.runtime.threads.run(
                connection_contested, admission.station.station_id, admission.remote_address
            )

    def _socket(self) -> Socket:
        keepalive = (self.scope.get("extensions") or {}).get("cpms.keepalive")
        if keepalive is None:
            return Socket(self._send_text, self._close)
        return Socket(self._send_text, self._close, keepalive.ping, keepalive.abort)

    def _watch_pongs(self, session: Session) -> None:
        keepalive = (self.scope.get("extensions") or {}).get("cpms.keepalive")
        if keepalive is not None:
            keepalive.on_pong = session.ponged

    async def _send_text(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    async def _close(self, code: int) -> None:
        self.code = code
        await self.base_send({"type": "websocket.close", "code": int(code)})

    async def _reject(self, status: int) -> None:
        """Answer the handshake with an HTTP status, or with the server's own refusal where it cannot."""
        if "websocket.http.response" not in (self.scope.get("extensions") or {}):
            await self.base_send({"type": "websocket.close"})
            return
        headers = [(b"content-type", b"text/plain")]
        if status == 401:
            headers.append((b"www-authenticate", b'Basic realm="OCPP", charset="UTF-8"'))
        if status in (429, 503):
            headers.append((b"retry-after", b"30"))
        await self.base_send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await self.base_send({"type": "websocket.http.response.body", "body": b"refused\n"})
        keepalive = self.scope["extensions"].get("cpms.keepalive")
        if keepalive is not None:
            keepalive.refused()

    async def _clean_up(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            self.runtime.sessions.leave(session)
            session.notebook.quirks(of_close(self.code or 0))
            await session.end()
        if self.claimed is None:
            return
        code = int(self.code if self.code is not None else CloseReason.ABNORMAL)
        await self.runtime.ownership.give_up(*self.claimed, code)
