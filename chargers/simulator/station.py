"""One simulated charging station, driven by hand or by itself."""

import asyncio
import random
from collections.abc import Callable
from types import TracebackType
from typing import Self

from chargers.ocpp.rpc import ErrorKind, Payload, Version

from . import automation, inbound, v16_security
from .car import Car
from .clock import Clock
from .dialect import Dialect
from .ledger import Ledger
from .line import ACCEPTED
from .link import CallFailed, Disconnected, Received
from .local_list import LocalList
from .options import VERSIONS, Facts, Options
from .outlet import Outlet, Session, Status
from .sessions import Sessions
from .v16 import V16
from .v201 import V201

DIALECTS: dict[Version, Callable[[], Dialect]] = {Version.V16: V16, Version.V201: V201}
# What may happen to a message that is not kept until it is answered.
LOST = (CallFailed, TimeoutError, Disconnected)
Override = Payload | Callable[[Payload], Payload] | ErrorKind | None


class SimulatedStation(Sessions):
    """A charge point (OCPP 1.6) or charging station (2.0.1) with outlets 1..`evses`.

    `async with` connects it; an automatic one connects, boots and reconnects by itself instead. `received`
    are the server's CALLs, answered as a well-behaved station would unless `answers[action]` says otherwise:
    a payload, a function of the payload, an ErrorKind, or None to stay silent. The ledger is written before a
    message about what happened can leave.
    """

    def __init__(
        self,
        url: str,
        identity: str,
        password: str | None = None,
        *,
        version: str = "1.6",
        evses: int = 1,
        clock: Clock | None = None,
        ledger: Ledger | None = None,
        options: Options | None = None,
        facts: Facts | None = None,
        rng: random.Random | None = None,
    ) -> None:
        dialect = DIALECTS[VERSIONS[version]]()
        super().__init__(
            url,
            identity,
            password,
            dialect,
            clock or Clock(),
            options or Options(),
            facts or Facts(),
            rng or random.Random(),
            evses=evses,
            ledger=ledger,
        )
        self.settings = dict(dialect.settings)
        self.local_list = LocalList()
        self.certificates = v16_security.CertificateStore()
        self.answers: dict[str, Override] = {}
        self.received: list[Received] = []
        self.arrivals = inbound.Arrivals()
        self.reboots_when_idle = False
        self.on_rekey: Callable[[str], None] | None = None
        self._reported: dict[int, tuple[Status, str]] = {}

    async def __aenter__(self) -> Self:
        self.spawn(self.outbox.deliver())
        if self.options.automatic:
            for task in automation.tasks(self):
                self.spawn(task)
        else:
            await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.end_tasks()
        await self.disconnect()

    # At the outlets

    async def plug(self, evse: int = 1, car: Car | None = None) -> None:
        """Put a cable in; charging begins if it was authorised before."""
        self.outlets[evse].plug(car or Car())
        await self.report(self.outlets[evse])
        await self.begin_if_ready(evse)

    async def swipe(self, uid: str, evse: int = 1) -> str:
        """Hold up a card: starts, or ends the session of the same card. What was decided about it."""
        outlet = self.outlets[evse]
        if outlet.session is not None and outlet.session.uid == uid:
            await self.stop(evse, "Local", uid)
            return ACCEPTED
        if outlet.session is None and outlet.is_kept_from(uid):
            return "Blocked"
        status = await self._decide(uid)
        if status == ACCEPTED and outlet.session is None:
            outlet.granted = (uid, None)
            await self.begin_if_ready(evse)
        return status

    async def begin_if_ready(self, evse: int, trigger: str = "Authorized") -> None:
        """Start charging if a car is in, somebody may and nothing forbids it."""
        outlet = self.outlets[evse]
        if outlet.car is None or outlet.session or outlet.granted is None or outlet.fault:
            return
        (uid, remote_start_id), outlet.granted = outlet.granted, None
        await self.settled(self.begin(outlet, uid, remote_start_id, trigger))
        await self.report(outlet)
        self.note_state(outlet)

    def draw(self, wh: float, evse: int = 1) -> None:
        """Let energy flow in no time."""
        self.outlets[evse].pour(wh)

    async def sample(self, evse: int = 1, context: str = "Sample.Periodic") -> None:
        """Meter values of now: kept until answered inside a session, said once outside."""
        outlet = self.outlets[evse]
        sample = outlet.sample(self.now(), context)
        if outlet.session is None:
            await self.call(*self.dialect.metered(outlet, sample))
        else:
            message = self.dialect.sampled(outlet.session, sample, not self.connected)
            await self.settled(self.post(message, outlet.session))

    async def stop(self, evse: int = 1, reason: str = "Local", uid: str | None = None) -> None:
        """End the session. Raises LookupError when there is none."""
        outlet = self.outlets[evse]
        await self.settled(self.end(outlet, self.session(evse), reason, uid))
        await self.report(outlet)
        if self.reboots_when_idle and not any(other.session for other in self.outlets.values()):
            self.reboots_when_idle = False
            self.spawn(self.restart())

    async def unplug(self, evse: int = 1) -> None:
        """Pull the cable; a running session ends."""
        outlet = self.outlets[evse]
        if outlet.session is not None:
            await self.stop(evse, "EVDisconnected")
        outlet.unplug()
        await self.report(outlet)

    async def fault(self, evse: int = 1, code: str = "GroundFailure") -> None:
        """Something breaks; a running session ends."""
        outlet = self.outlets[evse]
        if outlet.session is not None:
            await self.settled(self.end(outlet, outlet.session, "GroundFault", None))
        outlet.fault = code
        await self.report(outlet)

    async def recover(self, evse: int = 1) -> None:
        """What broke works again."""
        self.outlets[evse].fault = ""
        await self.report(self.outlets[evse])

    async def deauthorize(self, session: Session) -> None:
        """The server does not want this token: stop what it started (1.6 StopTransactionOnInvalidId)."""
        if self.outlets[session.evse_no].session is session:
            await self.stop(session.evse_no, "DeAuthorized")

    # What it tells and hears

    async def status(self, evse: int = 1) -> None:
        """StatusNotification of one outlet, now."""
        outlet = self.outlets[evse]
        self._reported[evse] = (outlet.status, outlet.fault)
        await self.call(*self.dialect.status(outlet, self.now()))

    async def report(self, outlet: Outlet) -> None:
        """StatusNotification if the status changed and the line is up; it is never queued."""
        if not self.online or self._reported.get(outlet.number) == (outlet.status, outlet.fault):
            return
        try:
            await self.status(outlet.number)
        except LOST:
            self._reported.pop(outlet.number, None)

    async def report_all(self) -> None:
        for outlet in self.outlets.values():
            await self.report(outlet)

    async def restart(self) -> None:
        """Power off and on again, then boot and report."""
        self.boot_reason, self.registration = "RemoteReset", ""
        await self.disconnect()
        await asyncio.sleep(self.options.reboot_s)
        if not self.options.automatic:
            await self.connect()
            await self.boot()
            await self.report_all()

    async def on_call(self, received: Received) -> None:
        await inbound.answer(self, received)

    def on_connected(self) -> None:
        self._reported.clear()

    async def wait_for(self, action: str, timeout_s: float = 5) -> Received:
        """The next CALL of the server with this action, each one once. Raises TimeoutError."""
        return await asyncio.wait_for(self.arrivals.take(action), timeout_s)

    def rekey(self, password: str) -> None:
        """The server gave a new password; it holds from the next connection on."""
        self.password = password
        if self.on_rekey is not None:
            self.on_rekey(password)

    async def _decide(self, uid: str) -> str:
        if self.online:
            try:
                return await self.authorize(uid)
            except LOST:
                pass
        return ACCEPTED if self.options.offline_accepts or uid in self.known_uids else "Invalid"
