"""An operator's books: parties, accounts of every billing mode, sessions to charge."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.rows import delete_all_rows

from .shop import Shop, books_empty


@pytest.fixture
def shop(db: None) -> Shop:
    """Books that are rolled back with the test; what the database checks at a commit is checked by `Shop.settle`."""
    return Shop("OURS")


@pytest.fixture
def real_shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Shop]:
    """Books with real commits, for several connections at once."""
    with django_db_blocker.unblock():
        yield Shop("OURS")
        books_empty()
        delete_all_rows()
