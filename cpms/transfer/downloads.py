"""Sending a file: whole or a range, resumable until its link ends (RFC 9110 §14, §13.1.5)."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import IO

from django.utils.http import http_date

from chargers.models import TransferLink
from chargers.services.files.links import link_moved, link_still_open, name_for
from chargers.services.files.storage import CHUNK_BYTES, StorageAway, open_stored

from . import ranges
from .wire import HARMLESS, Exchange, Gone, Headers, in_thread

# After so many bytes the link is looked at again: an update that ended takes its file away.
RECHECK_BYTES = 4 * 2**20


async def send_file(exchange: Exchange, link: TransferLink) -> None:
    """Answer GET or HEAD with the file of a link."""
    name, size_bytes, etag, modified = _facts(link)
    try:
        file = await in_thread(open_stored, name)
    except StorageAway as error:
        await exchange.say(503, str(error))
        return
    try:
        part = _part(exchange, size_bytes, etag, modified)
    except ranges.Unsatisfiable:
        await exchange.say(416, "no such range", (b"content-range", f"bytes */{size_bytes}".encode()))
    else:
        await _send(exchange, link, file, part, _headers(link, size_bytes, etag, modified, part))
    finally:
        await in_thread(file.close)


def _facts(link: TransferLink) -> tuple[str, int, str, str]:
    """Storage name, size, ETag and Last-Modified."""
    source = link.log_request or link.firmware_file
    if source is None:
        raise TypeError(f"link {link.pk} leads to nothing")
    at: datetime = (
        getattr(source, "received_at", None) or getattr(source, "uploaded_at", None) or link.expires_at
    )
    return source.storage_name, source.size_bytes or 0, f'"{source.sha256}"', http_date(at.timestamp())


def _part(exchange: Exchange, size_bytes: int, etag: str, modified: str) -> tuple[int, int] | None:
    asked = exchange.header(b"range")
    same = ranges.still_same(exchange.header(b"if-range"), etag, modified)
    if not asked or exchange.method != "GET" or not same:
        return None
    return ranges.wanted(asked, size_bytes)


def _headers(
    link: TransferLink, size_bytes: int, etag: str, modified: str, part: tuple[int, int] | None
) -> Headers:
    length = size_bytes if part is None else part[1] - part[0] + 1
    headers: Headers = [
        *HARMLESS,
        (b"content-disposition", f'attachment; filename="{name_for(link)}"'.encode()),
        (b"accept-ranges", b"bytes"),
        (b"etag", etag.encode()),
        (b"last-modified", modified.encode()),
        (b"content-length", str(length).encode()),
    ]
    if part is not None:
        headers.append((b"content-range", f"bytes {part[0]}-{part[1]}/{size_bytes}".encode()))
    return headers


async def _send(
    exchange: Exchange, link: TransferLink, file: IO[bytes], part: tuple[int, int] | None, headers: Headers
) -> None:
    await exchange.start(200 if part is None else 206, headers)
    if exchange.method == "HEAD":
        await exchange.body(b"")
        return
    left = int(dict(headers)[b"content-length"])
    gone = asyncio.ensure_future(exchange.disconnected())
    try:
        await _pump(exchange, link, file, part[0] if part else 0, left, gone.done)
    finally:
        gone.cancel()


async def _pump(
    exchange: Exchange,
    link: TransferLink,
    file: IO[bytes],
    first: int,
    left: int,
    is_gone: Callable[[], bool],
) -> None:
    """Chunk by chunk; every byte is counted, also of a transfer that breaks off. Raises Gone."""
    await in_thread(file.seek, first)
    uncounted = 0
    try:
        while left:
            data = await in_thread(file.read, min(CHUNK_BYTES, left))
            if not data or is_gone():
                raise Gone
            left -= len(data)
            await exchange.body(data, more=bool(left))
            uncounted += len(data)
            if uncounted >= RECHECK_BYTES:
                counted, uncounted = uncounted, 0
                await in_thread(link_moved, link, counted)
                if not await in_thread(link_still_open, link):
                    raise Gone
    finally:
        await in_thread(link_moved, link, uncounted)
