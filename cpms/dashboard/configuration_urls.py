"""The addresses of configuration and local lists."""

from django.urls import path

from .views.fleet import configuration_templates, local_lists
from .views.stations import configuration

urlpatterns = [
    path(
        "stations/<str:public_id>/configuration/",
        configuration.station_configuration,
        name="station_configuration",
    ),
    path(
        "stations/<str:public_id>/configuration/read/",
        configuration.station_configuration_read,
        name="station_configuration_read",
    ),
    path(
        "stations/<str:public_id>/configuration/setting/",
        configuration.station_setting,
        name="station_setting",
    ),
    path("maintenance/configuration/", configuration_templates.configuration, name="configuration"),
    path("maintenance/configuration/drift/", configuration.drift, name="configuration_drift"),
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
]
