"""Commands over the API, from the wish to its effect."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chargers.choices import CommandEffect, CommandState
from chargers.models import Command
from chargers.services.stations.registration import station_register
from cpms.core import bus, clock
from cpms.core.actors import SYSTEM
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db
RESET = {"action": "Reset", "payload": {"type": "Soft"}}


def test_a_command_is_accepted_with_an_address_to_ask_at(api: Api, alpha: World) -> None:
    sent = api.post(f"stations/{alpha.station.public_id}/commands", RESET)
    assert sent.status_code == 202
    body = sent.json()
    assert (body["state"], body["final"], body["result"], body["error"]) == ("queued", False, None, None)
    assert sent["Location"].endswith(f"/api/v1/commands/{body['id']}")
    assert api.get(sent["Location"]).json()["id"] == body["id"]
    assert [c["id"] for c in api.get("stations/ALPHA-1/commands").json()["results"]] == [body["id"]]


def test_each_version_has_its_own_words(api: Api, alpha: World) -> None:
    alpha.connected_station("NEW-1", "ocpp2.0.1")
    on_idle = {"action": "Reset", "payload": {"type": "OnIdle"}}
    assert api.post("stations/NEW-1/commands", on_idle).status_code == 202
    refused(api.post("stations/NEW-1/commands", RESET), 422, "payload.type")
    refused(api.post("stations/NEW-1/commands", {"action": "RemoteStartTransaction"}), 422, "action")


def test_charging_is_started_in_the_words_of_the_station(api: Api, alpha: World) -> None:
    alpha.connected_station("NEW-1", "ocpp2.0.1")
    old = api.post(f"stations/{alpha.station.identity}/start", {"uid": alpha.tag.uid.lower(), "evse_no": 1})
    assert (old.status_code, old.json()["action"]) == (202, "RemoteStartTransaction")
    assert old.json()["payload"] == {"idTag": alpha.tag.uid, "connectorId": 1}
    numbers = []
    for _ in range(2):
        new = api.post("stations/NEW-1/start", {"uid": "TAG-001"}).json()
        assert new["action"] == "RequestStartTransaction"
        assert new["payload"]["idToken"] == {"idToken": "TAG-001", "type": "ISO14443"}
        numbers.append(new["payload"]["remoteStartId"])
    assert numbers[0] != numbers[1]
    refused(api.post("stations/NEW-1/start", {"uid": "x" * 37}), 422, "uid")
    refused(api.post(f"stations/{alpha.station.identity}/start", {"uid": "x" * 21}), 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "Explode", "payload": {}}, "action"),
        ({"action": "BootNotification", "payload": {}}, "action"),
        ({"action": "Reset", "payload": {}}, "payload.type"),
        ({"action": "Reset", "payload": {"type": "Gently"}}, "payload.type"),
        ({"action": "Reset", "payload": {"type": 1}}, "payload.type"),
        ({"action": "Reset", "payload": []}, "payload"),
        ({"action": "Reset", "payload": {"type": "Soft", "why": "x"}}, "payload"),
        ({"payload": {"type": "Soft"}}, "action"),
        (RESET | {"timeout_s": 0}, "timeout_s"),
        (RESET | {"timeout_s": 10**9}, "timeout_s"),
        (RESET | {"expires_in_s": -5}, "expires_in_s"),
        (RESET | {"station": "cst_x"}, "station"),
    ],
)
def test_a_command_that_cannot_be_sent_is_refused_by_path(
    api: Api, alpha: World, body: object, field: str
) -> None:
    refused(api.post(f"stations/{alpha.station.identity}/commands", body), 422, field)
    assert not Command.objects.exists()


def test_a_station_that_never_connected_is_kept_commands_in_the_words_of_any_version(
    api: Api, alpha: World
) -> None:
    station_register(alpha.organisation, "NEVER-1", SYSTEM)
    for kind in ("Soft", "OnIdle"):
        body = {"action": "Reset", "payload": {"type": kind}}
        assert api.post("stations/NEVER-1/commands", body).json()["state"] == "queued"
    refused(
        api.post("stations/NEVER-1/commands", {"action": "Reset", "payload": {"type": "Gently"}}),
        422,
        "payload.type",
    )


def test_the_version_of_a_station_that_never_connected_is_not_guessed(api: Api, alpha: World) -> None:
    station_register(alpha.organisation, "NEVER-1", SYSTEM)
    problem = refused(api.post("stations/NEVER-1/start", {"uid": "TAG-001"}), 422, "station")
    assert "never connected" in problem["detail"]
    refused(api.get("stations/NEVER-1/actions"), 409)


def test_the_commands_a_station_understands_come_with_their_schema(api: Api, alpha: World) -> None:
    rows = {row["action"]: row for row in api.get(f"stations/{alpha.station.identity}/actions").json()}
    assert rows["Reset"]["payload_schema"]["properties"]["type"]["enum"] == ["Hard", "Soft"]
    assert "RequestStartTransaction" not in rows


def test_a_queued_command_is_cancelled_and_a_sent_one_is_not(api: Api, alpha: World) -> None:
    path = f"commands/{alpha.command.public_id}"
    cancelled = api.delete(path)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    refused(api.delete(path), 409)


def test_passwords_in_payloads_are_not_shown_again(api: Api, alpha: World) -> None:
    secret = {"key": "AuthorizationKey", "value": "0123456789abcdef"}
    sent = api.post(
        f"stations/{alpha.station.identity}/commands", {"action": "ChangeConfiguration", "payload": secret}
    )
    assert sent.status_code == 202
    assert "0123456789abcdef" not in sent.content.decode()
    assert "0123456789abcdef" not in api.get(sent["Location"]).content.decode()


def test_the_same_key_sends_the_command_once(api: Api, alpha: World) -> None:
    path = f"stations/{alpha.station.identity}/commands"
    first = api.post(path, RESET, Idempotency_Key="reset-1")
    again = api.post(path, RESET, Idempotency_Key="reset-1")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert Command.objects.count() == 1
    refused(
        api.post(path, {"action": "ClearCache", "payload": {}}, Idempotency_Key="reset-1"),
        422,
        "Idempotency-Key",
    )
    assert api.post(path, RESET, Idempotency_Key="reset-2").json()["id"] != first.json()["id"]


def test_a_refused_request_does_not_use_up_its_key(api: Api, alpha: World) -> None:
    path = f"stations/{alpha.station.identity}/commands"
    refused(api.post(path, {"action": "Explode"}, Idempotency_Key="k"), 422)
    assert api.post(path, RESET, Idempotency_Key="k").status_code == 202


def test_one_callers_key_means_nothing_to_another(api: Api, alpha: World) -> None:
    path = f"stations/{alpha.station.identity}/commands"
    api.post(path, RESET, Idempotency_Key="k")
    Api(alpha.key()).post(path, RESET, Idempotency_Key="k")
    assert Command.objects.count() == 2


def test_the_list_narrows_by_station_state_and_effect(api: Api, alpha: World) -> None:
    alpha.connected_station("OTHER-1")
    api.post("stations/OTHER-1/commands", RESET)
    command = alpha.command
    Command.objects.filter(pk=command.pk).update(state=CommandState.ACCEPTED, effect=CommandEffect.SEEN)

    def ids(query: str) -> list[str]:
        return [row["id"] for row in api.get(f"commands?{query}").json()["results"]]

    assert ids("station=ALPHA-1") == ids("state=accepted") == ids("effect=seen") == ids("open=false")
    assert ids("open=false") == [command.public_id]
    assert ids("action=reset&state=accepted&state=queued") == ids("")
    refused(api.get("commands?state=done"), 400, "state")


def test_sending_needs_its_own_permission(alpha: World) -> None:
    reader = Api(alpha.key("stations.view", "commands.view"))
    refused(reader.post(f"stations/{alpha.station.identity}/commands", RESET), 403)
    refused(reader.delete(f"commands/{alpha.command.public_id}"), 403)


@contextmanager
def answering(state: CommandState, **facts: object) -> Iterator[None]:
    """Stands for a gateway: as soon as a command is queued, its row says what was answered."""

    def answer() -> None:
        from django.db import connection

        try:
            _answer_first(state, facts)
        finally:
            connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _answer_first(state: CommandState, facts: dict[str, object]) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        command = Command.objects.filter(state=CommandState.QUEUED).first()
        if command is not None:
            Command.objects.filter(pk=command.pk).update(state=state, finished_at=clock.now(), **facts)
            bus.command_ended(command.public_id)
            return
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_a_caller_who_prefers_to_wait_gets_the_final_command(alpha: World) -> None:
    api = Api(alpha.key())
    identity = alpha.station.identity
    with answering(CommandState.ACCEPTED, result={"status": "Accepted"}, effect=CommandEffect.PENDING):
        begun = time.monotonic()
        response = api.post(f"stations/{identity}/commands", RESET, Prefer="wait=25")
    assert time.monotonic() - begun < 5
    assert (response.status_code, response["Preference-Applied"]) == (200, "wait=25")
    body = response.json()
    assert (body["state"], body["result"], body["effect"]) == ("accepted", {"status": "Accepted"}, "pending")


@pytest.mark.django_db(transaction=True)
def test_an_error_of_the_station_is_shown_as_it_came(alpha: World) -> None:
    api = Api(alpha.key())
    identity = alpha.station.identity
    with answering(CommandState.CALLERROR, error_code="NotSupported", error_description="no"):
        body = api.post(f"stations/{identity}/commands", RESET, Prefer="respond-async, wait=25").json()
    assert body["error"] == {"code": "NotSupported", "description": "no", "details": {}}


@pytest.mark.django_db(transaction=True)
def test_waiting_ends_with_the_open_command(alpha: World) -> None:
    response = Api(alpha.key()).post(f"stations/{alpha.station.identity}/commands", RESET, Prefer="wait=1")
    assert (response.status_code, response.json()["state"]) == (202, "queued")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=25", 25),
        ("respond-async, wait=5", 5),
        ("WAIT = 7", 7),
        ("wait=99999", 60),
        ("wait=x", 0),
        ("await=5", 0),
    ],
)
def test_the_preference_is_read_as_the_standard_writes_it(header: str, seconds: int) -> None:
    from rest_framework.request import Request
    from rest_framework.test import APIRequestFactory

    from cpms.api.prefer import preferred_wait_s

    assert preferred_wait_s(Request(APIRequestFactory().get("/", headers={"Prefer": header}))) == seconds
