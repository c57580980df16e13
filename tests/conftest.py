"""Two organisations, and what the outbox says, for every test."""

import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import settings as hypotheses
from pytest_django import Settings

from billing.providers import provider
from cpms.core.models import OutboxEvent
from tests.rows import delete_all_rows
from tests.stripe.foreign import KEY, SECRET
from tests.stripe.front import Front
from tests.stripe.payer import Payer
from tests.stripe.served import served
from tests.template import PatientCreation, template
from tests.worlds import World

# A change is judged by the same examples as the tree before it; `make histories` looks for new ones.
hypotheses.register_profile("same examples", derandomize=True)
hypotheses.load_profile("default" if "HISTORIES" in os.environ else "same examples")

# What `transactional_db` does after a test; Django's TRUNCATE and new permissions take most of a second.
TransactionTestCase._fixture_teardown = lambda _: delete_all_rows()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django's place to say where its test database comes from."""
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = template()
    connections["default"].creation.__class__ = PatientCreation


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


@pytest.fixture(scope="session")
def stripe_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Stripe for whoever pays: localstripe behind a front with Checkout's pages."""
    with served(tmp_path_factory.mktemp("localstripe")) as front:
        yield front


@pytest.fixture
def payer(stripe_front: Front, settings: Settings) -> Iterator[Payer]:
    """New payments are Stripe's, and here is who pays them."""
    cache.clear()
    settings.STRIPE = {"SECRET_KEY": KEY, "WEBHOOK_SECRET": SECRET, "API_URL": stripe_front.url}
    settings.PAYMENT_PROVIDER = "stripe"
    provider.cache_clear()
    yield Payer(stripe_front)
    provider.cache_clear()
