"""A till with a provider of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from billing.providers import provider
from tests.worlds import World

from .till import Till


@pytest.fixture
def fake_file(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The books of a provider that nobody has used."""
    settings.FAKE_PAYMENTS = str(tmp_path / "provider.sqlite3")
    provider.cache_clear()
    yield Path(settings.FAKE_PAYMENTS)
    provider.cache_clear()


@pytest.fixture
def till(world: World, fake_file: Path) -> Iterator[Till]:
    with time_machine.travel(timezone.now(), tick=True) as time:
        yield Till(world, time)
