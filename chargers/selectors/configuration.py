"""Reading settings and local lists of stations, each query starting from the viewer."""

from django.db.models import QuerySet

from chargers.choices import SettingState
from chargers.models import ConfigurationPush, ConfigurationTemplate, LocalList, StationList, StationSetting
from cpms.accounts.viewer import Viewer


def settings_for(viewer: Viewer) -> QuerySet[StationSetting]:
    """Settings of stations, by station and name."""
    settings = StationSetting.objects.filter(
        station__organisation_id__in=viewer.organisations("stations.view")
    )
    return settings.select_related("station__site", "station__connection").order_by(
        "station__identity", "name"
    )


def drifted_settings_for(viewer: Viewer) -> QuerySet[StationSetting]:
    """Settings whose reported value is not the wanted one."""
    return settings_for(viewer).filter(state=SettingState.DRIFTED)


def templates_for(viewer: Viewer) -> QuerySet[ConfigurationTemplate]:
    """Configuration templates, the highest priority first."""
    return ConfigurationTemplate.objects.filter(
        organisation_id__in=viewer.organisations("stations.view")
    ).select_related("organisation")


def pushes_for(viewer: Viewer) -> QuerySet[ConfigurationPush]:
    """Pushes of settings, newest first."""
    pushes = ConfigurationPush.objects.filter(organisation_id__in=viewer.organisations("stations.view"))
    return pushes.select_related("organisation", "template").order_by("-created_at", "-id")


def local_lists_for(viewer: Viewer) -> QuerySet[LocalList]:
    """Local lists, by name. They show tag numbers, so they need the right to see tags."""
    lists = LocalList.objects.filter(organisation_id__in=viewer.organisations("tags.view"))
    return lists.select_related("organisation").order_by("name")


def station_lists_for(viewer: Viewer) -> QuerySet[StationList]:
    """How far stations are with their lists, by station."""
    rows = StationList.objects.filter(station__organisation_id__in=viewer.organisations("tags.view"))
    return rows.select_related("station__site", "station__connection", "local_list").order_by(
        "station__identity"
    )
