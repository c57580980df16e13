"""Taking a file: the raw body of PUT or POST, or the first file of a form; once, and no more than the limit."""

import contextlib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.choices import LinkPurpose
from chargers.models import TransferLink
from chargers.services.files.firmware_files import firmware_file_received
from chargers.services.files.links import link_moved, link_use_up
from chargers.services.files.logs import log_received
from chargers.services.files.storage import Incoming, StorageAway, Stored, TooMuch, remove_stored

from .multipart import MAX_HEADERS, BadForm, FirstFile, boundary_of
from .wire import Exchange, in_thread


class AlreadyDone(Exception):
    """Another upload over this link was complete before."""


def limit_of(link: TransferLink) -> int:
    """The largest file this link takes, in bytes."""
    is_firmware = link.purpose == LinkPurpose.FIRMWARE_UPLOAD
    return int(settings.FIRMWARE_MAX_BYTES if is_firmware else settings.LOG_MAX_BYTES)


async def take_file(exchange: Exchange, link: TransferLink, name: str) -> None:
    """Answer PUT or POST. Whatever goes wrong, nothing of the file is kept and the link may be used again."""
    limit = limit_of(link)
    if (exchange.declared_bytes or 0) > limit + 2 * MAX_HEADERS:
        await exchange.say(413, f"a file may have {limit} bytes")
    elif exchange.header(b"content-range"):
        await exchange.say(400, "send the whole file at once")
    else:
        await _take(exchange, link, name, limit)


async def _take(exchange: Exchange, link: TransferLink, name: str, limit: int) -> None:
    try:
        named = await _receive(exchange, link, name, limit)
    except TooMuch:
        await exchange.say(413, f"a file may have {limit} bytes")
    except (BadForm, ValidationError) as error:
        text = error.messages[0] if isinstance(error, ValidationError) else str(error)
        await exchange.say(400, text)
    except AlreadyDone:
        await exchange.say(410, "this link has been used")
    except StorageAway as error:
        await exchange.say(503, str(error))
    else:
        await _thank(exchange, named)


async def _receive(exchange: Exchange, link: TransferLink, name: str, limit: int) -> TransferLink:
    content_type = exchange.header(b"content-type")
    is_form = content_type.lower().startswith("multipart/")
    form = FirstFile(boundary_of(content_type)) if is_form else None
    incoming = await in_thread(Incoming, limit)
    try:
        async for chunk in exchange.chunks():
            await in_thread(incoming.write, form.feed(chunk) if form else chunk)
        if form is not None and not form.is_complete:
            raise BadForm("the form has no complete file in it")
        if not incoming.size_bytes:
            raise BadForm("the file is empty")
        await in_thread(complete, link, incoming, (form.file_name if form else "") or name)
    finally:
        await in_thread(incoming.discard)
    return link


def complete(link: TransferLink, incoming: Incoming, name: str) -> None:
    """Keep a complete file and use up its link, both or neither. Raises AlreadyDone, ValidationError, StorageAway."""
    stored = incoming.keep("firmware" if link.purpose == LinkPurpose.FIRMWARE_UPLOAD else "logs")
    with contextlib.ExitStack() as undo:
        undo.callback(remove_stored, stored.name)
        with transaction.atomic():
            if not link_use_up(link):
                raise AlreadyDone
            link_moved(link, stored.size_bytes)
            _hand_over(link, stored, name)
        undo.pop_all()


def _hand_over(link: TransferLink, stored: Stored, name: str) -> None:
    if link.firmware_file_id is not None:
        firmware_file_received(link.firmware_file_id, stored, name)
    elif link.log_request_id is not None:
        log_received(link.log_request_id, stored, name)


async def _thank(exchange: Exchange, link: TransferLink) -> None:
    """A browser that sent a form goes back to the page it came from."""
    if link.firmware_file is not None and exchange.method == "POST":
        page = f"{settings.PUBLIC_URL}/maintenance/firmware/{link.firmware_file.public_id}/"
        await exchange.say(303, "received", (b"location", page.encode()))
    else:
        await exchange.say(201, "received")
