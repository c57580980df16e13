"""The local authorisation list, brought up by the feature that keeps it: made, sent and looked at over the API."""

import pytest

from .stage import BLOCKED, EXPIRED, PARENT, TAG, Json, Stage


@pytest.fixture
def ours(stage: Stage) -> str:
    """The address of a list of all tags that the station carries."""
    body = {"name": "Everybody", "every_tag": True, "stations": [stage.id]}
    return f"local-lists/{stage.post('local-lists', body, 201)['id']}"


def _sync(stage: Stage, ours: str, version: int) -> None:
    """The operator has the list sent; the charge point is asked for its version first."""
    assert stage.post(f"{ours}/sync", {}, 202) == {"stations": 1}
    stage.work()
    _version(stage, version)


def _version(stage: Stage, version: int) -> None:
    frame = stage.charger.expect("GetLocalListVersion")
    assert frame[3] == {}
    stage.charger.answer(frame, {"listVersion": version})


def _list(stage: Stage, status: str = "Accepted") -> Json:
    """The SendLocalList that comes next."""
    frame = stage.charger.expect("SendLocalList")
    stage.charger.answer(frame, {"status": status})
    return dict(frame[3])


def _reaches(stage: Stage, ours: str, **shown: object) -> None:
    """The page of the list shows this of the station, and nothing more is sent to it."""

    stage.shows(lambda: stage.rows(f"{ours}/stations")[0], **shown)
    assert stage.charger.silent()


def _brought_up(stage: Stage, ours: str) -> list[Json]:
    """The whole list is on the charge point, as version 1: its entries."""
    _sync(stage, ours, 0)
    sent = _list(stage)
    assert (sent["listVersion"], sent["updateType"]) == (1, "Full")
    _version(stage, 1)
    return list(sent["localAuthorizationList"])


def test_tc_042_1_list_version_not_supported(stage: Stage, ours: str) -> None:
    """GetLocalListVersion sent; after -1 the station is shown as one without a list, and no list is sent to it."""
    _sync(stage, ours, -1)
    _reaches(stage, ours, state="unsupported", reported_version=-1, entries=0)


def test_tc_042_2_list_version_empty(stage: Stage, ours: str) -> None:
    """GetLocalListVersion sent; after 0, an empty list, all entries are sent as a Full one."""
    assert len(_brought_up(stage, ours)) == 3


def test_tc_043_1_send_list_not_supported(stage: Stage, ours: str) -> None:
    """SendLocalList sent with version, type and entries; after NotSupported the station is shown as one without a
    list and left in peace."""
    _sync(stage, ours, 0)
    sent = _list(stage, "NotSupported")
    assert list(sent) == ["listVersion", "localAuthorizationList", "updateType"]
    _reaches(stage, ours, state="unsupported", held_version=None, entries=0)


def test_tc_043_3_send_list_failed(stage: Stage, ours: str) -> None:
    """SendLocalList sent; after Failed it is tried again with everything, three times in all, then shown as failed
    with the station's word."""
    _sync(stage, ours, 0)
    assert [_list(stage, "Failed")["updateType"] for _ in range(3)] == ["Full"] * 3
    _reaches(stage, ours, state="failed", note="the station answered Failed", held_version=None)


def test_tc_043_4_send_list_full(stage: Stage, ours: str) -> None:
    """SendLocalList Full sent with all entries and Accepted; the version asked for afterwards is the one sent, and
    the station is shown as up to date."""
    entries = {entry["idTag"]: entry["idTagInfo"] for entry in _brought_up(stage, ours)}
    assert entries[TAG] == {"parentIdTag": PARENT, "status": "Accepted"}
    assert (entries[EXPIRED]["status"], entries[BLOCKED]["status"]) == ("Expired", "Blocked")
    _reaches(stage, ours, state="current", desired_version=1, held_version=1, reported_version=1, entries=3)


def test_tc_043_5_send_list_differential(stage: Stage, ours: str) -> None:
    """After a full list a tag is blocked: a Differential one with a higher version and only that entry is sent and
    Accepted, and the station is shown as up to date."""
    _brought_up(stage, ours)
    _reaches(stage, ours, state="current")
    (tag,) = stage.rows(f"id-tags?uid={TAG}")
    stage.post(f"id-tags/{tag['id']}/block", {}, 200)
    _sync(stage, ours, 1)
    sent = _list(stage)
    assert (sent["listVersion"], sent["updateType"]) == (2, "Differential")
    changed = {"idTag": TAG, "idTagInfo": {"parentIdTag": PARENT, "status": "Blocked"}}
    assert sent["localAuthorizationList"] == [changed]
    _version(stage, 2)
    _reaches(stage, ours, state="current", held_version=2, reported_version=2, entries=3)


@pytest.mark.parametrize(
    ("status", "state"), [("Accepted", "accepted"), ("Failed", "rejected"), ("NotSupported", "rejected")]
)
def test_a_list_can_be_sent_by_hand_too(stage: Stage, status: str, state: str) -> None:
    """Any schema-valid SendLocalList and GetLocalListVersion; what the station then has is shown."""
    entry = {"idTag": TAG, "idTagInfo": {"status": "Accepted"}}
    wish = {"listVersion": 7, "localAuthorizationList": [entry], "updateType": "Full"}
    command = stage.order("SendLocalList", wish, {"status": status})
    assert (command["state"], command["result"]) == (state, {"status": status})
    version = stage.order("GetLocalListVersion", {}, {"listVersion": 7})
    assert (version["state"], version["result"]) == ("accepted", {"listVersion": 7})
