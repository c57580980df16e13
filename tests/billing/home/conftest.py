"""A station at home, and the books that are emptied afterwards."""

from tests.billing.ratings.conftest import story

__all__ = ["story"]
