"""A station that signs."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.worlds import World

from ..ratings.story import at
from .signing import SigningStory


@pytest.fixture
def story(db: None) -> Iterator[SigningStory]:
    """Nothing has happened yet; it is half a day after the session."""
    with time_machine.travel(at(-1440), tick=False):
        told = SigningStory(World("ALPHA"))
        _ = (told.station, told.world.tag)
    with time_machine.travel(at(12 * 60), tick=False):
        yield told
