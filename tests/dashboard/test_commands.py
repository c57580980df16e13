"""Commands from pages: forms from the schema, confirmation, results."""

import json

import pytest
from django.test import Client

from chargers.choices import CommandEffect, CommandState
from chargers.models import ChargingStation, Command
from chargers.ocpp.adapters import ADAPTERS
from chargers.ocpp.schemas import schema, validate
from cpms.accounts.roles import Role
from cpms.dashboard.forms import schema as schema_form
from tests.dashboard.conftest import SignIn
from tests.worlds import World

SPECS = [(adapter, spec) for adapter in ADAPTERS.values() for spec in adapter.commands]


def plausible(leaf: schema_form.Leaf) -> str:
    """A text a person could type into the field."""
    node = leaf.schema
    item = node.get("items", {}) if node.get("type") == "array" else node
    if "enum" in item:
        return str(item["enum"][0])
    kinds = {"boolean": "true", "integer": "1", "number": "1.5"}
    if item.get("format") == "date-time":
        return "2026-11-21T08:00"
    if item.get("format") == "uri":
        return "https://files.example/one"
    return kinds.get(item.get("type", ""), "x")


@pytest.mark.parametrize(("adapter", "spec"), SPECS, ids=lambda x: getattr(x, "action", None))
def test_what_a_form_makes_is_valid(adapter: object, spec: object) -> None:
    version, action = adapter.version, spec.action  # type: ignore[attr-defined]
    wanted = schema(version, action, "request")
    for every in (True, False):
        leaves = [leaf for leaf in schema_form.leaves(wanted)[0] if every or leaf.required]
        form = schema_form.form_class(wanted)({leaf.name: plausible(leaf) for leaf in leaves})
        assert form.is_valid(), form.errors
        made = schema_form.payload(wanted, form.cleaned_data)
        validate(version, action, "request", made)


def new(world: World, action: str, query: str = "") -> str:
    return f"/stations/{world.station.public_id}/commands/new/{action}/{query}"


def test_a_filled_form_queues_the_command(owner: Client, world: World) -> None:
    Command.objects.all().delete()
    response = owner.post(new(world, "TriggerMessage"), {"requestedMessage": "Heartbeat", "connectorId": "1"})
    command = Command.objects.get()
    assert response["Location"] == f"/commands/{command.public_id}/"
    assert (command.action, command.payload) == (
        "TriggerMessage",
        {"requestedMessage": "Heartbeat", "connectorId": 1},
    )
    assert command.actor_user == world.owner


def test_bad_values_are_refused_beside_their_field(owner: Client, world: World) -> None:
    Command.objects.all().delete()
    response = owner.post(new(world, "TriggerMessage"), {"requestedMessage": "Nonsense", "connectorId": "x"})
    assert response.status_code == 422
    assert "Select a valid choice" in response.content.decode()
    assert "x is not one of the available choices" in response.content.decode()
    assert not Command.objects.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Line 1, column 2"),
        ("[]", "must be a JSON object"),
        ('{"type": "Sideways"}', "type is not one of the allowed values"),
        ("{}", "type is missing"),
        ("[" * 100_000, "Nested too deeply"),
    ],
)
def test_json_mode_names_what_is_wrong(owner: Client, world: World, text: str, message: str) -> None:
    Command.objects.all().delete()
    response = owner.post(new(world, "Reset", "?mode=json"), {"payload": text, "confirm": "OURS-1"})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Command.objects.exists()


def test_a_dangerous_command_needs_the_stations_name(owner: Client, world: World) -> None:
    Command.objects.all().delete()
    assert owner.post(new(world, "Reset"), {"type": "Hard"}).status_code == 422
    assert owner.post(new(world, "Reset"), {"type": "Hard", "confirm": "OURS-2"}).status_code == 422
    assert not Command.objects.exists()
    assert owner.post(new(world, "Reset"), {"type": "Hard", "confirm": "OURS-1"}).status_code == 302
    assert Command.objects.get().payload == {"type": "Hard"}


def test_an_action_the_version_has_not_is_not_there(owner: Client, world: World) -> None:
    assert owner.get(new(world, "SetVariables")).status_code == 404
    newer = world.connected_station("OURS-201", "ocpp2.0.1")
    assert owner.get(f"/stations/{newer.public_id}/commands/new/SetVariables/").status_code == 200


