"""The addresses of configuration and local lists."""

from django.urls import path

from ..stations import configuration
from . import configuration_pushes, configuration_templates, local_lists

urlpatterns = [
    path(
        "stations/<str:id>/configuration",
        configuration.StationConfiguration.as_view(),
        name="station-configuration",
    ),
    path("configuration-drift", configuration.ConfigurationDrift.as_view(), name="configuration-drift"),
    path(
        "configuration-templates", configuration_templates.Templates.as_view(), name="configuration-templates"
    ),
    path(
        "configuration-templates/<str:id>",
        configuration_templates.OneTemplate.as_view(),
        name="configuration-template",
    ),
    path("configuration-pushes", configuration_pushes.Pushes.as_view(), name="configuration-pushes"),
    path("configuration-pushes/<str:id>", configuration_pushes.OnePush.as_view(), name="configuration-push"),
    path("local-lists", local_lists.LocalLists.as_view(), name="local-lists"),
    path("local-lists/<str:id>", local_lists.OneLocalList.as_view(), name="local-list"),
    path(
        "local-lists/<str:id>/stations", local_lists.LocalListStations.as_view(), name="local-list-stations"
    ),
    path("local-lists/<str:id>/sync", local_lists.LocalListSync.as_view(), name="local-list-sync"),
]
