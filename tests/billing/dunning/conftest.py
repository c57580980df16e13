"""A company that pays on invoice, and does not."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.billing.invoicing.conftest import office, story
from tests.billing.invoicing.office import Office

from .debts import Debts

__all__ = ["office", "story"]


@pytest.fixture
def debts(office: Office) -> Iterator[Debts]:
    """An invoice of 5.95 that was due today, and rules with all four levels."""
    made = Debts(office)
    with time_machine.travel(made.due_at, tick=False) as time:
        made.time = time
        yield made
