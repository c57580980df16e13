"""Two organisations, and what the outbox says, for every test."""

import os

import pytest
from hypothesis import settings

from cpms.core.models import OutboxEvent
from tests.worlds import World

# A change is judged by the same examples as the tree before it; `make histories` looks for new ones.
settings.register_profile("same examples", derandomize=True)
settings.load_profile("default" if "HISTORIES" in os.environ else "same examples")


@pytest.fixture
def world(db: None) -> World:
    """The organisation a test is about; its rows are made when they are looked at."""
    return World("OURS")


@pytest.fixture
def other_world(db: None) -> World:
    """Somebody else's organisation."""
    return World("THEIRS")


class Events:
    """Reads the outbox."""

    def types(self) -> list[str]:
        """The types in order of writing."""
        return list(OutboxEvent.objects.order_by("id").values_list("type", flat=True))

    def of(self, kind: str) -> list[OutboxEvent]:
        """The events of one type."""
        return list(OutboxEvent.objects.filter(type=kind).order_by("id"))


@pytest.fixture
def events(db: None) -> Events:
    """The events of the outbox."""
    return Events()
