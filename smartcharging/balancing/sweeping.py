"""What nobody needs any more: profiles at stations that are left alone, and old history."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from chargers.services.commands.send import InvalidCommand
from cpms.core import clock

from ..choices import ProfileState
from ..models import InstalledProfile, Outlet, PastGrant
from ..services.installing import profile_clear

KEEP: Final = timedelta(days=14)
AGAIN: Final = timedelta(minutes=5)
MOST: Final = 100


def profiles_sweep(now: datetime | None = None) -> int:
    """Take our profiles away where a site is not shared any more, or an EVSE hangs on no circuit; how many."""
    now = now or clock.now()
    managed = Outlet.objects.filter(
        evse__station_id=OuterRef("station_id"),
        evse__number=OuterRef("evse_no"),
        circuit__site__policy__managed=True,
    )
    held = InstalledProfile.objects.exclude(state=ProfileState.CLEARED).filter(
        ~Exists(managed), station__connection__closed_at=None, station__connection__opened_at__isnull=False
    )
    due = held.exclude(state=ProfileState.PENDING, sent_at__gt=now - AGAIN)
    return sum(_clear(row) for row in due.select_related("station")[:MOST])


@transaction.atomic
def _clear(row: InstalledProfile) -> bool:
    try:
        profile_clear(row)
    except InvalidCommand:
        return False
    return True


def history_thin(now: datetime | None = None) -> None:
    """Forget grants that were over two weeks ago."""
    PastGrant.objects.filter(at__lt=(now or clock.now()) - KEEP).delete()
