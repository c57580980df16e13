"""The bench measures for real, and notices every answer that is lost, wrong or doubled."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve

from cpms.ops.bench import loads
from cpms.ops.bench.charger import Address
from cpms.ops.bench.cpu import tree, tree_cpu_s
from cpms.ops.bench.figures import Figure, Goal, sum_errors
from cpms.ops.bench.loads import Fleet, Report
from cpms.ops.bench.rows import ROWS, measures
from cpms.ops.local import ROOT

Answer = Callable[[ServerConnection, str, str], Awaitable[None]]
BOOTED = '{"status":"Accepted","currentTime":"2026-01-01T00:00:00Z","interval":300}'


def bench(*options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cpms.settings.dev"}
    command = [sys.executable, "manage.py", "bench", "gateway", *options]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)


def test_the_smallest_bench_prints_nothing_but_figures_of_a_working_gateway() -> None:
    done = bench("--tiny", "--json", "--only", "1,9,10,13")
    figures = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert [figure["name"].split(".")[0] for figure in figures] == ["1", "3", "4", "9", "10", "13", "13"]
    for figure in figures:
        assert figure.keys() == {"name", "goal", "figure", "unit", "met"}
    by_row = {figure["name"].split(".")[0]: figure["figure"] for figure in figures}
    assert min(by_row["1"], by_row["4"]) > 0
    assert by_row["10"] == 0


def test_an_unknown_row_is_refused_by_name() -> None:
    done = bench("--only", "99")
    assert done.returncode != 0
    assert "99" in done.stderr


def test_every_row_has_one_measurement() -> None:
    assert all(len(measures([row])) == 1 for row in ROWS)
    assert len(measures([1, 3, 4])) == 1


async def load(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> Report:
    """What the generator says of a server that boots everybody and then answers like this."""

    async def talk(socket: ServerConnection) -> None:
        async for text in socket:
            _, message_id, action, _ = json.loads(text)
            if action == "BootNotification":
                await socket.send(f'[3,"{message_id}",{BOOTED}]')
            else:
                await answer(socket, message_id, action)

    monkeypatch.setattr(loads, "PATIENCE_S", 0.3)
    async with serve(talk, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:  # type: ignore[list-item]
        port = next(iter(server.sockets)).getsockname()[1]
        fleet = Fleet(Address("127.0.0.1", port, "password"))
        connected = await fleet.connect(2)
        assert (connected["answered"], connected["errors"]) == (2, {})
        report = await fleet.open(40, 0.25, loads.heartbeat)
        for charger in fleet.chargers:
            charger.disconnect()
    return report


RIGHT = '{"currentTime":"2026-01-01T00:00:00Z"}'


async def test_right_answers_are_counted_and_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def right(socket: ServerConnection, message_id: str, action: str) -> None:
        await asyncio.sleep(0.005)
        await socket.send(f'[3,"{message_id}",{RIGHT}]')

    report = await load(right, monkeypatch)
    assert (report["sent"], report["answered"], report["errors"]) == (10, 10, {})
    assert 4 < report["p50_ms"] < 200
    assert report["behind"] == 0


@pytest.mark.parametrize(
    "payload", ["{}", '{"currentTime":1}', '{"currentTime":"soon"}', "[]", "null", "1,2"]
)
async def test_an_answer_of_the_wrong_shape_is_an_error(
    payload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wrong(socket: ServerConnection, message_id: str, action: str) -> None:
        await socket.send(f'[3,"{message_id}",{payload}]')

    report = await load(wrong, monkeypatch)
    assert report["errors"]["wrong"] == report["sent"]
    assert report["answered"] == 0


async def test_a_second_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def twice(socket: ServerConnection, message_id: str, action: str) -> None:
        for _ in range(2):
            await socket.send(f'[3,"{message_id}",{RIGHT}]')

    report = await load(twice, monkeypatch)
    assert report["errors"] == {"doubled": report["sent"]}


async def test_an_answer_that_never_comes_and_a_closed_socket_are_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(socket: ServerConnection, message_id: str, action: str) -> None:
        if message_id.startswith("BENCH-00001"):
            await socket.close()

    report = await load(never, monkeypatch)
    assert report["errors"] == {"closed": 1, "lost": 2}
    assert report["behind"] == 8


def test_a_figure_with_errors_never_meets_its_goal() -> None:
    at_most, at_least = Goal(10, "ms"), Goal(10, "msg/s", at_least=True)
    assert [Figure(1, "", at_most, n).met for n in (9.9, 10, 10.1)] == [True, True, False]
    assert [Figure(1, "", at_least, n).met for n in (9.9, 10, 10.1)] == [False, True, True]
    failed = Figure(1, "name", at_most, 1, {"lost": 1})
    assert not failed.met
    assert failed.as_json() == {
        "name": "1. name", "goal": "<= 10", "figure": 1, "unit": "ms", "met": False, "errors": {"lost": 1},
    }  # fmt: skip
    assert sum_errors([{"errors": {"lost": 1}}, {"errors": {"lost": 2, "wrong": 1}}]) == {
        "lost": 3,
        "wrong": 1,
    }


def test_the_cpu_of_a_tree_counts_children_that_have_ended() -> None:
    before = tree_cpu_s(os.getpid())
    subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)
    assert tree_cpu_s(os.getpid()) - before > 0.05
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert child.pid in tree(os.getpid())
    child.communicate(b"\n")
    assert child.pid not in tree(os.getpid())
