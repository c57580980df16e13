"""Core profile, configuration."""

from typing import Final

from .stage import Json, Stage

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
