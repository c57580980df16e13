"""A real gateway on the test database, which therefore sees what tests commit."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from chargers.models import StationConnection
from tests.rows import delete_all_rows

from .process import Gateway, eventually, free_port


@pytest.fixture
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Real commits; every row is deleted afterwards."""
    with django_db_blocker.unblock():
        yield
        delete_all_rows()


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
