"""What a protocol version has to offer to the rest of the house."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chargers.domain import Answer, Outcome, Report, Request, Schedule

from . import outcomes, redact
from .rpc import Version
from .setting_book import SettingBook

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One CALL we can send, for menus and forms.

    `danger` says in a few words what is lost when it is sent by mistake; empty means harmless.
    """

    action: str
    label: str
    summary: str
    danger: str = ""


class Unsupported(Exception):
    """This version has no such request; the text says what to use instead."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """Translates between the words of one OCPP version and `chargers.domain`. Pure: no clock, socket or model.

    Payloads given to `inbound` and `outcome` are normalised and valid against the version's schema.
    """

    version: Version
    label: str
    commands: tuple[CommandSpec, ...]
    # Actions handled by `inbound`; anything else a station may send is answered NotImplemented.
    inbound_actions: frozenset[str]
    # Longest texts in characters: "uid", "setting_name", "setting_value".
    limits: Mapping[str, int]
    # Whether a station whose boot is not accepted is refused everything else (2.x), or served (1.6).
    refuses_unregistered: bool
    # Whether a connector's number counts through the station, each being an EVSE of its own, or anew at every EVSE.
    connector_is_evse: bool
    settings: SettingBook

    inbound: Callable[[str, Payload, str], Report]
    """Action, payload and message id of a request of the station to its version-neutral report."""

    reply: Callable[[str, Report, Answer], Payload]
    """Action, report and our answer to the CALLRESULT payload; valid against the response schema."""

    outbound: Callable[[Request], tuple[str, Payload]]
    """A wish to action and payload. Raises `Unsupported`."""

    learned: Callable[[str, Payload, Payload], Report | None]
    """Action, payload and result of a CALL of ours that was agreed to: what the answer tells, if anything."""

    expectation: Callable[[str, Payload], dict[str, Any]]
    """What would show that an accepted CALL took effect, version-neutral; {} when there is nothing to see.

    Kinds: `{"kind": "transaction_started", "uid", "evse_no", "remote_start_id"}`,
    `{"kind": "transaction_ended", "reference"}`, `{"kind": "booted"}`,
    `{"kind": "availability", "evse_no", "connector_no", "availability"}`,
    `{"kind": "setting", "name", "value"}` and `{"kind": "message", "message", "also"?, "evse_no"}`,
    `also` being another name the message may come under.
    """

    setting_value: Callable[[str, Payload], str | None]
    """The value of one configuration key or variable in the answer to `ReadSettings`; None when absent."""

    composite: Callable[[Payload], Schedule | None]
    """The schedule in the answer to `ReadSchedule`; None when there is none."""

    @property
    def subprotocol(self) -> str:
        """The name on the WebSocket handshake."""
        return str(self.version)

    def connector_id(self, evse_no: int | None, connector_no: int | None) -> int | None:
        """The connector's number as the station itself counts."""
        return evse_no if self.connector_is_evse else connector_no

    def outcome(self, action: str, result: Payload) -> Outcome:
        """What a CALLRESULT to our CALL means; the versions share their status words."""
        return outcomes.outcome(result)

    def redact(self, action: str, payload: Payload) -> Payload:
        """The payload (request or response) fit for the log: keys, passwords and private parts replaced."""
        return redact.redact(action, payload)
