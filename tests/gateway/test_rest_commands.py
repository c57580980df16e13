"""A command from the REST API through the gateway to a charger's wire and back."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse

from tests.api.conftest import Api
from tests.worlds import World

from .charger import VERSION_201, Charger, fresh, registered
from .process import Gateway, eventually

Post = Callable[..., "Future[HttpResponse]"]


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    """Send a command while the test goes on playing the charger."""
    api = Api(world.key())

    def send(identity: str, action: str, payload: dict[str, Any], **more: Any) -> HttpResponse:
        try:
            body = {"action": action, "payload": payload} | more
            return api.post(f"stations/{identity}/commands", body, Prefer="wait=25")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        yield lambda *args, **kwargs: pool.submit(send, *args, **kwargs)


@pytest.fixture
def charger(gateway: Gateway, world: World) -> Charger:
    """A connected 1.6 charger."""
    return Charger(gateway, registered(world, fresh("CP")).identity).boot()


def test_the_final_answer_comes_back_to_the_caller_who_waits(
    charger: Charger, post: Post, world: World
) -> None:
    begun = time.monotonic()
    waiting = post(charger.identity, "Reset", {"type": "Soft"})
    frame = charger.command()
    assert frame[2:] == ["Reset", {"type": "Soft"}]
    charger.answer(frame, {"status": "Accepted"})
    response = waiting.result(10)
    assert time.monotonic() - begun < 3
    body = response.json()
    assert response.status_code == 200
    assert (body["state"], body["result"], body["effect"]) == ("accepted", {"status": "Accepted"}, "pending")
    charger.boot()
    api = Api(world.key())
    seen = eventually(lambda: api.get(f"commands/{body['id']}").json()["effect"] == "seen" or None)
    assert seen


def test_a_refusal_is_final_too(charger: Charger, post: Post) -> None:
    waiting = post(charger.identity, "Reset", {"type": "Hard"})
    charger.answer(charger.command(), {"status": "Rejected"})
    body = waiting.result(10).json()
    assert (body["state"], body["result"], body["effect"]) == ("rejected", {"status": "Rejected"}, "none")


def test_the_chargers_error_is_shown_as_it_came(charger: Charger, post: Post) -> None:
    waiting = post(charger.identity, "ClearCache", {})
    frame = charger.command()
    charger.send(f'[4, "{frame[1]}", "NotSupported", "no cache", {{"why": "none fitted"}}]')
    body = waiting.result(10).json()
    error = {"code": "NotSupported", "description": "no cache", "details": {"why": "none fitted"}}
    assert (body["state"], body["result"], body["error"]) == ("callerror", None, error)


@pytest.mark.parametrize(
    ("rest", "code", "details"),
    [
        ([None, "broken", {"x": 1}], "ErrorWithoutCode", {"x": 1}),
        (["", "broken", {"x": 1}], "ErrorWithoutCode", {"x": 1}),
        ([{"y": 2}, "broken", {"x": 1}], '{"y":2}', {"x": 1}),
        ([7, "broken"], "7", {}),
        ([], "ErrorWithoutCode", {}),
    ],
)
def test_an_error_without_a_proper_code_is_still_told_as_an_error(
    charger: Charger, post: Post, rest: list[Any], code: str, details: dict[str, Any]
) -> None:
    """Seen failing with the code left empty: `error` was null and the details stood there as the answer."""
    waiting = post(charger.identity, "Reset", {"type": "Soft"})
    charger.send(json.dumps([4, charger.command()[1], *rest]))
    body = waiting.result(10).json()
    assert (body["state"], body["result"]) == ("callerror", None)
    assert (body["error"]["code"], body["error"]["details"]) == (code, details)
    assert body["story"]["sentence"] == f"The station answered with an error: {code}."


def test_an_answer_that_breaks_its_schema_is_shown_as_it_came(charger: Charger, post: Post) -> None:
    waiting = post(charger.identity, "ClearCache", {})
    charger.answer(charger.command(), {"status": "Perhaps"})
    body = waiting.result(10).json()
    assert (body["state"], body["result"], body["error"]["code"]) == (
        "callerror",
        {"status": "Perhaps"},
        "InvalidAnswer",
    )


def test_a_command_for_a_charger_that_never_connected_is_sent_when_it_comes(
    gateway: Gateway, world: World, post: Post
) -> None:
    station = registered(world, fresh("CP"))
    waiting = post(station.identity, "Reset", {"type": "Soft"})
    eventually(lambda: station.commands.exists())
    charger = Charger(gateway, station.identity)
    assert charger.silent(), "nothing is asked before the boot"
    charger.boot()
    charger.answer(charger.command(), {"status": "Accepted"})
    assert waiting.result(10).json()["result"] == {"status": "Accepted"}


def test_a_charger_that_waits_for_our_answer_first_gets_it(charger: Charger, post: Post) -> None:
    """The charger's own CALL is pending when ours arrives; it answers in the order it likes."""
    waiting = post(charger.identity, "ClearCache", {})
    charger.send('[2,"own-1","Heartbeat",{}]')
    frames = [charger.receive(), charger.receive()]
    ours = next(frame for frame in frames if frame[0] == 2)
    assert [frame[1] for frame in frames if frame[0] == 3] == ["own-1"]
    charger.send('[2,"own-2","Heartbeat",{}]')
    charger.answer(ours, {"status": "Rejected"})
    assert charger.receive()[:2] == [3, "own-2"]
    assert waiting.result(10).json()["result"] == {"status": "Rejected"}


def test_a_charger_that_says_nothing_times_out(charger: Charger, post: Post) -> None:
    waiting = post(charger.identity, "ClearCache", {}, timeout_s=1)
    charger.command()
    assert waiting.result(10).json()["state"] == "timed_out"


def test_a_setting_is_read_back_before_it_is_believed(charger: Charger, post: Post, world: World) -> None:
    wanted = {"key": "HeartbeatInterval", "value": "120"}
    waiting = post(charger.identity, "ChangeConfiguration", wanted)
    charger.answer(charger.command(), {"status": "Accepted"})
    sent = waiting.result(10).json()
    frame = charger.command()
    assert frame[2:] == ["GetConfiguration", {"key": ["HeartbeatInterval"]}]
    found = {"key": "HeartbeatInterval", "readonly": False, "value": "300"}
    charger.answer(frame, {"configurationKey": [found]})
    api = Api(world.key())
    eventually(lambda: api.get(f"commands/{sent['id']}").json()["effect"] == "not_seen")


def test_the_newer_version_is_commanded_in_its_own_words(gateway: Gateway, world: World, post: Post) -> None:
    identity = registered(world, fresh("CP")).identity
    charger = Charger(gateway, identity, version=VERSION_201).boot_201()
    waiting = post(identity, "Reset", {"type": "OnIdle"})
    frame = charger.command()
    assert frame[2:] == ["Reset", {"type": "OnIdle"}]
    charger.answer(frame, {"status": "Scheduled"})
    assert waiting.result(10).json()["result"] == {"status": "Scheduled"}


def test_a_connected_station_is_listed_as_such_until_it_leaves(charger: Charger, world: World) -> None:
    api = Api(world.key())

    def connected(yes: str) -> list[str]:
        return [row["identity"] for row in api.get(f"stations?connected={yes}").json()["results"]]

    assert connected("true") == [charger.identity]
    charger.close()
    eventually(lambda: connected("false") == [charger.identity])
