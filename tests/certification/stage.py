"""Both sides of a case: a charger that is nothing but a WebSocket client, and the operator's hands on the REST API."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from chargers import tasks
from tests import pki as make
from tests.api.conftest import Api
from tests.gateway.charger import KEY, Charger, fresh
from tests.gateway.process import Gateway, eventually

Json = dict[str, Any]
TAG, EXPIRED, BLOCKED = "TAG-OK", "TAG-OLD", "TAG-BAD"
PARENT = "FAMILY"


def at(**ago: float) -> str:
    """A time in the past, as stations write it; negative for the future."""
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """The time a text of the API or of a message names."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Station(Charger):
    """A charge point that answers what it is not asked to expect with NotImplemented, as the specification wants."""

    def expect(self, action: str) -> list[Any]:
        """The next CALL of this action; others are answered as not implemented meanwhile."""
        while True:
            frame = self.command()
            if frame[2] == action:
                return frame
            self.send(json.dumps([4, frame[1], "NotImplemented", "", {}]))

    def session(self, tag: str = TAG, meter_wh: int = 1000, **changes: Any) -> int:
        """Plug in, identify, start, charge: the number of the transaction."""
        self.status("Preparing")
        assert self.call("Authorize", {"idTag": tag})["idTagInfo"]["status"] == "Accepted"
        started = self.start(tag, meter_wh=meter_wh, **changes)
        assert started["idTagInfo"]["status"] == "Accepted"
        self.status("Charging")
        return int(started["transactionId"])

    def measure(self, transaction_id: int, wh: int) -> None:
        """MeterValues of the running transaction."""
        value = {"value": str(wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        reading = {"timestamp": at(), "sampledValue": [value]}
        answer = self.call(
            "MeterValues", {"connectorId": 1, "transactionId": transaction_id, "meterValue": [reading]}
        )
        assert answer == {}

    def finish(self, transaction_id: int, meter_wh: int, tag: str | None = TAG, **changes: Any) -> None:
        """Stop, and free the connector again."""
        by = {} if tag is None else {"idTag": tag}
        self.stop(transaction_id, meter_wh, **by, **changes)
        self.status("Finishing")
        self.status("Available")


class Stage:
    """The API as an operator's program sees it, with one station, and the charger that dials in for it."""

    def __init__(self, gateway: Gateway, key: str) -> None:
        self.gateway = gateway
        self.api = Api(key)
        self.identity = fresh("TC")
        self.id = ""
        self.charger: Station

    def furnish(self) -> Stage:
        """Register the station and its tags; the charger boots."""
        self.register()
        self.charger = self.dial()
        self.charger.boot()
        return self

    def register(self) -> Stage:
        """The station and its tags, before the charger was ever heard."""
        self.id = self.post("stations", {"identity": self.identity, "password": KEY}, 201)["id"]
        group = self.post("id-tag-groups", {"name": PARENT}, 201)["id"]
        self.post("id-tags", {"uid": TAG, "group": group}, 201)
        self.post("id-tags", {"uid": EXPIRED, "expires_at": at(days=1)}, 201)
        self.post("id-tags", {"uid": BLOCKED, "status": "blocked"}, 201)
        return self

    def dial(self, key: str = KEY) -> Station:
        """The charger's socket, not booted yet."""
        return Station(self.gateway, self.identity, key)

    def reboot(self) -> Station:
        """The charger comes back from a restart."""
        self.charger.close()
        self.charger = self.dial()
        self.charger.boot()
        self.charger.status("Available")
        return self.charger

    def get(self, path: str) -> Json:
        response = self.api.get(path)
        assert response.status_code == 200, response.content
        return dict(response.json())

    def post(self, path: str, body: Json, status: int) -> Json:
        response = self.api.post(path, body)
        assert response.status_code == status, response.content
        return dict(response.json())

    def rows(self, path: str) -> list[Json]:
        """The first page of a list."""
        return list(self.get(path)["results"])

    # What an operator does.

    def send(self, action: str, payload: Json | None = None) -> str:
        """Send a command; its id."""
        body = {"action": action, "payload": payload or {}}
        return str(self.post(f"stations/{self.identity}/commands", body, 202)["id"])

    def final(self, command_id: str) -> Json:
        """The command once it is answered."""
        return eventually(lambda: (found := self.get(f"commands/{command_id}"))["final"] and found)

    def order(self, action: str, payload: Json | None = None, answer: Json | None = None) -> Json:
        """Send a command, have exactly it arrive at the charger, answer it: what the API then shows."""
        command_id = self.send(action, payload)
        frame = self.charger.expect(action)
        assert frame[3] == (payload or {})
        self.charger.answer(frame, answer or {})
        return self.final(command_id)

    def accepted(self, action: str, payload: Json | None = None, answer: Json | None = None) -> Json:
        """The same, for an answer that agrees."""
        answer = {"status": "Accepted"} if answer is None else answer
        command = self.order(action, payload, answer)
        assert (command["state"], command["result"]) == ("accepted", answer), command
        return command

    def rejected(self, action: str, payload: Json | None, status: str) -> Json:
        """The same, for an answer that refuses: shown with the station's word, and nothing is waited for."""
        command = self.order(action, payload, {"status": status})
        assert (command["state"], command["result"]) == ("rejected", {"status": status}), command
        assert command["effect"] == "none"
        return command

    def work(self) -> None:
        """The background worker has its turn, as it has every five seconds."""
        tasks.send_local_lists()
        tasks.drive_files()

    def seen(self, command: Json) -> Json:
        """The command once its effect was seen."""
        return eventually(
            lambda: (found := self.get(f"commands/{command['id']}"))["effect"] == "seen" and found
        )

    def transfer(self, method: str, url: str, body: bytes | None = None) -> bytes:
        """Bring or fetch a file over a one-time link, which the gateway serves here; what comes back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=15)
        try:
            connection.request(method, urlsplit(url).path, body)
            answer = connection.getresponse()
            assert answer.status in (200, 201), answer.status
            return answer.read()
        finally:
            connection.close()

    # What an operator looks at.

    def shows(self, look: Callable[[], Json], **expected: object) -> None:
        """What is looked at comes to have these values; fails with those it had last."""
        deadline = time.monotonic() + 15
        while (found := {name: look()[name] for name in expected}) != expected:
            assert time.monotonic() < deadline, found
            time.sleep(0.05)

    def station(self) -> Json:
        return self.get(f"stations/{self.identity}")

    def connector(self, number: int = 1) -> Json:
        """A connector as the API shows it."""
        evse = next(e for e in self.station()["evses"] if e["number"] == number)
        return dict(evse["connectors"][0])

    def transactions(self) -> list[Json]:
        """All of the station's, newest first."""
        return self.rows(f"transactions?station={self.identity}")

    def transaction(self) -> Json:
        """The only one."""
        (found,) = self.transactions()
        return found

    def messages(self, action: str) -> list[Json]:
        """The exchanges of one action, newest first."""
        return self.rows(f"stations/{self.identity}/messages?action={action}")

    def events(self, kind: str) -> list[Json]:
        """What whoever listens is told of this kind; waits for the first."""
        return eventually(lambda: [event for event in self.rows("events?limit=200") if event["type"] == kind])

    def alarmed_by(self, kind: str) -> None:
        """A security event is acknowledged, listed as critical until somebody has seen to it, and told as an alert."""
        assert self.charger.call("SecurityEventNotification", {"type": kind, "timestamp": at()}) == {}
        waiting = f"security-events?station={self.identity}&critical=true&seen=false"
        (event,) = self.rows(waiting)
        assert (event["type"], event["source"]) == (kind, "station")
        assert [alert["payload"]["kind"] for alert in self.events("security.alert")] == [kind]
        self.post(f"security-events/{event['id']}/seen", {}, 200)
        assert self.rows(waiting) == []


def certified(stage: Stage) -> tuple[ec.EllipticCurvePrivateKey, str]:
    """The operator has the charge point ask for a certificate; it gets one: its key, and certificate with chain."""
    stage.post(f"stations/{stage.identity}/certificates", {"action": "request"}, 202)
    frame = stage.charger.expect("ExtendedTriggerMessage")
    assert frame[3] == {"requestedMessage": "SignChargePointCertificate"}
    stage.charger.answer(frame, {"status": "Accepted"})
    key = ec.generate_private_key(ec.SECP256R1())
    asked = stage.charger.call("SignCertificate", {"csr": make.request(stage.identity, key)})
    assert asked == {"status": "Accepted"}
    frame = stage.charger.expect("CertificateSigned")
    chain = str(frame[3]["certificateChain"])
    leaf, issuer = x509.load_pem_x509_certificates(chain.encode())[:2]
    leaf.verify_directly_issued_by(issuer)
    stage.charger.answer(frame, {"status": "Accepted"})
    stage.shows(lambda: stage.rows("certificates")[0], state="delivered")
    return key, chain
