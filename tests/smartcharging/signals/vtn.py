"""A real OpenADR 2.0b server (VTN) in a process of its own: one JSON object a line.

`{"add": {"name", "type", "value", "minutes", "id"}}` and `{"cancel": id}` come in, `{"registered": ven}` and
`{"answer": [id, opt]}` go out.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from openleadr import OpenADRServer

VEN = "ven-1"


def say(**news: Any) -> None:
    print(json.dumps(news), flush=True)


async def registered(told: dict[str, Any]) -> tuple[str, str]:
    say(registered=told["ven_name"])
    return VEN, "registration-1"


async def answered(ven_id: str, event_id: str, opt_type: str) -> None:
    say(answer=[event_id, opt_type])


def add(server: OpenADRServer, order: dict[str, Any]) -> None:
    begin = datetime.now(UTC) + timedelta(seconds=order.get("in_s", 0))
    lasts = timedelta(minutes=order["minutes"])
    values = order["value"] if isinstance(order["value"], list) else [order["value"]]
    intervals = [
        {"dtstart": begin + index * lasts, "duration": lasts, "signal_payload": value}
        for index, value in enumerate(values)
    ]
    server.add_event(
        ven_id=VEN, signal_name=order["name"], signal_type=order["type"], intervals=intervals,
        event_id=order["id"], callback=answered,
    )  # fmt: skip


async def main(port: int) -> None:
    server = OpenADRServer(
        "vtn-1", http_host="127.0.0.1", http_port=port, requested_poll_freq=timedelta(seconds=1)
    )
    server.add_handler("on_create_party_registration", registered)
    await server.run()
    say(ready=port)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        if "add" in order:
            add(server, order["add"])
        else:
            server.cancel_event(VEN, order["cancel"])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
