"""An organisation that gives out vouchers."""

import pytest

from tests.billing.ratings.conftest import story
from tests.billing.ratings.story import Story

from .giver import Giver

__all__ = ["story"]


@pytest.fixture
def giver(story: Story) -> Giver:
    story.tariff()
    return Giver(story)
