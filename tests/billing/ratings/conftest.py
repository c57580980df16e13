"""An organisation whose sessions are rated."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.worlds import World

from .story import Story, at


@pytest.fixture
def story(db: None) -> Iterator[Story]:
    """Nothing is agreed and nothing has happened yet; it is half a day after the session."""
    with time_machine.travel(at(-1440), tick=False):
        told = Story(World("ALPHA"))
        _ = (told.station, told.world.tag)
    with time_machine.travel(at(12 * 60), tick=False):
        yield told
