"""Security through the API."""

from chargers.models import SecurityChange, StationCertificate
from chargers.services.security.changes import profile_floor_set
from cpms.core.actors import SYSTEM
from tests import pki
from tests.worlds import World

from .conftest import Api, refused


def test_how_a_station_proves_itself_is_shown_and_raised(api: Api, alpha: World) -> None:
    path = f"stations/{alpha.station.public_id}/security"
    shown = api.get(path).json()
    assert (shown["profile_floor"], shown["changes"]) == (1, [])
    assert [check["is_met"] for check in shown["checks"]][:2] == [True, True]
    answer = api.post(path, {"profile": 2, "window_min": 5, "anyway": True})
    assert answer.status_code == 202
    assert api.get(path).json()["changes"][0]["id"] == answer.json()["id"]
    refused(api.post(path, {"profile": 3, "anyway": True}), 409)


def test_a_raise_that_is_not_ready_is_a_conflict_that_names_what_is_missing(api: Api, alpha: World) -> None:
    """Seen failing with the checks made by the page alone: the station was asked at once."""
    path = f"stations/{alpha.station.public_id}/security"
    problem = refused(api.post(path, {"profile": 3}), 409, "profile")
    missing = [check["label"] for check in api.get(path).json()["checks"] if not check["is_met"]]
    said = [error["message"] for error in problem["errors"]]
    assert missing
    assert all(any(label in message for message in said) for label in missing)
    assert any("client certificate" in message for message in said)
    assert not SecurityChange.objects.filter(station=alpha.station).exists()
    refused(api.post(path, {"profile": 3, "anyway": "perhaps"}), 422, "anyway")


def test_lowering_takes_the_identity_and_the_right(api: Api, alpha: World) -> None:
    profile_floor_set(alpha.station, SYSTEM, 3)
    path = f"stations/{alpha.station.public_id}/security"
    refused(api.post(path, {"profile": 1}), 422, "confirm")
    weak = Api(alpha.key("stations.view", "stations.credentials"))
    refused(weak.post(path, {"profile": 1, "confirm": alpha.station.identity}), 403)
    assert api.post(path, {"profile": 1, "confirm": alpha.station.identity}).json()["profile_floor"] == 1


def test_a_key_rotation_is_one_at_a_time_and_never_shows_the_key(api: Api, alpha: World) -> None:
    path = f"stations/{alpha.station.public_id}/key-rotation"
    answer = api.post(path, {})
    assert answer.status_code == 202
    refused(api.post(path, {}), 409)
    change = SecurityChange.objects.get(station=alpha.station)
    assert change.command is not None
    key = change.command.payload["value"]
    for shown in (answer, api.get(f"commands/{change.command.public_id}"), api.get("events")):
        assert key not in shown.content.decode()
    refused(api.post(path, {"window_min": 0}), 422, "window_min")


def test_an_authority_roots_and_certificates(api: Api, alpha: World) -> None:
    authority = api.post("certificate-authorities").json()
    assert "PRIVATE" not in str(authority)
    assert api.get("certificate-authorities").json()["results"][0]["id"] == authority["id"]
    body = {"name": "Root", "use": "CentralSystemRootCertificate", "certificate": pki.root().pem}
    root = api.post("root-certificates", body)
    assert root.status_code == 201
    refused(api.post("root-certificates", body), 422, "certificate")
    path = f"stations/{alpha.station.public_id}/certificates"
    assert api.post(path, {"action": "install_root", "root": root.json()["id"]}).status_code == 202
    assert len(api.post(path, {"action": "read_roots"}).json()["results"]) == 2
    assert api.post(path, {"action": "request"}).json()["results"][0]["action"] == "ExtendedTriggerMessage"
    refused(api.post(path, {"action": "install_root", "root": "rot_none"}), 422, "root")
    pki.issued(alpha.station)
    row = StationCertificate.objects.get()
    assert api.get(f"certificates/{row.public_id}").json()["common_name"] == alpha.station.identity
    revoked = api.post(f"certificates/{row.public_id}/revoke", {"reason": "superseded"}).json()
    assert (revoked["state"], revoked["revocation_reason"]) == ("revoked", "superseded")


def test_security_events_are_listed_filtered_and_seen(api: Api, alpha: World) -> None:
    event = alpha.alert
    path = f"security-events?station={alpha.station.identity}&critical=true&seen=false"
    assert [row["id"] for row in api.get(path).json()["results"]] == [event.public_id]
    assert api.post(f"security-events/{event.public_id}/seen").json()["seen_by"]
    assert api.get(path).json()["results"] == []
