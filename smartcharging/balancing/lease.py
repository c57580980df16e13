"""One owner per site: a row in PostgreSQL, taken when free, kept by beating, fenced by a token that only rises."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Q

from chargers.models import Site
from cpms.core import clock

from ..models import SiteLease

_TAKE: Final = """
INSERT INTO smartcharging_sitelease (site_id, owner, token, until, trouble)
VALUES (%(site)s, %(owner)s, 1, %(until)s, '')
ON CONFLICT (site_id) DO UPDATE SET owner = excluded.owner, until = excluded.until,
  token = smartcharging_sitelease.token + (smartcharging_sitelease.owner <> excluded.owner)::int
WHERE smartcharging_sitelease.owner = excluded.owner OR smartcharging_sitelease.until < %(now)s
RETURNING token
"""


class LeaseLost(Exception):
    """Another process balances this site now; nothing of ours may be written any more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """That this process balances a site."""

    site_id: int
    owner: uuid.UUID
    token: int


def take(site_id: int, owner: uuid.UUID, now: datetime | None = None) -> Lease | None:
    """The lease of a site, taken or kept; None while somebody else holds it."""
    now = now or clock.now()
    until = now + timedelta(seconds=settings.BALANCE["LEASE"])
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"site": site_id, "owner": owner, "until": until, "now": now})
        row = cursor.fetchone()
    return Lease(site_id, owner, row[0]) if row else None


def check(lease: Lease) -> SiteLease:
    """The row, locked until the transaction ends. Raises LeaseLost unless the lease still holds."""
    row = SiteLease.objects.select_for_update().filter(
        site_id=lease.site_id, owner=lease.owner, token=lease.token
    )
    held = row.first()
    if held is None or held.until <= clock.now():
        raise LeaseLost(f"site {lease.site_id}")
    return held


def give_up(owner: uuid.UUID) -> None:
    """Leave all sites to whoever comes next."""
    SiteLease.objects.filter(owner=owner).update(until=clock.now())


def managed_sites() -> list[int]:
    """The sites whose power is shared."""
    managed = Site.objects.filter(Q(policy__managed=True) & Q(circuits__isnull=False))
    return list(managed.distinct().values_list("pk", flat=True))
