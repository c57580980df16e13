"""What Celery does for drivers. Each task can run twice or late without harm."""

from celery import shared_task

from .services import cards, wishes
from .services.dunning import dunning_send
from .services.receipts import receipts_follow, receipts_send, receipts_sweep


@shared_task
def settle_cards() -> None:
    """See which cards were held to the charger their drivers named."""
    cards.claims_settle()


@shared_task
def tell_of_free_stations() -> None:
    """Mail who waits for a station that is free now, once for each wish."""
    wishes.wishes_follow()


@shared_task
def send_receipts() -> None:
    """Invoice and mail what has its final price since."""
    receipts_follow()
    receipts_send()


@shared_task
def sweep_receipts() -> None:
    """Write down the receipts that were missed."""
    receipts_sweep()


@shared_task
def send_reminders() -> None:
    """Mail what was decided about invoices that are not paid."""
    dunning_send()
