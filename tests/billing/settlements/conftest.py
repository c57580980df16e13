"""A lease whose books are rolled back with the test."""

import pytest

from tests.billing.books.conftest import real_shop, shop
from tests.billing.books.shop import Shop

from .lease import Lease

__all__ = ["real_shop", "shop"]


@pytest.fixture
def lease(shop: Shop) -> Lease:
    return Lease(shop)
