"""Waiting for the end of commands: one subscription for the whole process, whoever waits in it.

A subscription of one's own for each wait costs a connection to Redis, which is more than the wait itself.
Nothing here carries a fact: who waits looks at the database first, and again when woken or every now and then.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from redis.client import PubSub
from redis.exceptions import RedisError

from . import bus

logger = logging.getLogger(__name__)
PAUSE_S = 1.0
REMEMBERED = 1000


class Ends:
    """Hands announced ends to the threads that wait for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, list[threading.Event]] = defaultdict(list)
        # Commands that ended before anybody could wait for them, oldest first.
        self._recent: dict[str, None] = {}
        self._listening = False

    @contextmanager
    def expected(self, command: str) -> Iterator[threading.Event]:
        """An event that is set when the end of this command is announced, or was a moment ago."""
        event = threading.Event()
        with self._lock:
            if command in self._recent:
                event.set()
            self._waiting[command].append(event)
            if not self._listening:
                self._listening = True
                threading.Thread(target=self._listen, name="command ends", daemon=True).start()
        try:
            yield event
        finally:
            self._forget(command, event)

    def _forget(self, command: str, event: threading.Event) -> None:
        with self._lock:
            self._waiting[command].remove(event)
            if not self._waiting[command]:
                del self._waiting[command]

    def _listen(self) -> None:
        while True:
            try:
                self._serve(bus.subscription(bus.ends_channel()))
            except (RedisError, OSError) as error:
                logger.warning("ends of commands are not heard: %s", type(error).__name__)
                time.sleep(PAUSE_S)

    def _serve(self, subscription: PubSub) -> None:
        for message in subscription.listen():
            self._announced(message["data"].decode())

    def _announced(self, command: str) -> None:
        with self._lock:
            self._recent[command] = None
            if len(self._recent) > REMEMBERED:
                del self._recent[next(iter(self._recent))]
            for event in self._waiting.get(command, ()):
                event.set()


ends = Ends()
