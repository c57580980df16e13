"""Which part of the application serves which connection."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from chargers.gateway.application import gateway
from cpms.dashboard.live import LiveConsumer
from cpms.transfer.app import transfer

Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def build(pages: Asgi) -> Asgi:
    """HTTP to Django or `cpms.transfer`, `/ocpp/...` sockets to the gateway, other sockets to the live pages."""
    live = AllowedHostsOriginValidator(
        AuthMiddlewareStack(URLRouter([path("ws/live/", LiveConsumer.as_asgi())]))
    )
    return Router(pages, live, gateway)


class Router:
    """Routes by connection kind and path; lifespan events go to the gateway."""

    def __init__(self, pages: Asgi, live: Any, ocpp: Asgi) -> None:
        self.pages, self.live, self.ocpp = pages, live, ocpp

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        kind = scope["type"]
        if kind == "http" and scope["path"].startswith("/transfer/"):
            await transfer(scope, receive, send)
        elif kind == "http" and not scope["path"].startswith("/ocpp"):
            await self.pages(scope, receive, send)
        elif kind == "websocket" and scope["path"].startswith("/ws/"):
            await self.live(scope, receive, send)
        else:
            await self.ocpp(scope, receive, send)
