"""A small CSMS for every test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from .csms import Csms


@pytest_asyncio.fixture
async def csms() -> AsyncIterator[Csms]:
    async with Csms() as server:
        yield server
