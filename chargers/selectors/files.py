"""Reading firmware, campaigns and logs, each query starting from the viewer: the getter is the permission check."""

from django.db.models import QuerySet

from chargers.selectors.stations import stations_for
from cpms.accounts.viewer import Viewer

from ..models import (
    ChargingStation,
    FirmwareCampaign,
    FirmwareFile,
    FirmwareUpdate,
    LogRequest,
    ManufacturerRoot,
    Site,
    StrayFileReport,
)
from ..services.files.firmware_files import stations_fitting

SEEN = "stations.view"


def firmware_files_for(viewer: Viewer) -> QuerySet[FirmwareFile]:
    """Firmware of the viewer's organisations, newest first."""
    files = FirmwareFile.objects.filter(organisation_id__in=viewer.organisations(SEEN))
    return files.select_related("organisation").order_by("-id")


def manufacturer_roots_for(viewer: Viewer) -> QuerySet[ManufacturerRoot]:
    """Roots of manufacturers, by vendor."""
    roots = ManufacturerRoot.objects.filter(organisation_id__in=viewer.organisations(SEEN))
    return roots.select_related("organisation").order_by("vendor", "id")


def firmware_campaigns_for(viewer: Viewer) -> QuerySet[FirmwareCampaign]:
    """Campaigns, newest first."""
    campaigns = FirmwareCampaign.objects.filter(organisation_id__in=viewer.organisations(SEEN))
    return campaigns.select_related("file", "organisation").order_by("-id")


def firmware_updates_for(viewer: Viewer) -> QuerySet[FirmwareUpdate]:
    """Updates of stations, newest first."""
    updates = FirmwareUpdate.objects.filter(station__organisation_id__in=viewer.organisations(SEEN))
    return updates.select_related("station", "file", "campaign", "command").order_by("-id")


def log_requests_for(viewer: Viewer) -> QuerySet[LogRequest]:
    """Logs that were asked for, newest first."""
    requests = LogRequest.objects.filter(station__organisation_id__in=viewer.organisations(SEEN))
    return requests.select_related("station", "command").order_by("-id")


def stray_file_reports_for(viewer: Viewer) -> QuerySet[StrayFileReport]:
    """Statuses about requests we never made, newest first."""
    strays = StrayFileReport.objects.filter(station__organisation_id__in=viewer.organisations(SEEN))
    return strays.select_related("station").order_by("-id")


def campaign_stations(
    viewer: Viewer, file: FirmwareFile, site: Site | None = None, version: str = ""
) -> QuerySet[ChargingStation]:
    """The stations a firmware is made for, at a site, running a version now; by identity."""
    stations = stations_for(viewer).filter(stations_fitting(file))
    stations = stations.filter(site=site) if site else stations
    return stations.filter(firmware_version=version) if version else stations