def test_a_viewer_sends_nothing(world: World, signed_in: SignIn) -> None:
    world.furnish()
    before = Command.objects.count()
    client, station = signed_in(Role.VIEWER), world.station.public_id
    for path in ("commands/new/ClearCache/", "commands/quick/status/", "start/"):
        assert client.post(f"/stations/{station}/{path}", {"tag": "X"}).status_code == 403
    assert client.post(f"/transactions/{world.transaction.public_id}/stop/").status_code == 403
    assert Command.objects.count() == before


@pytest.mark.parametrize(
    ("subprotocol", "action"),
    [("ocpp1.6", "RemoteStartTransaction"), ("ocpp2.0.1", "RequestStartTransaction")],
)
def test_remote_start_speaks_the_stations_version(
    owner: Client, world: World, subprotocol: str, action: str
) -> None:
    station = world.connected_station("OURS-start", subprotocol)
    owner.post(f"/stations/{station.public_id}/start/", {"tag": world.tag.uid, "evse": "1"})
    sent = Command.objects.get(station=station)
    assert sent.action == action
    assert world.tag.uid in json.dumps(sent.payload)


def test_a_running_transaction_is_asked_to_stop(owner: Client, world: World) -> None:
    Command.objects.all().delete()
    owner.post(f"/transactions/{world.transaction.public_id}/stop/")
    assert Command.objects.get().payload == {"transactionId": int(world.transaction.reference)}


def test_an_ended_transaction_is_not_asked_to_stop(owner: Client, world: World) -> None:
    world.ended(world.transaction, 2000)
    Command.objects.all().delete()
    owner.post(f"/transactions/{world.transaction.public_id}/stop/")
    assert not Command.objects.exists()


def test_a_queued_command_can_be_taken_back_and_a_sent_one_not(owner: Client, world: World) -> None:
    path = f"/commands/{world.command.public_id}/cancel/"
    owner.post(path)
    world.command.refresh_from_db()
    assert world.command.state == CommandState.CANCELLED
    Command.objects.update(state=CommandState.SENT)
    assert "cannot be taken back" in owner.post(path, follow=True).content.decode()


def test_accepted_is_not_shown_as_done(owner: Client, world: World) -> None:
    Command.objects.update(
        state=CommandState.ACCEPTED, effect=CommandEffect.NOT_SEEN, effect_note="no boot within 180 s"
    )
    text = owner.get(f"/commands/{world.command.public_id}/").content.decode()
    assert "Accepted, but not seen" in text
    assert "no boot within 180 s" in text
    assert f"{world.command.action}: Accepted by the station, but no boot" in owner.get("/").content.decode()


def test_a_station_that_never_connected_cannot_be_commanded_yet(owner: Client, world: World) -> None:
    owner.post("/stations/new/", {"identity": "NEW-1"})
    station = ChargingStation.objects.get(identity="NEW-1")
    text = owner.get(f"/stations/{station.public_id}/commands/new/", follow=True).content.decode()
    assert "The station has never connected, so its OCPP version is not known yet." in text


def test_a_connector_is_chosen_from_those_of_the_station(owner: Client, world: World) -> None:
    page = owner.get(new(world, "UnlockConnector")).content.decode()
    assert '<option value="1">Connector 1</option>' in page
    assert "The whole station" not in page
    assert "The whole station" in owner.get(new(world, "ChangeAvailability")).content.decode()


def test_fields_are_called_in_words_and_by_their_name_on_the_wire(owner: Client, world: World) -> None:
    page = owner.get(new(world, "ReserveNow")).content.decode()
    assert "Group of ID tags" in page
    assert "Sent as parentIdTag." in page


def test_the_details_of_an_error_are_not_called_an_answer(owner: Client, world: World) -> None:
    failed = Command.objects.create(
        station=world.station,
        action="ClearCache",
        payload={},
        state=CommandState.CALLERROR,
        error_code="InternalError",
        result={"line": 7},
        expires_at="2026-11-21T08:00:00Z",
    )
    page = owner.get(f"/commands/{failed.public_id}/").content.decode()
    assert "Details of the error" in page
    assert "Clear authorization cache" in page
