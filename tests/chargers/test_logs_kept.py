"""How long logs are kept, and taking them away sooner."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from chargers import tasks
from chargers.choices import LogKind
from chargers.domain import LogProgress
from chargers.models import LogRequest
from chargers.services.files.logs import log_received, log_remove, log_report, log_request_start
from chargers.services.files.storage import StorageAway, files, open_stored
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine
from tests.firmware import stored
from tests.worlds import World

from .reports import source_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log(world: World) -> LogRequest:
    """A log that has arrived."""
    made = log_request_start(world.station, LogKind.DIAGNOSTICS, SYSTEM)
    return log_received(made.pk, stored(b"a log"), "a.log")


def kept_for(log: LogRequest, days: float) -> None:
    LogRequest.objects.filter(pk=log.pk).update(received_at=clock.now() - timedelta(days=days))


def test_a_file_is_deleted_when_it_was_kept_long_enough_and_not_before(log: LogRequest) -> None:
    name = log.storage_name
    kept_for(log, settings.LOG_KEEP_DAYS - 0.5)
    tasks.expire_logs()
    assert files().exists(name)
    kept_for(log, settings.LOG_KEEP_DAYS + 0.5)
    tasks.expire_logs()
    tasks.expire_logs()
    log.refresh_from_db()
    assert (log.state, log.is_here, log.storage_name) == ("expired", False, "")
    assert (log.file_name, log.size_bytes, bool(log.sha256)) == ("a.log", 5, True)
    assert log.note == f"The file was deleted after {settings.LOG_KEEP_DAYS} days."
    with pytest.raises(StorageAway):
        open_stored(name)


@pytest.mark.parametrize("status", ["Uploaded", "UploadFailed", "Uploading"])
def test_what_a_station_says_later_brings_no_expired_log_back(log: LogRequest, status: str) -> None:
    kept_for(log, settings.LOG_KEEP_DAYS + 1)
    tasks.expire_logs()
    with transaction.atomic():
        log_report(source_of(log.station), LogProgress(status))
    log.refresh_from_db()
    assert (log.state, log.reported_status) == ("expired", status)
    with pytest.raises(ValidationError, match="already"):
        log_received(log.pk, stored(b"another"), "b.log")


def test_a_log_is_removed_with_its_file(log: LogRequest) -> None:
    name = log.storage_name
    log_remove(log, SYSTEM)
    assert not LogRequest.objects.exists()
    assert not files().exists(name)
    assert AuditLine.objects.filter(action="log.removed").exists()


def test_a_log_that_may_still_come_is_not_removed(world: World) -> None:
    made = log_request_start(world.station, LogKind.DIAGNOSTICS, SYSTEM)
    with pytest.raises(ValidationError, match="on its way"):
        log_remove(made, SYSTEM)
    assert LogRequest.objects.exists()
