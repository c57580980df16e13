"""What viewers see of what is known from outside; the getter is the permission check."""

from django.db.models import QuerySet

from chargers.selectors.stations import sites_for
from cpms.accounts.viewer import Viewer
from smartcharging.models import FleetNeed, LimitEvent, LoadReading, NeedDefault, SiteMeter


def meters_for(viewer: Viewer) -> QuerySet[SiteMeter]:
    """Meters of the sites this viewer may see."""
    meters = SiteMeter.objects.filter(site__in=sites_for(viewer))
    return meters.select_related("site__organisation", "circuit", "station", "standing")


def load_readings_for(viewer: Viewer, meter: SiteMeter) -> QuerySet[LoadReading]:
    """The readings of one meter, newest first; empty when the viewer may not see it."""
    if not viewer.may("sites.view", meter.site.organisation_id):
        return LoadReading.objects.none()
    return LoadReading.objects.filter(meter=meter).order_by("-read_at", "-id")


def fleet_needs_for(viewer: Viewer) -> QuerySet[FleetNeed]:
    """Departures that fleets scheduled, the next first, for whoever sees ID tags."""
    needs = FleetNeed.objects.filter(organisation_id__in=viewer.organisations("tags.view"))
    return needs.select_related("id_tag").order_by("departs_at", "id")


def need_defaults_for(viewer: Viewer) -> QuerySet[NeedDefault]:
    """What is usual for ID tags and groups, for whoever sees ID tags."""
    usual = NeedDefault.objects.filter(organisation_id__in=viewer.organisations("tags.view"))
    return usual.select_related("id_tag", "group")


def limits_for(viewer: Viewer) -> QuerySet[LimitEvent]:
    """Limits from outside at the sites this viewer may see, the newest first."""
    limits = LimitEvent.objects.filter(site__in=sites_for(viewer))
    return limits.select_related("site", "circuit").order_by("-starts_at", "-id")
