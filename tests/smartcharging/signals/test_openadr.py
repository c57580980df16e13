"""Events of OpenADR become limits and are answered: with a real server in a process of its own."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cpms.core import clock
from cpms.core.actors import Actor
from smartcharging.inputs.limits.signalling import signal_take
from smartcharging.inputs.limits.taking import limits_at
from smartcharging.meters import BadSettings
from smartcharging.meters.threads import in_thread
from smartcharging.models import LimitEvent
from smartcharging.signals import Plan, Signal, SignalError, Span
from smartcharging.signals.openadr.events import signal_of
from smartcharging.signals.openadr.settings import check
from smartcharging.signals.openadr.source import answered, listen
from tests.gateway.process import eventually, free_port
from tests.worlds import World

BEGIN = datetime(2026, 11, 21, 17, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
SENDER = Actor("the grid", source="signal")
LEVELS = check("http://127.0.0.1/", {"ven": "garage"}).levels


def event(name: str, kind: str, *values: float, status: str = "active", **more: Any) -> dict[str, Any]:
    """An event as the library reads it from the wire."""
    intervals = [{"duration": QUARTER, "signal_payload": value, "uid": at} for at, value in enumerate(values)]
    return {
        "event_descriptor": {"event_id": "e1", "modification_number": 0, "event_status": status},
        "active_period": {"dtstart": BEGIN, "duration": QUARTER},
        "event_signals": [{"signal_name": name, "signal_type": kind, "intervals": intervals, **more}],
    }


def test_levels_are_shares_of_the_circuit_one_after_the_other() -> None:
    signal = signal_of(event("SIMPLE", "level", 1, 0, 3), LEVELS)
    assert signal is not None
    assert signal.spans == (
        Span(BEGIN, BEGIN + QUARTER, limit_percent=70.0),
        Span(BEGIN + 2 * QUARTER, BEGIN + 3 * QUARTER, limit_percent=0.0),
    )


def test_set_points_are_watts_and_capacities_shares() -> None:
    kilowatts = event("LOAD_DISPATCH", "setpoint", 4.2, measurement={"scale": "k"})
    assert [one.limit_w for one in getattr(signal_of(kilowatts, LEVELS), "spans", ())] == [4200.0]
    capacity = event("LOAD_CONTROL", "x-loadControlCapacity", 0.25, 1.0)
    assert [one.limit_percent for one in getattr(signal_of(capacity, LEVELS), "spans", ())] == [25.0]


def test_an_event_without_a_duration_lasts_until_it_is_cancelled() -> None:
    endless = event("SIMPLE", "level", 2)
    endless["event_signals"][0]["intervals"][0]["duration"] = timedelta(0)
    (span,) = getattr(signal_of(endless, LEVELS), "spans", ())
    assert span.ends_at - BEGIN == timedelta(days=31)
    assert signal_of(event("SIMPLE", "level", 2, status="cancelled"), LEVELS) == Signal("e1", 0)


@pytest.mark.parametrize(
    "told",
    [
        event("ELECTRICITY_PRICE", "price", 0.3), event("SIMPLE", "level", 7), event("SIMPLE", "level", float("nan")),
        event("LOAD_DISPATCH", "setpoint", 4, measurement={"scale": "p"}), {"event_descriptor": {}},
    ],
)  # fmt: skip
async def test_what_limits_nothing_or_cannot_be_read_is_declined_and_nothing_kept(
    told: dict[str, Any],
) -> None:
    kept: list[Signal] = []

    async def take(signal: Signal) -> bool:
        kept.append(signal)
        return True

    assert await answered(told, check("http://127.0.0.1/", {"ven": "garage"}), take) == "optOut"
    assert kept == []


@pytest.mark.parametrize(
    ("address", "settings", "field"),
    [
        ("ftp://127.0.0.1/", {"ven": "v"}, "address"),
        ("http://127.0.0.1/", {}, "settings.ven"),
        ("http://127.0.0.1/", {"ven": "v", "levels": {"4": 1}}, "settings.levels.4"),
        ("http://127.0.0.1/", {"ven": "v", "levels": {"1": 101}}, "settings.levels.1"),
        ("https://127.0.0.1/", {"ven": "v", "key": "k.pem"}, "settings.certificate"),
    ],
)
def test_settings_nobody_can_use_are_refused_with_their_place(
    address: str, settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadSettings) as refused:
        check(address, settings)
    assert refused.value.field == field


def said(world: World, version: int, *watts: float) -> bool:
    """A signal of the grid for the next hours."""
    now = clock.now()
    spans = (
        Span(now + timedelta(hours=at), now + timedelta(hours=at + 1), limit_w=one)
        for at, one in enumerate(watts)
    )
    return signal_take(world.site, "grid", Signal("e1", version, tuple(spans)), SENDER)


@pytest.mark.django_db
def test_a_changed_event_replaces_what_it_said_and_a_cancelled_one_ends_it(world: World) -> None:
    """Seen failing without ending those of before: two limits were in force."""
    assert said(world, 0, 4200, 3000)
    assert said(world, 1, 5000)
    (now,) = limits_at(world.site, clock.now())
    assert now.watts == 5000
    assert limits_at(world.site, clock.now() + timedelta(minutes=90)) == []
    assert said(world, 2)
    assert limits_at(world.site, clock.now()) == []


@pytest.mark.django_db
def test_a_signal_that_cannot_be_a_limit_changes_nothing(world: World) -> None:
    assert said(world, 0, 4200)
    assert not said(world, 1, 5000, float("inf"))
    (now,) = limits_at(world.site, clock.now())
    assert now.watts == 4200


class Vtn:
    """The server of `vtn.py`."""

    def __init__(self) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}/OpenADR2/Simple/2.0b"
        program = [sys.executable, str(Path(__file__).with_name("vtn.py")), str(port)]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.hear("ready")

    def say(self, **order: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def hear(self, news: str) -> Any:
        """The next news of a kind; the test's own time limit ends a wait for what never comes."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{") and news in (told := json.loads(line)):
                return told[news]
        raise AssertionError("the server is gone")


