"""Each driver against a real other side: Modbus TCP, Mosquitto, HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Any, cast

import aiomqtt
import pytest

from smartcharging.meters import MeterError, Plan, Sample
from smartcharging.meters.registry import DRIVERS
from tests.smartcharging.inputs.servers import HttpMeter, free_port, modbus_server, mosquitto

THREE = {f"l{line}_a": {"path": f"phases[{line - 1}].current"} for line in (1, 2, 3)}


def plan(kind: str, address: str, settings: dict[str, Any], lines: int = 3, **more: Any) -> Plan:
    return Plan(1, "meter", address, DRIVERS[kind].check(address, settings, lines), every_s=0.05, **more)


def source(kind: str, meter: Plan) -> AsyncIterator[Sample]:
    read = DRIVERS[kind].samples
    assert read is not None
    return read(meter)


async def first(kind: str, meter: Plan, count: int = 1) -> list[Sample]:
    taken = []
    async with asyncio.timeout(20), aclosing(cast(Any, source(kind, meter))) as samples:
        async for sample in samples:
            taken.append(sample)
            if len(taken) == count:
                break
    return taken


async def failure(kind: str, meter: Plan) -> str:
    with pytest.raises(MeterError) as caught:
        await first(kind, meter)
    return str(caught.value)


def register(address: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"address": address, "type": kind} | more


@pytest.fixture(scope="module")
def modbus() -> Iterator[str]:
    with modbus_server() as port:
        yield f"modbus://127.0.0.1:{port}"


async def test_registers_of_every_kind_are_read_and_scaled(modbus: str) -> None:
    values = {
        "l1_a": register(0, "float32"),
        "l2_a": register(2, "int32", scale=0.01),
        "l3_a": register(5, "int16", scale=-0.5),
        "l1_w": register(4, "uint16"),
        "l2_w": register(8, "float32", word_order="little"),
        "power_w": register(0, "uint16", table="holding"),
    }
    one, two = await first("modbus", plan("modbus", modbus, {"values": values}), 2)
    assert one.values == {
        "l1_a": 12.5, "l2_a": 22.5, "l3_a": 8.5, "l1_w": 65535.0, "l2_w": 7.25, "power_w": 42.0,
    }  # fmt: skip
    assert (one.at, two.values) == (None, one.values)


async def test_a_register_that_is_not_there_is_named(modbus: str) -> None:
    values = {"l1_a": register(1000, "float32")}
    assert "register 1000" in await failure("modbus", plan("modbus", modbus, {"values": values}, 1))


async def test_a_register_that_holds_no_number_comes_through_to_be_judged(modbus: str) -> None:
    values = {"l1_a": register(6, "float32")}
    (sample,) = await first("modbus", plan("modbus", modbus, {"values": values}, 1))
    assert isnan(sample.values["l1_a"])


async def test_another_unit_does_not_answer(modbus: str) -> None:
    settings = {"unit": 7, "values": {"l1_a": register(0, "float32")}}
    assert "register 0" in await failure("modbus", plan("modbus", modbus, settings, 1))


async def test_nobody_at_the_address_is_told() -> None:
    address = f"modbus://127.0.0.1:{free_port()}"
    settings = {"values": {"l1_a": register(0, "float32")}}
    assert "nobody answers" in await failure("modbus", plan("modbus", address, settings, 1))


@pytest.fixture
def http() -> Iterator[HttpMeter]:
    with HttpMeter().serving() as meter:
        yield meter


def phases(*amps: Any) -> dict[str, Any]:
    return {"phases": [{"current": one} for one in amps]}


async def test_json_over_http_is_asked_for_again_and_again(http: HttpMeter) -> None:
    http.tells(phases(1, "2.5", -3) | {"at": "2026-11-21T13:00:00+01:00"})
    one, _ = await first("pull", plan("pull", http.url, {"values": THREE, "time": "at"}), 2)
    assert one == Sample({"l1_a": 1.0, "l2_a": 2.5, "l3_a": -3.0}, datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert http.asked == 2


@pytest.mark.parametrize(
    ("document", "status", "word"),
    [
        (phases(1, 2), 200, "phases[2].current"),
        (phases(1, 2, None), 200, "is no number"),
        (phases(1, 2, True), 200, "is no number"),
        (phases(1, 2, "many"), 200, "is no number"),
        ([], 200, "phases[0].current"),
        ({}, 503, "status 503"),
        ("http://127.0.0.1:1/", 302, "status 302"),
        ("x" * 70_000, 200, "more than 64 kB"),
    ],
)
async def test_an_answer_that_is_not_what_was_agreed_is_an_error(
    http: HttpMeter, document: Any, status: int, word: str
) -> None:
    http.tells(document, status)
    assert word in await failure("pull", plan("pull", http.url, {"values": THREE}))


async def test_what_is_no_json_is_an_error(http: HttpMeter) -> None:
    http.answer = lambda headers: (200, b"<html>")
    assert "no JSON" in await failure("pull", plan("pull", http.url, {"values": THREE}))


async def test_a_time_without_a_zone_is_not_guessed(http: HttpMeter) -> None:
    http.tells(phases(1, 2, 3) | {"at": "2026-11-21T13:00:00"})
    assert "no time zone" in await failure("pull", plan("pull", http.url, {"values": THREE, "time": "at"}))


async def test_the_password_goes_into_the_header_and_into_no_error(http: HttpMeter) -> None:
    http.answer = lambda headers: (
        (200, json.dumps(phases(1, 2, 3)).encode()) if headers["Authorization"] == "Bearer secret" else (401, b"")
    )  # fmt: skip
    meter = plan("pull", http.url, {"values": THREE}, secret="secret")
    assert len(await first("pull", meter)) == 1
    wrong = plan("pull", http.url, {"values": THREE}, secret="another secret")
    assert await failure("pull", wrong) == "it answers with status 401"


async def test_a_named_user_is_sent_as_one(http: HttpMeter) -> None:
    http.answer = lambda headers: (
        (200, json.dumps(phases(1, 2, 3)).encode())
        if headers["Authorization"] == "Basic bWV0ZXI6c2VjcmV0"
        else (401, b"")
    )
    settings = {"values": THREE, "user": "meter"}
    assert len(await first("pull", plan("pull", http.url, settings, secret="secret"))) == 1


async def publish(port: int, *payloads: bytes, retain: bool = False, **client: Any) -> None:
    async with aiomqtt.Client("127.0.0.1", port, **client) as broker:
        for payload in payloads:
            await broker.publish("house/meter", payload, retain=retain)
            await asyncio.sleep(0.1)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    with mosquitto(tmp_path) as port:
        yield port


async def heard(meter: Plan, told: Any) -> list[Sample]:
    """What the driver hears while `told` publishes; it is listening before."""
    listening = asyncio.create_task(first("mqtt", meter))
    await asyncio.sleep(1.0)
    await told
    return await listening


async def test_what_is_published_is_heard(broker: int) -> None:
    meter = plan("mqtt", f"mqtt://127.0.0.1:{broker}", {"topic": "house/meter", "values": THREE})
    (sample,) = await heard(meter, publish(broker, json.dumps(phases(4, 5, 6)).encode()))
    assert sample.values == {"l1_a": 4.0, "l2_a": 5.0, "l3_a": 6.0}


async def test_a_retained_message_is_of_unknown_age_and_not_heard(broker: int) -> None:
    await publish(broker, json.dumps(phases(1, 1, 1)).encode(), retain=True)
    meter = plan("mqtt", f"mqtt://127.0.0.1:{broker}", {"topic": "house/meter", "values": THREE})
    (sample,) = await heard(meter, publish(broker, json.dumps(phases(4, 5, 6)).encode()))
    assert sample.values["l1_a"] == 4.0


async def test_a_message_that_is_none_of_ours_is_an_error(broker: int) -> None:
    meter = plan("mqtt", f"mqtt://127.0.0.1:{broker}", {"topic": "house/meter", "values": THREE})
    with pytest.raises(MeterError, match="no JSON"):
        await heard(meter, publish(broker, b"\x00\xff"))


async def test_a_broker_with_passwords_lets_the_right_one_in(tmp_path: Path) -> None:
    settings = {"topic": "house/meter", "user": "meter", "values": THREE}
    with mosquitto(tmp_path, "right") as port:
        address = f"mqtt://127.0.0.1:{port}"
        known: Any = {"username": "meter", "password": "right"}
        right = plan("mqtt", address, settings, secret="right")
        (sample,) = await heard(right, publish(port, json.dumps(phases(4, 5, 6)).encode(), **known))
        assert sample.values["l3_a"] == 6.0
        why = await failure("mqtt", plan("mqtt", address, settings, secret="wrong"))
        assert "broker cannot be used" in why
        assert "wrong" not in why


async def test_no_broker_is_told() -> None:
    meter = plan("mqtt", f"mqtt://127.0.0.1:{free_port()}", {"topic": "t", "values": THREE})
    assert "broker cannot be used" in await failure("mqtt", meter)
