"""OCPP 1.6 as `chargers.ocpp.adapter.Adapter`."""

from collections.abc import Mapping
from typing import Any

from chargers.domain import Answer, Outcome, Report, Request
from chargers.ocpp import outcomes, redact
from chargers.ocpp.adapter import CommandSpec, Payload
from chargers.ocpp.rpc import Version

from . import catalog, inbound, outbound, replies


class Ocpp16:
    """Stateless; one instance serves all stations."""

    subprotocol = str(Version.V16)
    label = "OCPP 1.6"
    version = Version.V16
    commands: tuple[CommandSpec, ...] = catalog.COMMANDS
    inbound_actions = inbound.ACTIONS
    limits: Mapping[str, int] = catalog.LIMITS
    refuses_unregistered = False

    def inbound(self, action: str, payload: Payload, message_id: str) -> Report:
        return inbound.report(action, payload, message_id)

    def reply(self, action: str, report: Report, answer: Answer) -> Payload:
        return replies.reply(action, answer)

    def outbound(self, request: Request) -> tuple[str, Payload]:
        return outbound.call(request)

    def outcome(self, action: str, result: Payload) -> Outcome:
        return outcomes.outcome(result)

    def expectation(self, action: str, payload: Payload) -> dict[str, Any]:
        return outbound.expectation(action, payload)

    def setting_value(self, name: str, result: Payload) -> str | None:
        return outbound.setting_value(name, result)

    def redact(self, action: str, payload: Payload) -> Payload:
        return redact.redact(action, payload)


ADAPTER = Ocpp16()
