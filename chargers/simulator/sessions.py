"""Charging sessions as messages: begun, told, ended; the ledger first, the queue next, the wire last."""

import asyncio
from typing import Any

from chargers.ocpp.rpc import Payload

from . import charging
from .car import Car
from .dialect import Message
from .ledger import Ledger
from .limits import Limits
from .line import ACCEPTED, Line
from .outbox import Entry, Outbox
from .outlet import Outlet, Session
from .signing import meter_of

CHARGING, PAUSED, HELD_BACK = "Charging", "SuspendedEV", "SuspendedEVSE"


class Sessions(Line):
    """A line with outlets 1..`evses` and a queue of transaction messages."""

    def __init__(self, *who: Any, evses: int, ledger: Ledger | None) -> None:
        super().__init__(*who)
        self.ledger = ledger
        self.outlets = {number: Outlet(number) for number in range(1, evses + 1)}
        self.limits = Limits()
        for number, outlet in self.outlets.items():
            outlet.signer = meter_of(self.identity, number) if self.options.signs else None
        self.outbox = Outbox(self)

    async def deauthorize(self, session: Session) -> None:
        """The server does not want the token of this session."""
        raise NotImplementedError

    def session(self, evse: int = 1) -> Session:
        """The session that runs. Raises LookupError when there is none."""
        session = self.outlets[evse].session
        if session is None:
            raise LookupError(f"no session at {evse}")
        return session

    @property
    def queued(self) -> int:
        """Transaction messages that still wait for their answer."""
        return len(self.outbox)

    async def drained(self, timeout_s: float = 10) -> None:
        """Wait until every transaction message was answered. Raises TimeoutError."""
        await asyncio.wait_for(self.outbox.drained(), timeout_s)

    def on_delivered(self, entry: Entry, answer: Payload) -> None:
        """A transaction message was answered for the first time."""
        session = entry.session
        session.reference = self.dialect.reference(entry.action, answer) or session.reference
        status = self.dialect.token_status(answer)
        if status is None or session.stop_reason:
            return
        session.token_status = status
        if status != ACCEPTED:
            self.spawn(self.deauthorize(session))

    def on_repeated(self, entry: Entry, answer: Payload) -> None:
        """A repeat was answered; a start must get the same transaction."""
        reference = self.dialect.reference(entry.action, answer)
        if self.ledger and reference is not None and reference != entry.session.reference:
            self.ledger.surprise(self.identity, f"transaction {entry.session.reference} became {reference}")

    def begin(self, outlet: Outlet, uid: str, remote_start_id: int | None, trigger: str) -> Entry:
        """A charge begins at the outlet."""
        session = Session(self.new_id(), outlet.number, uid, self.now(), outlet.meter.register_wh)
        session.remote_start_id = remote_start_id
        if outlet.held is not None and not outlet.is_kept_from(uid):
            session.reservation_id, outlet.held = outlet.held.number, None
        session.reference = self.new_id() if self.dialect.names_transactions else None
        if self.ledger:
            self.ledger.start(self.identity, session)
        outlet.session = session
        charging.obey(self)
        sample = outlet.sample(session.started_at, "Transaction.Begin")
        session.signed_begin = sample.signed
        return self.post(self.dialect.started(session, sample, trigger, not self.connected), session)

    def end(self, outlet: Outlet, session: Session, reason: str, uid: str | None) -> Entry:
        """The charge at the outlet is over; `uid` is the card that ended it."""
        sample = outlet.sample(self.now(), "Transaction.End")
        session.stop_reason = reason
        outlet.session, outlet.was_charged, outlet.is_unbound = None, True, False
        self.limits.transaction_ended(outlet.number)
        charging.obey(self)
        if self.ledger:
            self.ledger.stop(self.identity, session, sample.at, sample.energy_wh)
        return self.post(self.dialect.ended(session, sample, uid, not self.connected), session)

    def post(self, message: Message, session: Session) -> Entry:
        """Queue a transaction message."""
        return self.outbox.put(*message, session)

    async def settled(self, entry: Entry) -> None:
        """By hand: wait for the answer, or for the line to break. An automatic station goes on at once."""
        if self.options.automatic or self.link is None or not self.online:
            return
        waits = [asyncio.ensure_future(event.wait()) for event in (entry.done, self.link.closed)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def note_state(self, outlet: Outlet) -> None:
        """Tell when power begins or ceases to flow, in versions that have a message for it."""
        session = outlet.session
        waiting = HELD_BACK if outlet.is_paused else PAUSED
        state = CHARGING if outlet.power_w > 0 else waiting
        if session is None or session.charging_state == state:
            return
        session.charging_state = state
        message = self.dialect.state_changed(session, outlet.sample(self.now()), not self.connected)
        if message is not None:
            self.post(message, session)

    def begin_offline(self, car: Car, uid: str, evse: int = 1) -> None:
        """Plug in and start at once; the message waits in the queue."""
        outlet = self.outlets[evse]
        outlet.plug(car)
        self.begin(outlet, uid, None, "Authorized")
        self.note_state(outlet)

    def pass_offline(self, seconds: float, evse: int = 1) -> None:
        """So much time has passed by the station's clock: energy flowed, and the queue gets a value of it."""
        outlet = self.outlets[evse]
        outlet.flow(seconds)
        self.note_state(outlet)
        sample = outlet.sample(self.now())
        self.post(self.dialect.sampled(self.session(evse), sample, not self.connected), self.session(evse))

    def cut_power(self, evse: int = 1) -> None:
        """The power goes: the session ends, its stop waits in the queue."""
        outlet = self.outlets[evse]
        if outlet.session is not None:
            self.end(outlet, outlet.session, "PowerLoss", None)
