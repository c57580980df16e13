"""The addresses of firmware and logs."""

from django.urls import path

from .views.fleet import firmware, firmware_campaigns
from .views.stations import logs

urlpatterns = [
    path("stations/<str:public_id>/files/", logs.station_files, name="station_files"),
    path("stations/<str:public_id>/files/update/", logs.station_update, name="station_update"),
    path("stations/<str:public_id>/files/log/", logs.station_log, name="station_log"),
    path(
        "stations/<str:public_id>/files/policy/", logs.station_firmware_policy, name="station_firmware_policy"
    ),
    path("maintenance/firmware/", firmware.firmware, name="firmware"),
    path("maintenance/firmware/new/", firmware.firmware_new, name="firmware_new"),
    path("maintenance/firmware/roots/new/", firmware.root_new, name="root_new"),
    path("maintenance/firmware/roots/<str:public_id>/remove/", firmware.root_remove, name="root_remove"),
    path("maintenance/firmware/<str:public_id>/", firmware.firmware_file, name="firmware_file"),
    path(
        "maintenance/firmware/<str:public_id>/download/", firmware.firmware_download, name="firmware_download"
    ),
    path("maintenance/firmware/<str:public_id>/remove/", firmware.firmware_remove, name="firmware_remove"),
    path("maintenance/campaigns/new/", firmware_campaigns.campaign_new, name="campaign_new"),
    path("maintenance/campaigns/<str:public_id>/", firmware_campaigns.campaign, name="campaign"),
    path(
        "maintenance/campaigns/<str:public_id>/<str:act>/",
        firmware_campaigns.campaign_act,
        name="campaign_act",
    ),
    path("maintenance/updates/<str:public_id>/cancel/", logs.update_out, name="update_cancel"),
    path("maintenance/logs/", logs.logs, name="logs"),
    path("maintenance/logs/<str:public_id>/remove/", logs.log_out, name="log_remove"),
    path("maintenance/logs/<str:public_id>/download/", logs.log_download, name="log_download"),
]
