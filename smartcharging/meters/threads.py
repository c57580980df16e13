"""Database work of the process that reads meters, away from its event loop."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a service in a thread; its database connection goes back to the pool."""
    return await asyncio.to_thread(_returned, lambda: function(*args, **kwargs))


def _returned(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        if not connection.in_atomic_block:
            connection.close()
