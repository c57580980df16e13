"""Addresses of the overview, members, API keys and the activity of the organisation."""

from django.urls import path

from ..views.organisation import activity, overview, settings

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("live/", overview.live, name="live"),
    path("organisation/", overview.organisation_switch, name="organisation_switch"),
    path("settings/members/", settings.members, name="members"),
    path("settings/members/<str:public_id>/role/", settings.member_role, name="member_role"),
    path("settings/members/<str:public_id>/remove/", settings.member_out, name="member_remove"),
    path("settings/activity/", activity.activity, name="activity"),
    path("settings/activity/export/", activity.activity_export, name="activity_export"),
    path("settings/keys/", settings.api_keys, name="api_keys"),
    path("settings/keys/<str:public_id>/revoke/", settings.api_key_out, name="api_key_revoke"),
]
