"""What chargers say is hostile text: it is shown as it is, and never runs."""

import asyncio
import json
from typing import Any

import pytest
from playwright.sync_api import expect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from chargers.simulator import CallFailed, Facts, SimulatedStation

from .conftest import Visit
from .visitor import Visitor
from .yard import Yard

pytestmark = pytest.mark.browser

SCRIPT, IMAGE, BRACES = "<script>x()</script>", '"><img onerror=x()>', "{{7*7}}${x()}"
LONG_IMAGE = """'"><img src=x onerror="x()">{{7*7}}"""
# Any canary that runs calls x.
TRAP = "window.ran = []; window.x = () => window.ran.push(document.title);"
PLANTED = "document.querySelectorAll('main img[onerror], main script:not([type]), [onerror]').length"
PAGES = ("", "transactions/", "commands/", "messages/", "settings/")


def harmless(visitor: Visitor) -> None:
    """Nothing ran and nothing was planted; Visitor reports what the content policy had to stop."""
    assert visitor.page.evaluate("window.ran") == []
    assert visitor.page.evaluate(PLANTED) == 0


def talk_16(yard: Yard, station: SimulatedStation) -> None:
    """Every free text of OCPP 1.6 that a charger may send, and some that it may not."""
    now = (
        station.dialect.time(station.now()) if hasattr(station.dialect, "time") else station.now().isoformat()
    )
    status = {"connectorId": 1, "errorCode": "OtherError", "status": "Faulted", "timestamp": now}
    hostile = {"info": LONG_IMAGE, "vendorId": SCRIPT, "vendorErrorCode": IMAGE}
    say(yard, station, "StatusNotification", status | hostile)
    say(yard, station, "Authorize", {"idTag": SCRIPT})
    start = {"connectorId": 1, "idTag": IMAGE, "meterStart": 0, "timestamp": now}
    answer = say(yard, station, "StartTransaction", start)
    stop = {"transactionId": answer["transactionId"], "meterStop": 7, "timestamp": now, "idTag": SCRIPT}
    say(yard, station, "StopTransaction", stop | {"reason": SCRIPT})
    say(yard, station, "DataTransfer", {"vendorId": SCRIPT, "messageId": IMAGE, "data": LONG_IMAGE})
    yard.run(station.send_text(json.dumps([2, SCRIPT, SCRIPT, {"a": IMAGE}])))


def talk_201(yard: Yard, station: SimulatedStation) -> None:
    """The same in OCPP 2.0.1."""
    now = station.now().isoformat()
    evse = {"id": 1, "connectorId": 1}
    event = {
        "eventType": "Started",
        "timestamp": now,
        "triggerReason": "Authorized",
        "seqNo": 0,
        "evse": evse,
    }
    token = {"idToken": LONG_IMAGE, "type": "Central"}
    info = {"transactionId": SCRIPT, "chargingState": "Charging"}
    say(yard, station, "Authorize", {"idToken": token})
    say(yard, station, "TransactionEvent", event | {"transactionInfo": info, "idToken": token})
    ended = event | {"eventType": "Ended", "seqNo": 1, "triggerReason": "StopAuthorized"}
    say(yard, station, "TransactionEvent", ended | {"transactionInfo": info | {"stoppedReason": SCRIPT}})
    say(
        yard, station, "NotifyEvent", {"generatedAt": now, "seqNo": 0, "eventData": [{"actualValue": SCRIPT}]}
    )


def say(yard: Yard, station: SimulatedStation, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Say it, whether it is accepted or refused."""
    try:
        return dict(yard.run(station.call(action, payload)))
    except CallFailed:
        return {}


async def knock(yard: Yard) -> None:
    """An unknown caller whose program has a hostile name."""
    address, name = f"{yard.stack.ocpp}/CANARY-X", f"charger {SCRIPT}{BRACES}"
    with pytest.raises(InvalidStatus):
        await connect(address, subprotocols=[Subprotocol("ocpp1.6")], user_agent_header=name)


@pytest.mark.parametrize(("version", "talk"), [("1.6", talk_16), ("2.0.1", talk_201)])
def test_hostile_words_are_shown_and_never_run(visit: Visit, yard: Yard, version: str, talk: Any) -> None:
    facts = Facts(SCRIPT, IMAGE, BRACES, LONG_IMAGE, SCRIPT)
    station, public_id = yard.new(f"CANARY-{version}", version, facts=facts, name=LONG_IMAGE)
    visitor = visit("owner")
    visitor.context.add_init_script(TRAP)
    tail = visit("owner")
    tail.context.add_init_script(TRAP)
    tail.open(f"/stations/{public_id}/messages/")
    visitor.open(f"/stations/{public_id}/")
    talk(yard, station)
    expect(visitor.page.get_by_text(IMAGE).first).to_be_visible()
    expect(tail.page.get_by_text("Authorize").first).to_be_visible()
    harmless(visitor)
    harmless(tail)
    walk(visitor, public_id)


def walk(visitor: Visitor, public_id: str) -> None:
    """Every page that shows something of the station."""
    everywhere = (
        "/",
        "/live/?q=CANARY",
        "/stations/?search=CANARY",
        "/transactions/?search=CANARY",
        "/tags/",
    )
    for path in (*everywhere, *(f"/stations/{public_id}/{tab}" for tab in PAGES)):
        assert visitor.open(path) == 200
        visitor.page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        assert "49" not in visitor.page.locator("h1").inner_text()
        harmless(visitor)
    visitor.open(f"/stations/{public_id}/transactions/")
    visitor.page.locator("a.row-link").first.click()
    expect(visitor.page.get_by_role("heading", name="Explain")).to_be_visible()
    harmless(visitor)


def test_the_inbox_shows_a_hostile_program_name(visit: Visit, yard: Yard) -> None:
    yard.run(asyncio.wait_for(knock(yard), 10))
    visitor = visit("owner")
    visitor.context.add_init_script(TRAP)
    visitor.open("/stations/unknown/")
    expect(visitor.page.get_by_text(SCRIPT)).to_be_visible()
    harmless(visitor)


def test_the_pages_take_hostile_words_from_people_too(visit: Visit) -> None:
    visitor = visit("owner")
    visitor.context.add_init_script(TRAP)
    for path in (
        "/stations/?search=",
        "/live/?q=",
        "/transactions/?search=",
        "/tags/?search=",
        "/tags/?sort=",
    ):
        visitor.open(f"{path}{LONG_IMAGE}")
        harmless(visitor)
    visitor.open("/tags/new/")
    visitor.page.get_by_label("UID").fill("CANARY-TAG")
    visitor.page.get_by_label("Label").fill(LONG_IMAGE)
    visitor.page.get_by_role("button", name="Save").click()
    expect(visitor.page.get_by_text(LONG_IMAGE)).to_be_visible()
    harmless(visitor)
