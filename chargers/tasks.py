"""What Celery does for stations. Each task can run twice or late without harm."""

from celery import shared_task

from . import partitions
from .services import (
    cases_review,
    command_life,
    connections,
    effects,
    learned_meter,
    limits,
    refusals,
    stale,
)


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
def keep_partitions() -> None:
    """Make next months' partitions, drop what retention no longer wants."""
    partitions.keep()
    partitions.retain()
