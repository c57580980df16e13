"""`/transfer/<token>/<name>`: whoever has the token may do the one thing it is for, and nothing else."""

import logging
from typing import Any, Final

from django.db import Error

from chargers.choices import LinkPurpose, Transport
from chargers.models import TransferLink
from chargers.services.files.links import link_asked, link_find, link_is_over

from .downloads import send_file
from .uploads import take_file
from .wire import Exchange, Gone, in_thread

logger = logging.getLogger(__name__)
UPLOADS: Final = (LinkPurpose.STATION_UPLOAD, LinkPurpose.FIRMWARE_UPLOAD)
LONGEST_TOKEN = 64


async def transfer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The ASGI application. Answers: 404 unknown, 410 over, 405, and those of downloads and uploads."""
    exchange = Exchange(scope, receive, send)
    try:
        await _serve(exchange)
    except Gone:
        return
    except Error as error:
        logger.warning("transfer refused, the database is away: %s", type(error).__name__)
        await exchange.say(503, "try again later", (b"retry-after", b"30"))


async def _serve(exchange: Exchange) -> None:
    token, name = exchange.address()
    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        await exchange.say(404, "there is nothing at this address")
        return
    link = await in_thread(_find, token)
    if link is None:
        over = await in_thread(link_is_over, token)
        await exchange.say(
            *((410, "this link is over") if over else (404, "there is nothing at this address"))
        )
    elif link.purpose in UPLOADS:
        await _upload(exchange, link, name)
    else:
        await _download(exchange, link)


def _find(token: str) -> TransferLink | None:
    link = link_find(token, Transport.HTTPS)
    if link is not None:
        link_asked(link)
    return link


async def _upload(exchange: Exchange, link: TransferLink, name: str) -> None:
    if exchange.method in ("PUT", "POST"):
        await take_file(exchange, link, name)
    else:
        await exchange.say(405, "this link takes a file by PUT or POST", (b"allow", b"PUT, POST"))


async def _download(exchange: Exchange, link: TransferLink) -> None:
    if exchange.method in ("GET", "HEAD"):
        await send_file(exchange, link)
    else:
        await exchange.say(405, "this link gives a file by GET", (b"allow", b"GET, HEAD"))
