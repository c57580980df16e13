"""What a bulk command would do, station by station, before anything is sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chargers.choices import OPEN_STATES
from chargers.models import ChargingStation, Transaction
from chargers.ocpp.adapter import Adapter, Unsupported
from chargers.ocpp.adapters import by_subprotocol

from ..commands.send import InvalidCommand, check
from .wishes import WISHES

MOST_STATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: a wish of the menu by its name, or an action with its payload."""

    wish: str = ""
    action: str = ""
    payload: dict[str, Any] | None = None

    @property
    def label(self) -> str:
        """How pages call it."""
        return WISHES[self.wish].label if self.wish else self.action

    def words(self, adapter: Adapter) -> tuple[str, dict[str, Any]]:
        """Action and payload in a version's words. Raises InvalidCommand."""
        if not self.wish:
            check(adapter, self.action, self.payload or {})
            return self.action, self.payload or {}
        try:
            return adapter.outbound(WISHES[self.wish].request())
        except Unsupported as error:
            raise InvalidCommand(str(error), "action") from None

    def danger(self, adapter: Adapter) -> str:
        """What is lost by mistake in this version; empty for harmless ones."""
        if self.wish:
            return WISHES[self.wish].danger
        return next((spec.danger for spec in adapter.commands if spec.action == self.action), "")


@dataclass(frozen=True, slots=True)
class Line:
    """One station of the plan. `reason` says why it is left out; empty when it gets the command."""

    station: ChargingStation
    online: bool
    charging: bool
    reason: str = ""
    danger: str = ""


@dataclass(frozen=True)
class Plan:
    """All stations of a bulk command, and what the dry run says of them."""

    ask: Ask
    lines: list[Line]

    @cached_property
    def sendable(self) -> list[Line]:
        """Those that get it."""
        return [line for line in self.lines if not line.reason]

    @cached_property
    def left_out(self) -> list[Line]:
        """Those that do not."""
        return [line for line in self.lines if line.reason]

    @cached_property
    def offline(self) -> list[Line]:
        """Those that get it when they connect."""
        return [line for line in self.sendable if not line.online]

    @cached_property
    def charging(self) -> list[Line]:
        """Those with a running session."""
        return [line for line in self.sendable if line.charging]

    @cached_property
    def danger(self) -> str:
        """What is lost by mistake."""
        return next((line.danger for line in self.sendable if line.danger), "")

    @property
    def needs_word(self) -> bool:
        """Whether the number of stations has to be typed before it is sent."""
        return bool(self.danger)


def plan(stations: Iterable[ChargingStation], ask: Ask) -> Plan:
    """Look at each station (with its connection selected) without sending anything."""
    rows = list(stations)
    busy = set(
        Transaction.objects.filter(station__in=[row.pk for row in rows], state__in=OPEN_STATES).values_list(
            "station_id", flat=True
        )
    )
    return Plan(ask, [_line(row, ask, row.pk in busy) for row in rows])


def _line(station: ChargingStation, ask: Ask, charging: bool) -> Line:
    link = getattr(station, "connection", None)
    if link is None or link.opened_at is None:
        return Line(station, False, charging, "has never connected, so its OCPP version is not known")
    adapter = by_subprotocol(link.subprotocol)
    try:
        ask.words(adapter)
    except InvalidCommand as error:
        return Line(station, link.is_open, charging, f"{adapter.label}: {error}")
    return Line(station, link.is_open, charging, danger=ask.danger(adapter))
