"""What is known of sites whose power is shared, each starting from the viewer or from the site."""

from collections.abc import Iterable

from django.db.models import QuerySet

from chargers.models import Evse, Site
from chargers.selectors.stations import sites_for
from cpms.accounts.viewer import Viewer

from .engine.network import Network
from .models import Circuit, ForeignProfile, InstalledProfile, Outlet, SitePlan, SitePolicy


def circuits_for(viewer: Viewer) -> QuerySet[Circuit]:
    """The circuits this viewer may see."""
    return Circuit.objects.filter(site__in=sites_for(viewer)).select_related("parent", "site")


def profiles_for(viewer: Viewer) -> QuerySet[InstalledProfile]:
    """The profiles of ours at the stations this viewer may see."""
    profiles = InstalledProfile.objects.filter(station__site__in=sites_for(viewer))
    return profiles.select_related("station")


def foreign_profiles_for(viewer: Viewer) -> QuerySet[ForeignProfile]:
    """The profiles of others at the stations this viewer may see."""
    profiles = ForeignProfile.objects.filter(station__site__in=sites_for(viewer))
    return profiles.select_related("station")


def evses_for(viewer: Viewer) -> QuerySet[Evse]:
    """Where cars can charge at the sites this viewer may see."""
    return Evse.objects.filter(station__site__in=sites_for(viewer)).select_related("station__site")


def plan_of(site: Site) -> SitePlan | None:
    """The newest plan."""
    return SitePlan.objects.filter(site=site).order_by("-made_at", "-id").first()


def policy_of(site: Site) -> SitePolicy:
    """What is decided for a site; one that leaves it alone where nothing was."""
    found = SitePolicy.objects.filter(site=site).select_related("price_series").first()
    return found or SitePolicy(site=site)


def outlets_of(site: Site) -> QuerySet[Outlet]:
    """The outlets of a site with EVSE, station and circuit, in the order of their numbers."""
    outlets = Outlet.objects.filter(circuit__site=site)
    return outlets.select_related("circuit", "evse__station").order_by("evse__station_id", "evse__number")


def network_of(site: Site) -> Network:
    """The wires of a site as plan and fill know them. Raises NetworkError naming the circuit or outlet."""
    return network(site.circuits.select_related("parent"), outlets_of(site))


def network(circuits: Iterable[Circuit], outlets: Iterable[Outlet]) -> Network:
    """The same of rows that were read before."""
    return Network(tuple(one.wired for one in circuits), tuple(one.wired for one in outlets))
