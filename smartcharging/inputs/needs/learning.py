"""What visits that ended tell of the next ones, kept by site and ID tag. Learning twice changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, QuerySet

from chargers.models import Site, Transaction
from smartcharging.models import VisitDigest
from smartcharging.models.need import MOST_WH

KEPT_FOR: Final = timedelta(days=180)
MOST_OF_SITE: Final = 400
MOST_OF_TAG: Final = 60
# What is shorter was no visit; what is longer was a car left behind, or a lost stop.
SHORTEST: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(days=7)
# A session whose end is committed while another is being read is seen the next time.
_OVERLAP: Final = timedelta(minutes=10)
# One statement writes so many rows.
_BATCH: Final = 500

Visit = list[float]


@transaction.atomic
def visits_learn(site: Site, now: datetime) -> int:
    """Take in the visits that ended since the last time, and let go of those that are too old.

    Returns how many digests were written. The digests of a site come from sessions at its own stations alone.
    """
    known = VisitDigest.objects.filter(site=site)
    whole = known.filter(id_tag=None).first()
    ended = _ended(site, now)
    aged = set(known.filter(oldest_at__lt=now - KEPT_FOR).values_list("id_tag_id", flat=True))
    new = ended.filter(end_received_at__gt=whole.learned_at - _OVERLAP) if whole else ended
    touched = set(new.values_list("id_tag_id", flat=True)) | aged
    if not touched:
        return 0
    found: dict[int | None, list[Visit]] = {None: _visits(ended.order_by("-started_at")[:MOST_OF_SITE])}
    found |= _by_tag(ended, touched - {None})
    known.filter(id_tag_id__in=[tag for tag in touched if tag and not found.get(tag)]).delete()
    return _write(site, found, now) if found[None] else known.delete()[0]


def _ended(site: Site, now: datetime) -> QuerySet[Transaction]:
    """Visits that tell something: ended, neither too short nor too long, with energy."""
    rows = Transaction.objects.filter(
        station__site=site, organisation_id=site.organisation_id, started_at__gte=now - KEPT_FOR,
        ended_at__lte=now, energy_wh__gt=0, energy_wh__lte=MOST_WH,
    )  # fmt: skip
    return rows.filter(
        ended_at__gte=F("started_at") + SHORTEST, ended_at__lte=F("started_at") + LONGEST
    ).order_by()


def _by_tag(ended: QuerySet[Transaction], tags: set[int]) -> Mapping[int | None, list[Visit]]:
    newest: dict[int | None, list[Transaction]] = {}
    for row in ended.filter(id_tag_id__in=tags).order_by("-started_at").iterator():
        rows = newest.setdefault(row.id_tag_id, [])
        if len(rows) < MOST_OF_TAG:
            rows.append(row)
    return {tag: _visits(rows) for tag, rows in newest.items()}


def _visits(newest_first: Iterable[Transaction]) -> list[Visit]:
    return list(_told(newest_first))[::-1]


def _told(rows: Iterable[Transaction]) -> Iterator[Visit]:
    for row in rows:
        if row.ended_at is not None:
            stay_s = (row.ended_at - row.started_at).total_seconds()
            yield [round(row.started_at.timestamp()), round(stay_s), float(row.energy_wh or 0)]


def _write(site: Site, found: Mapping[int | None, list[Visit]], now: datetime) -> int:
    common: dict[str, Any] = {"organisation_id": site.organisation_id, "site": site, "learned_at": now}
    rows = [
        VisitDigest(
            id_tag_id=tag, visits=visits, oldest_at=datetime.fromtimestamp(visits[0][0], UTC), **common
        )
        for tag, visits in found.items()
        if visits
    ]
    VisitDigest.objects.bulk_create(
        rows, _BATCH, update_conflicts=True, unique_fields=["site", "id_tag"],
        update_fields=["organisation", "visits", "oldest_at", "learned_at"],
    )  # fmt: skip
    return len(rows)
