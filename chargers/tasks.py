"""What Celery does for stations. Each task can run twice or late without harm."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings

from cpms.core import clock
from cpms.core.actors import SYSTEM

from . import partitions
from .services.bulk import waves as bulk_waves
from .services.cases import review as cases_review
from .services.commands import effects, scheduled
from .services.commands import life as command_life
from .services.configuration import check as settings_check
from .services.configuration import push as settings_push
from .services.configuration import read as settings_read
from .services.configuration import write as settings_write
from .services.files import firmware_campaigns, firmware_progress, links, logs
from .services.learned import meter as learned_meter
from .services.local_lists import lists as local_lists
from .services.reservations import told as reservations_told
from .services.security import authorities, certificates
from .services.security import changes as security_changes
from .services.stations import connections, refusals
from .services.transactions import limits, stale


@shared_task
def sweep_commands() -> None:
    """Settle commands nobody owns any more, and effects that did not come."""
    command_life.commands_sweep()
    effects.sweep()


@shared_task
def sweep_connections() -> None:
    """Close the connections of gateway processes that died."""
    connections.connections_sweep()


@shared_task
def close_stale_transactions() -> None:
    """Infer the end of transactions whose stop was lost."""
    stale.stale_transactions_close()


@shared_task
def learn_meters() -> None:
    """See what the transactions that ended lately teach about meters."""
    learned_meter.meters_learn()


@shared_task
def enforce_limits() -> None:
    """Stop transactions that reached the limit of their ID tag."""
    limits.limits_enforce()


@shared_task
def keep_desk() -> None:
    """Look again for the transactions of orphans; forget old refused handshakes."""
    cases_review.orphans_refresh()
    refusals.refusals_forget()


@shared_task
def watch_security() -> None:
    """Fall back from changes of keys and profiles whose time is over."""
    security_changes.changes_sweep()


@shared_task
def renew_certificates() -> None:
    """Ask for new client certificates before the old ones end; publish revocation lists anew."""
    authorities.crls_keep()
    certificates.certificates_renew()


@shared_task
def keep_partitions() -> None:
    """Make next months' partitions, drop what retention no longer wants."""
    partitions.keep()
    partitions.retain()


@shared_task
def expire_reservations() -> None:
    """End reservations whose time is over."""
    reservations_told.reservations_expire()


@shared_task
def send_scheduled_commands() -> None:
    """Hand over commands whose moment has come."""
    scheduled.scheduled_sweep()


@shared_task
def send_bulk_commands() -> None:
    """Send the next wave of every running bulk command."""
    bulk_waves.bulk_sweep()


@shared_task
def drive_files() -> None:
    """Take firmware campaigns further; prove or give up updates; give up logs that did not come."""
    firmware_progress.updates_sweep()
    logs.logs_sweep()
    firmware_campaigns.campaigns_drive()


@shared_task
def forget_links() -> None:
    """Delete transfer links that were over a month ago."""
    links.links_forget(clock.now() - timedelta(days=30))


@shared_task
def expire_logs() -> None:
    """Delete files of logs that have been kept long enough."""
    logs.logs_expire(timedelta(days=settings.LOG_KEEP_DAYS))


@shared_task
def deliver_settings() -> None:
    """Send wanted settings to stations that have come, go on with pushes and interrupted readings."""
    settings_read.readings_resume()
    settings_push.pushes_advance()
    settings_write.settings_deliver_all(SYSTEM)


@shared_task
def check_settings() -> None:
    """Read the settings of the stations whose minute of the night it is."""
    settings_check.settings_check()


@shared_task
def send_local_lists() -> None:
    """Take stations further towards the list they should have."""
    local_lists.local_lists_advance()


@shared_task
def refresh_local_lists() -> None:
    """Notice changes of tags; compare some stations' versions with ours."""
    local_lists.local_lists_refresh()
    local_lists.local_lists_mirror()
