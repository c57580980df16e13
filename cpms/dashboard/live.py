"""The socket behind every open page: the page says which parts it shows and gets them anew when they change.

From the browser: `{"type": "watch", "keys": ["tile:con_...", ...]}`. To the browser:
`{"type": "fragments", "fragments": {key: html}}`, and `{"type": "grown"}` when a station moved that a page of all
connectors does not show yet. Changes are gathered and sent at most twice a second, what
the whole organisation moves at most every two seconds; parts that are new on a page come at once. Session and
membership are read anew every 10 s.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from channels.auth import get_user
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils import timezone

from cpms.accounts.middleware import current_organisation
from cpms.accounts.models import Organisation
from cpms.accounts.viewer import Viewer, viewer_of_user
from cpms.core import live

from . import fragments

T = TypeVar("T")

PACE_S = 0.5
WIDE_PACE_S = 2.0
RECHECK_S = 10.0
MOST_TEXT = 64 * 1024
SIGNED_OUT = 4401
BOARD = "board:summary"
# What changes name beside stations.
NAMED = ("commands", "transactions", "bulk")


def in_thread(function: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """Run database work in a thread of its own, not in the one every page shares, and hand back its connection."""

    def handing_back(*args: Any) -> T:
        try:
            return function(*args)
        finally:
            close_old_connections()

    return sync_to_async(handing_back, thread_sensitive=False)


class LiveConsumer(AsyncWebsocketConsumer):
    """One open page of one person, looking at one organisation."""

    viewer: Viewer
    organisation: Organisation

    async def connect(self) -> None:
        """Accept people who are signed in and belong somewhere; others are closed with 4401."""
        self.watches: list[fragments.Watch] = []
        self.dirty: set[str] = set()
        self.grown = False
        self.wake = asyncio.Event()
        self.pump: asyncio.Task[None] | None = None
        self.group = ""
        await self.accept()
        if await self._who():
            self.group = live.group(self.organisation.pk)
            await self.channel_layer.group_add(self.group, self.channel_name)
            self.pump = asyncio.create_task(self._pump())
        else:
            await self.close(SIGNED_OUT)

    async def disconnect(self, code: int) -> None:
        """Stop sending, leave the group."""
        if self.pump:
            self.pump.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take over the keys a page shows and send the new ones as they are now. Anything else is ignored."""
        keys = _keys(text_data)
        if keys is not None and self.pump:
            known = {watch.key for watch in self.watches}
            self.watches = await in_thread(fragments.resolve)(self.viewer, keys)
            # They may have changed after the page was drawn and before it was heard, or while its socket was away.
            self.dirty |= {watch.key for watch in self.watches} - known
            self.wake.set()

    async def live_changed(self, event: dict[str, Any]) -> None:
        """Something changed: mark what this page shows of it."""
        stations = set(event.get("stations", ()))
        touched = {w.key for w in self.watches if w.station is None or w.station in stations}
        named = {i for name in NAMED for i in event.get(name, ())}
        touched |= {w.key for w in self.watches if w.key.partition(":")[2] in named}
        self.grown = self.grown or self._is_new(stations)
        if touched or self.grown:
            self.dirty |= touched
            self.wake.set()

    def _is_new(self, stations: set[str]) -> bool:
        """Whether a page that shows the whole board lacks one of these stations."""
        shown = {watch.station for watch in self.watches}
        return any(watch.key == BOARD for watch in self.watches) and not stations <= shown

    async def _pump(self) -> None:
        checked = time.monotonic()
        wide_sent = checked - WIDE_PACE_S
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), RECHECK_S)
            self.wake.clear()
            now = time.monotonic()
            if now - checked >= RECHECK_S:
                checked = now
                if not await self._still_the_same():
                    return
            wide_due = now - wide_sent >= WIDE_PACE_S
            if await self._send(wide_due):
                wide_sent = time.monotonic()
            await asyncio.sleep(PACE_S)

    async def _send(self, wide_due: bool) -> bool:
        """Send what is dirty; whether organisation-wide parts were among it. Those not yet due stay dirty."""
        held = set() if wide_due else self.dirty & set(fragments.WIDE)
        keys, self.dirty = self.dirty - held, held
        if held:
            asyncio.get_running_loop().call_later(PACE_S, self.wake.set)
        if keys:
            made = await in_thread(self._render)(keys)
            await self.send(json.dumps({"type": "fragments", "fragments": made}))
        if self.grown:
            self.grown = False
            await self.send(json.dumps({"type": "grown"}))
        return bool(keys & set(fragments.WIDE))

    def _render(self, keys: set[str]) -> dict[str, str]:
        with timezone.override(self.organisation.time_zone):
            return fragments.render(self.viewer, keys)

    async def _still_the_same(self) -> bool:
        """Whether the person is still signed in to the same organisation; the socket is closed if not."""
        before = self.organisation.pk
        if await self._who() and self.organisation.pk == before:
            return True
        await self.close(SIGNED_OUT)
        return False

    async def _who(self) -> bool:
        """Read session, user and membership anew; whether there is somebody who belongs somewhere."""
        key = self.scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME)
        session = SessionStore(session_key=key)
        user = await get_user({"session": session})
        return await in_thread(self._look)(session, user)

    def _look(self, session: SessionStore, user: Any) -> bool:
        request = HttpRequest()
        request.session = session
        everywhere = viewer_of_user(user)
        organisation = current_organisation(request, everywhere)
        if organisation is None:
            return False
        self.organisation = organisation
        self.viewer = everywhere.narrowed(organisation.pk)
        return True


def _keys(text: str | None) -> list[str] | None:
    """The keys of a watch message; None for anything else."""
    if text is None or len(text) > MOST_TEXT:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    keys = message.get("keys") if isinstance(message, dict) and message.get("type") == "watch" else None
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else None
