"""The ASGI application behind `/ocpp/`."""

from typing import Any

from .consumer import OcppConsumer
from .process import runtime

_consumer = OcppConsumer.as_asgi()


async def gateway(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Sockets to the consumer; a plain request learns that this address speaks OCPP only."""
    if scope["type"] == "websocket":
        await _consumer(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _upgrade_required(send)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await runtime.stop_current()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _upgrade_required(send: Any) -> None:
    # Closed after one answer: nothing that hides behind a request is read as another one.
    headers = [(b"upgrade", b"websocket"), (b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 426, "headers": headers})
    await send({"type": "http.response.body", "body": b"This address speaks OCPP over WebSocket.\n"})