@pytest.fixture
def vtn() -> Iterator[Vtn]:
    server = Vtn()
    yield server
    server.process.kill()
    server.process.wait()


@pytest.mark.django_db(transaction=True)
async def test_a_server_dims_a_site_and_hears_within_seconds_that_it_is_kept(world: World, vtn: Vtn) -> None:
    site = await in_thread(lambda: world.site)
    take = partial(in_thread, signal_take, site, "grid", actor=SENDER)
    listening = asyncio.create_task(
        listen(
            Plan("grid", vtn.address, check(vtn.address, {"ven": "garage"})),
            lambda signal: take(signal=signal),
        )
    )
    assert await asyncio.to_thread(vtn.hear, "registered") == "garage"
    begun = time.monotonic()
    vtn.say(add={"id": "D-1", "name": "LOAD_DISPATCH", "type": "setpoint", "value": 4200, "minutes": 60})
    assert await asyncio.to_thread(vtn.hear, "answer") == ["D-1", "optIn"]
    took_s = time.monotonic() - begun
    (limit,) = await in_thread(lambda: list(LimitEvent.objects.all()))
    assert (limit.limit_w, limit.source, limit.reference) == (4200, "grid", "D-1/0.0")
    assert took_s < 10
    vtn.say(add={"id": "P-1", "name": "ELECTRICITY_PRICE", "type": "price", "value": 0.3, "minutes": 60})
    assert await asyncio.to_thread(vtn.hear, "answer") == ["P-1", "optOut"]
    vtn.say(cancel="D-1")
    await in_thread(lambda: eventually(lambda: not limits_at(site, clock.now()), 20))
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


async def test_a_server_that_is_away_is_an_error_not_an_end() -> None:
    address = f"http://127.0.0.1:{free_port()}/OpenADR2/Simple/2.0b"

    async def take(signal: Signal) -> bool:
        raise AssertionError("there is nobody to say anything")

    with pytest.raises(SignalError):
        await listen(Plan("grid", address, check(address, {"ven": "garage"})), take)


async def test_without_the_extra_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openleadr", None)
    plan = Plan("grid", "http://127.0.0.1/", check("http://127.0.0.1/", {"ven": "garage"}))

    async def take(signal: Signal) -> bool:
        return True

    with pytest.raises(SignalError, match="needs the extra"):
        await listen(plan, take)


def test_nothing_imports_the_extra_before_it_is_asked_for() -> None:
    imports = "import django, sys; django.setup(); import smartcharging.signals.registry, smartcharging.tasks"
    command = "import smartcharging.management.commands.openadr; assert 'openleadr' not in sys.modules"
    subprocess.run([sys.executable, "-c", f"{imports}; {command}"], check=True, timeout=60)
