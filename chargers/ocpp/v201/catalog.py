"""The CALLs of OCPP 2.0.1 that menus and forms offer, and the lengths that bind us."""

from types import MappingProxyType
from typing import Final

from chargers.ocpp.adapter import CommandSpec

LIMITS: Final = MappingProxyType({"uid": 36, "setting_name": 101, "setting_value": 1_000})
"""Longest texts in characters: IdTokenType, component and variable name with a dot, SetVariableDataType."""

COMMANDS: Final = (
    CommandSpec(
        "RequestStartTransaction",
        "Start charging",
        "Starts a session at an EVSE as if the given ID token had been held up there.",
    ),
    CommandSpec(
        "RequestStopTransaction",
        "Stop charging",
        "Ends a running session.",
        danger="The driver's session ends and does not resume by itself.",
    ),
    CommandSpec(
        "UnlockConnector",
        "Unlock connector",
        "Releases a cable that is stuck; the station refuses while an authorised session runs there.",
        danger="Anyone can take the cable.",
    ),
    CommandSpec(
        "Reset",
        "Restart",
        "Restarts the station or one EVSE: OnIdle waits for sessions to end, Immediate ends them.",
        danger="Immediate ends all sessions at once; the station is offline until it has restarted.",
    ),
    CommandSpec(
        "ChangeAvailability",
        "Change availability",
        "Puts a connector, an EVSE, or without either the whole station, into or out of service.",
        danger="Inoperative: nobody can charge there until it is made operative again.",
    ),
    CommandSpec(
        "TriggerMessage",
        "Ask for a message",
        "Asks the station to send a message now, such as its status or meter values.",
    ),
    CommandSpec("GetVariables", "Read variables", "Reads values of the station's device model."),
    CommandSpec(
        "SetVariables",
        "Change variables",
        "Sets values of the station's device model.",
        danger="A wrong value can change how the station charges or cut its connection.",
    ),
)
