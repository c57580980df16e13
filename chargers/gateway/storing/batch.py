"""A synchronous service for many callers at once: what arrives while it runs is its next call."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from ..process.threads import Threads

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741
MAX_BATCH = 100


class Batch(Generic[I, O]):
    """Calls `service` with lists of items; it answers one result an item, in their order.

    A fleet that comes back at once costs a few dozen transactions this way, not thousands. Whatever the
    service raises, all callers of that batch get.
    """

    def __init__(self, threads: Threads, service: Callable[[list[I]], list[O]]) -> None:
        self._threads, self._service = threads, service
        self._waiting: list[tuple[I, asyncio.Future[O]]] = []
        self._work: asyncio.Task[None] | None = None

    async def run(self, item: I) -> O:
        """The service's result for this item."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[O] = loop.create_future()
        self._waiting.append((item, done))
        if self._work is None:
            self._work = loop.create_task(self._run())
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            try:
                results = await self._threads.run(self._service, [item for item, _ in batch])
            except Exception as error:
                _fail([done for _, done in batch], error)
            else:
                _settle([done for _, done in batch], results)
        self._work = None


def _settle(futures: list[asyncio.Future[O]], results: list[O]) -> None:
    for done, result in zip(futures, results, strict=True):
        if not done.done():
            done.set_result(result)


def _fail(futures: list[asyncio.Future[O]], error: Exception) -> None:
    for done in futures:
        if not done.done():
            done.set_exception(error)
