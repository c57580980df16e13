"""A real gateway on the test database, which therefore sees what tests commit."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from chargers.models import StationConnection

from .process import Gateway, eventually, free_port

# Rows that migrations made.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Real commits; every row is deleted afterwards.

    Deleting takes milliseconds where TRUNCATE takes a third of a second, and needs no exclusive locks.
    """
    with django_db_blocker.unblock():
        yield
        delete_all_rows()


def delete_all_rows() -> None:
    """Empty all tables at once: the foreign keys are deferred to the commit."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    with transaction.atomic(), connection.cursor() as cursor:
        for table in sorted(tables - KEPT):
            cursor.execute(f'DELETE FROM "{table}"')


@pytest.fixture(scope="session")
def gateway_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for all tests of this worker, with short patience."""
    quick = {"OCPP_BOOT_BACKSTOP": "3", "OCPP_START_TIMEOUT": "5"}
    process = Gateway(free_port(), tmp_path_factory.mktemp("gateway"), quick)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def gateway(gateway_process: Gateway, db: None) -> Iterator[Gateway]:
    """The running gateway. Whatever a test does to it, it lives, and logs no traceback."""
    gateway_process.forget_log()
    yield gateway_process
    gateway_process.hang_up_all()
    eventually(lambda: not StationConnection.objects.filter(closed_at=None, opened_at__isnull=False).exists())
    assert gateway_process.is_running, gateway_process.log()
    assert "Traceback" not in gateway_process.log(), gateway_process.log()
