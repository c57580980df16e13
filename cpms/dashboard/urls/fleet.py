"""Addresses of what is done to many stations: bulk commands, configuration, local lists, firmware."""

from django.urls import path

from ..views.fleet import bulk, configuration_templates, firmware, firmware_campaigns, local_lists

urlpatterns = [
    path("bulk/", bulk.bulk_commands, name="bulk_commands"),
    path("bulk/new/", bulk.bulk_new, name="bulk_new"),
    path("bulk/<str:public_id>/", bulk.bulk_command, name="bulk_command"),
    path("bulk/<str:public_id>/stop/", bulk.bulk_stop, name="bulk_stop"),
    path("maintenance/configuration/", configuration_templates.configuration, name="configuration"),
    path("maintenance/templates/new/", configuration_templates.template_new, name="template_new"),
    path(
        "maintenance/templates/<str:public_id>/edit/",
        configuration_templates.template_edit,
        name="template_edit",
    ),
    path(
        "maintenance/templates/<str:public_id>/push/",
        configuration_templates.template_push,
        name="template_push",
    ),
    path(
        "maintenance/templates/<str:public_id>/remove/",
        configuration_templates.template_remove,
        name="template_remove",
    ),
    path("maintenance/pushes/<str:public_id>/", configuration_templates.push, name="push"),
    path("maintenance/lists/", local_lists.local_lists, name="local_lists"),
    path("maintenance/lists/new/", local_lists.local_list_new, name="local_list_new"),
    path("maintenance/lists/<str:public_id>/", local_lists.local_list, name="local_list"),
    path("maintenance/lists/<str:public_id>/edit/", local_lists.local_list_edit, name="local_list_edit"),
    path("maintenance/lists/<str:public_id>/send/", local_lists.local_list_sync, name="local_list_sync"),
    path(
        "maintenance/lists/<str:public_id>/remove/", local_lists.local_list_remove, name="local_list_remove"
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
]
