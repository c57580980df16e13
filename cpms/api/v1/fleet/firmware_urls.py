"""The addresses of firmware and logs."""

from django.urls import path

from . import firmware_campaigns as campaigns
from . import firmware_files as files
from . import logs_requests as logs

urlpatterns = [
    path("firmware-files", files.FirmwareFiles.as_view(), name="firmware-files"),
    path("firmware-files/<str:id>", files.OneFirmwareFile.as_view(), name="firmware-file"),
    path("firmware-files/<str:id>/upload-link", files.FirmwareUploadLink.as_view(), name="firmware-upload"),
    path(
        "firmware-files/<str:id>/download-link",
        files.FirmwareDownloadLink.as_view(),
        name="firmware-download",
    ),
    path("manufacturer-roots", files.ManufacturerRoots.as_view(), name="manufacturer-roots"),
    path("manufacturer-roots/<str:id>", files.OneManufacturerRoot.as_view(), name="manufacturer-root"),
    path("firmware-campaigns", campaigns.Campaigns.as_view(), name="firmware-campaigns"),
    path("firmware-campaigns/<str:id>", campaigns.OneCampaign.as_view(), name="firmware-campaign"),
    path("firmware-campaigns/<str:id>/updates", campaigns.CampaignUpdates.as_view(), name="campaign-updates"),
    path("firmware-campaigns/<str:id>/pause", campaigns.CampaignPause.as_view(), name="campaign-pause"),
    path("firmware-campaigns/<str:id>/resume", campaigns.CampaignResume.as_view(), name="campaign-resume"),
    path("firmware-campaigns/<str:id>/abort", campaigns.CampaignAbort.as_view(), name="campaign-abort"),
    path(
        "stations/<str:id>/firmware-updates", logs.StationUpdates.as_view(), name="station-firmware-updates"
    ),
    path(
        "stations/<str:id>/firmware-policy",
        logs.StationFirmwarePolicy.as_view(),
        name="station-firmware-policy",
    ),
    path("firmware-updates/<str:id>", logs.OneUpdate.as_view(), name="firmware-update"),
    path("stations/<str:id>/log-requests", logs.StationLogRequests.as_view(), name="station-log-requests"),
    path("stray-file-reports", logs.StrayFileReports.as_view(), name="stray-file-reports"),
    path("log-requests", logs.LogRequests.as_view(), name="log-requests"),
    path("log-requests/<str:id>", logs.OneLogRequest.as_view(), name="log-request"),
    path("log-requests/<str:id>/download-link", logs.LogDownloadLink.as_view(), name="log-download"),
]
