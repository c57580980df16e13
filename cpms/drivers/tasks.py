"""What Celery does for drivers. Each task can run twice or late without harm."""

from celery import shared_task

from .services import cards, wishes


@shared_task
def settle_cards() -> None:
    """See which cards were held to the charger their drivers named."""
    cards.claims_settle()


@shared_task
def tell_of_free_stations() -> None:
    """Mail who waits for a station that is free now, once for each wish."""
    wishes.wishes_follow()
