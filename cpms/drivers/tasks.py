"""What Celery does for drivers. Each task can run twice or late without harm."""

from celery import shared_task

from .services import cards


@shared_task
def settle_cards() -> None:
    """See which cards were held to the charger their drivers named."""
    cards.claims_settle()
