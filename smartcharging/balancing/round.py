"""One round of one site: read, install what is missing, decide, send. One database transaction, fenced by the lease."""

import logging

from django.db import transaction

from cpms.core import clock

from ..engine.network import NetworkError
from ..inputs.limits.taking import limits_kept
from ..models import StationStanding
from ..services.standing import capabilities_of
from . import failsafe
from .deciding import decide
from .dispatching import Dispatch
from .lease import Lease, check
from .planning import ceiling_w
from .snapshot import Snapshot, read

logger = logging.getLogger(__name__)


@transaction.atomic
def play(lease: Lease) -> None:
    """Bring a site to where it should be. Raises LeaseLost when somebody else owns it now."""
    row = check(lease)
    now = clock.now()
    try:
        snapshot = read(lease.site_id, now)
    except NetworkError as error:
        row.trouble = str(error)[:255]
        row.save(update_fields=["trouble"])
        return
    _know(snapshot)
    failsafe.install(snapshot)
    decision = decide(snapshot, ceiling_w(snapshot))
    Dispatch(snapshot, decision).send()
    if not decision.emergency and not decision.again_a:
        limits_kept(snapshot.site, [limit.id for limit in snapshot.limits], now)
    row.beat_at, row.trouble = now, ""
    row.save(update_fields=["beat_at", "trouble"])


def _know(snapshot: Snapshot) -> None:
    """A row for every station that has none yet, with what its settings say."""
    for station_id, places in snapshot.stations.items():
        if places[0].standing is None:
            StationStanding.objects.get_or_create(
                station_id=station_id, defaults={"capabilities": capabilities_of(station_id)}
            )
