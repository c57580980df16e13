"""Core profile, configuration, and the local authorisation list."""

from typing import Final

from .stage import BLOCKED, PARENT, TAG, Json, Stage, at

KEYS: Final[list[Json]] = [
    {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
    {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
]


def test_tc_019_1_all_configuration_keys(stage: Stage) -> None:
    """GetConfiguration sent without keys; every key of the answer is kept with the command."""
    answer = {"configurationKey": KEYS}
    command = stage.order("GetConfiguration", {}, answer)
    assert (command["state"], command["result"]) == ("accepted", answer)


def test_tc_019_2_one_configuration_key(stage: Stage) -> None:
    """GetConfiguration sent with the one key asked for; its value is kept with the command."""
    answer = {"configurationKey": KEYS[:1]}
    command = stage.order("GetConfiguration", {"key": ["HeartbeatInterval"]}, answer)
    assert (command["state"], command["result"]) == ("accepted", answer)


def test_tc_021_change_configuration(stage: Stage) -> None:
    """ChangeConfiguration sent, Accepted recorded; the value is believed when it reads back."""
    command = stage.accepted("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "300"})
    assert command["effect"] == "pending"
    frame = stage.charger.expect("GetConfiguration")
    assert frame[3] == {"key": ["HeartbeatInterval"]}
    stage.charger.answer(frame, {"configurationKey": KEYS[:1]})
    stage.seen(command)


def test_tc_040_1_configuration_not_supported(stage: Stage) -> None:
    """ChangeConfiguration of a key the charge point does not know: NotSupported is shown, nothing is read back."""
    stage.rejected("ChangeConfiguration", {"key": "NoSuchKey", "value": "1"}, "NotSupported")
    assert stage.charger.silent()


def test_tc_040_2_configuration_invalid_value(stage: Stage) -> None:
    """ChangeConfiguration with an impossible value: Rejected is shown, nothing is read back."""
    stage.rejected("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "-1"}, "Rejected")
    assert stage.charger.silent()


def _version(stage: Stage, answered: int) -> None:
    command = stage.order("GetLocalListVersion", {}, {"listVersion": answered})
    assert (command["state"], command["result"]) == ("accepted", {"listVersion": answered})


def test_tc_042_1_list_version_not_supported(stage: Stage) -> None:
    """GetLocalListVersion sent; -1 is shown as it came."""
    _version(stage, -1)


def test_tc_042_2_list_version_empty(stage: Stage) -> None:
    """GetLocalListVersion sent; 0, an empty list, is shown as it came."""
    _version(stage, 0)


def _list(version: int, kind: str, *entries: Json) -> Json:
    return {"listVersion": version, "localAuthorizationList": list(entries), "updateType": kind}


ENTRY: Final[Json] = {"idTag": TAG, "idTagInfo": {"parentIdTag": PARENT, "status": "Accepted"}}


def test_tc_043_1_send_list_not_supported(stage: Stage) -> None:
    """SendLocalList sent with version, type and entries; NotSupported is shown as a refusal."""
    stage.rejected("SendLocalList", _list(1, "Full", ENTRY), "NotSupported")


def test_tc_043_3_send_list_failed(stage: Stage) -> None:
    """SendLocalList sent; Failed is shown as a refusal."""
    stage.rejected("SendLocalList", _list(1, "Full", ENTRY), "Failed")


def test_tc_043_4_send_list_full(stage: Stage) -> None:
    """SendLocalList Full sent with all entries and Accepted; the version asked for afterwards is the one sent."""
    other = {"idTag": "TAG-2", "idTagInfo": {"expiryDate": at(days=-30), "status": "Accepted"}}
    stage.accepted("SendLocalList", _list(1, "Full", ENTRY, other))
    _version(stage, 1)


def test_tc_043_5_send_list_differential(stage: Stage) -> None:
    """After a full list a Differential one with a higher version and only the changes is sent and Accepted."""
    stage.accepted("SendLocalList", _list(1, "Full", ENTRY))
    stage.accepted("SendLocalList", _list(2, "Differential", {"idTag": BLOCKED}))
    _version(stage, 2)
