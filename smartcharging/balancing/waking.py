"""What wakes a site: the outbox says that something happened there. It is looked at every second."""

from collections.abc import Iterable
from typing import Final

from chargers.models import ChargingStation, Site
from cpms.core.models import OutboxEvent

# A command's end is news only when it was one of a profile.
_ABOUT_PROFILES: Final = ("SetChargingProfile", "ClearChargingProfile")
_STATIONS: Final = (
    "station.connected", "station.disconnected", "station.uncontrolled", "transaction.started",
    "transaction.updated", "transaction.ended", "command.finished", "connector.status_changed",
)  # fmt: skip
_SITES: Final = ("site.limits_changed", "site.load_jumped", "site.needs_changed", "sharing.changed")
MOST: Final = 1000


class Listener:
    """Follows the newest events by their ids; the sites of those that came since the last look.

    A row that commits late may be passed over: the next round of its site, ten seconds later at most, sees what
    it was about all the same.
    """

    def __init__(self) -> None:
        self._place = self._newest()

    def happened(self) -> set[int]:
        """The keys of the sites where something happened."""
        events = list(
            OutboxEvent.objects.filter(pk__gt=self._place, type__in=(*_STATIONS, *_SITES)).order_by("pk")[
                :MOST
            ]
        )
        if events:
            self._place = events[-1].pk
        return sites_of(events)

    @staticmethod
    def _newest() -> int:
        newest = OutboxEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
        return newest or 0


def sites_of(events: Iterable[OutboxEvent]) -> set[int]:
    """The keys of the sites that events are about."""
    about = [event for event in events if event.type != "command.finished" or _is_of_profile(event)]
    stations = {str(event.payload["station"]) for event in about if "station" in event.payload}
    sites = {str(event.payload["site"]) for event in about if "site" in event.payload}
    found = ChargingStation.objects.filter(public_id__in=stations, site__isnull=False)
    named = Site.objects.filter(public_id__in=sites)
    return {*named.values_list("pk", flat=True), *found.values_list("site_id", flat=True)}


def _is_of_profile(event: OutboxEvent) -> bool:
    return event.payload.get("action") in _ABOUT_PROFILES
