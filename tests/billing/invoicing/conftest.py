"""An office with a seller and a tariff of 0.50 and 19 %."""

import pytest

from tests.billing.ratings.conftest import story
from tests.billing.ratings.story import Story

from .office import Office

__all__ = ["story"]


@pytest.fixture
def office(story: Story) -> Office:
    story.tariff()
    return Office(story)
