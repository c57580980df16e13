"""An organisation that sells subscriptions."""

import pytest

from tests.billing.ratings.conftest import story
from tests.billing.ratings.story import Story

from .club import Club

__all__ = ["story"]


@pytest.fixture
def club(story: Story) -> Club:
    story.tariff()
    return Club(story)
