"""Addresses of the operator pages; things are named by their public ids."""

from django.urls import path

from .views import commands, id_tags, overview, settings, sites, station_edit, stations, transactions, unknown

app_name = "dashboard"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("live/", overview.live, name="live"),
    path("organisation/", overview.organisation_switch, name="organisation_switch"),
    path("stations/", stations.stations, name="stations"),
    path("stations/new/", station_edit.station_new, name="station_new"),
    path("stations/unknown/", unknown.unknown, name="unknown"),
    path("stations/unknown/<str:public_id>/adopt/", unknown.unknown_adopt, name="unknown_adopt"),
    path("stations/unknown/<str:public_id>/block/", unknown.unknown_block, name="unknown_block"),
    path("stations/<str:public_id>/", stations.station, name="station"),
    path(
        "stations/<str:public_id>/transactions/", stations.station_transactions, name="station_transactions"
    ),
    path("stations/<str:public_id>/commands/", stations.station_commands, name="station_commands"),
    path("stations/<str:public_id>/commands/new/", commands.command_menu, name="command_menu"),
    path("stations/<str:public_id>/commands/new/<str:action>/", commands.command_new, name="command_new"),
    path("stations/<str:public_id>/commands/quick/<str:name>/", commands.command_quick, name="command_quick"),
    path("stations/<str:public_id>/start/", commands.remote_start, name="remote_start"),
    path("stations/<str:public_id>/messages/", stations.station_messages, name="station_messages"),
    path("stations/<str:public_id>/settings/", station_edit.station_settings, name="station_settings"),
    path("stations/<str:public_id>/password/", station_edit.station_rekey, name="station_rekey"),
    path("stations/<str:public_id>/watch/", station_edit.station_watch, name="station_watch"),
    path("stations/<str:public_id>/remove/", station_edit.station_remove, name="station_remove"),
    path("commands/<str:public_id>/", commands.command, name="command"),
    path("commands/<str:public_id>/cancel/", commands.command_cancel, name="command_cancel"),
    path("transactions/", transactions.transactions, name="transactions"),
    path("transactions/<str:public_id>/", transactions.transaction, name="transaction"),
    path("transactions/<str:public_id>/stop/", commands.remote_stop, name="remote_stop"),
    path("tags/", id_tags.id_tags, name="id_tags"),
    path("tags/new/", id_tags.id_tag_new, name="id_tag_new"),
    path("tags/<str:public_id>/", id_tags.id_tag, name="id_tag"),
    path("tags/<str:public_id>/edit/", id_tags.id_tag_edit, name="id_tag_edit"),
    path("tags/<str:public_id>/block/", id_tags.id_tag_block, name="id_tag_block"),
    path("sites/", sites.sites, name="sites"),
    path("sites/new/", sites.site_new, name="site_new"),
    path("sites/<str:public_id>/", sites.site, name="site"),
    path("sites/<str:public_id>/edit/", sites.site_edit, name="site_edit"),
    path("settings/members/", settings.members, name="members"),
    path("settings/members/<str:public_id>/role/", settings.member_role, name="member_role"),
    path("settings/members/<str:public_id>/remove/", settings.member_out, name="member_remove"),
    path("settings/keys/", settings.api_keys, name="api_keys"),
    path("settings/keys/<str:public_id>/revoke/", settings.api_key_out, name="api_key_revoke"),
]
