"""A charger none of us wrote (npm ocpp-rpc, strict in both directions) charges at the running gateway."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chargers.choices import AuthorizationStatus, CommandEffect, CommandState, TransactionState
from chargers.models import Authorization, ChargingStation, Command, MessageExchange, MeterValue, Transaction
from tests.gateway.charger import KEY, registered
from tests.gateway.process import Gateway, eventually
from tests.worlds import World

pytestmark = pytest.mark.node

HERE = Path(__file__).parent
PATIENCE_S = 30.0
PROTOCOLS = ("ocpp1.6", "ocpp2.0.1")
REMOTE_START = {
    "ocpp1.6": ("RemoteStartTransaction", lambda tag: {"connectorId": 1, "idTag": tag}),
    "ocpp2.0.1": (
        "RequestStartTransaction",
        lambda tag: {"evseId": 1, "remoteStartId": 77, "idToken": {"idToken": tag, "type": "ISO14443"}},
    ),
}
READ = {
    "ocpp1.6": ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
    "ocpp2.0.1": (
        "GetVariables",
        {
            "getVariableData": [
                {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
            ]
        },
    ),
}


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the locked packages are installed."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.fail("Node.js and npm are missing, so no foreign client was tried: apt install nodejs npm")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "charger.mjs"):
        shutil.copy(HERE / name, folder)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder


class Foreign:
    """The charger's process and the steps it tells."""

    def __init__(
        self, folder: Path, gateway: Gateway, station: ChargingStation, protocol: str, tag: str
    ) -> None:
        settings = {
            "ENDPOINT": gateway.url("").rstrip("/"),
            "IDENTITY": station.identity,
            "PASSWORD": KEY,
            "PROTOCOL": protocol,
            "TAG": tag,
        }
        self.steps: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            ["node", "charger.mjs"], cwd=folder, env=os.environ | settings, stdout=subprocess.PIPE, text=True
        )

    def until(self, step: str) -> list[dict[str, Any]]:
        """The steps up to this one."""
        assert self.process.stdout is not None
        end = time.monotonic() + PATIENCE_S
        for line in self.process.stdout:
            self.steps.append(json.loads(line))
            assert time.monotonic() < end, self.steps
            if self.steps[-1]["step"] == step:
                return self.steps
        raise AssertionError(f"it ended before {step}: {self.steps}")

    def answers(self, action: str) -> list[dict[str, Any]]:
        """What was answered to its calls of this action."""
        return [step["answer"] for step in self.steps if step["step"] == action]


@pytest.fixture(params=PROTOCOLS)
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def station(gateway: Gateway, world: World) -> ChargingStation:
    return registered(world, "FOREIGN-1")


@pytest.fixture
def foreign(
    modules: Path, gateway: Gateway, world: World, station: ChargingStation, protocol: str
) -> Iterator[Foreign]:
    charger = Foreign(modules, gateway, station, protocol, world.tag.uid)
    yield charger
    charger.process.kill()
    charger.process.wait()


def send(world: World, station: ChargingStation, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """A command by the API, waited for until it is final."""
    headers = {"Authorization": f"Bearer {world.key()}", "Prefer": "wait=10"}
    address = f"/api/v1/stations/{station.public_id}/commands"
    answer = Client(headers=headers).post(
        address, {"action": action, "payload": payload}, content_type="application/json"
    )
    assert answer.status_code in {200, 202}, answer.content
    return dict(answer.json())


def test_a_foreign_charger_charges_and_obeys(
    foreign: Foreign, world: World, station: ChargingStation, protocol: str
) -> None:
    foreign.until("ready")
    check_arrival(foreign, station)
    check_transaction(Transaction.objects.get(station=station), world.tag.uid, 10_000)
    action, payload = REMOTE_START[protocol]
    sent = send(world, station, action, payload(world.tag.uid))
    assert (sent["state"], sent["result"]) == (CommandState.ACCEPTED, {"status": "Accepted"})
    foreign.until("done")
    assert foreign.process.wait(PATIENCE_S) == 0
    check_transaction(Transaction.objects.order_by("pk").last(), world.tag.uid, 20_000)
    command = Command.objects.get(station=station)
    eventually(lambda: Command.objects.get(pk=command.pk).effect == CommandEffect.SEEN)
    assert not [step for step in foreign.steps if step["step"] == "violation"]
    assert not MessageExchange.objects.filter(station=station).exclude(outcome="result").exists()


def check_arrival(foreign: Foreign, station: ChargingStation) -> None:
    """It was registered, its facts and its asking for tokens are kept."""
    station.refresh_from_db()
    assert (station.vendor, station.model) == ("Foreign", "Node")
    assert foreign.answers("BootNotification")[0]["status"] == "Accepted"
    asked = Authorization.objects.filter(station=station).order_by("pk").values_list("status", flat=True)
    assert list(asked)[:2] == [AuthorizationStatus.ACCEPTED, AuthorizationStatus.INVALID]
    assert station.evses.get().connectors.get().status == "Available"


def check_transaction(row: Transaction | None, uid: str, meter_start_wh: int) -> None:
    """It ended with its energy and its readings."""
    assert row is not None
    assert (row.uid, row.state) == (uid, TransactionState.ENDED)
    assert (row.meter_start_wh, row.meter_stop_wh) == (meter_start_wh, meter_start_wh + 1200)
    assert (row.energy_wh, row.stop_reason) == (1200, "Local")
    readings = MeterValue.objects.filter(transaction=row).order_by("taken_at")
    registers = [value.energy_wh for value in readings]
    assert [meter_start_wh + 500, meter_start_wh + 1000] == [r for r in registers if r % 1000 in {0, 500}][
        -2:
    ]
    assert {value.power_w for value in readings if value.power_w is not None} == {7360}


def test_a_foreign_charger_answers_what_it_is_asked(
    foreign: Foreign, world: World, station: ChargingStation, protocol: str
) -> None:
    foreign.until("ready")
    sent = send(world, station, *READ[protocol])
    assert sent["state"] == CommandState.ACCEPTED
    assert '"300"' in json.dumps(sent["result"])
    assert not [step for step in foreign.steps if step["step"] == "violation"]
