"""The map of version 1. No address ends in a slash; whatever is not here answers with a problem."""

from django.urls import path, re_path

from ..docs import SchemaView, docs
from ..views import Nowhere
from . import (
    actions,
    api_keys,
    bulk_commands,
    commands,
    events,
    habits,
    id_tags,
    logs,
    me,
    members,
    reservations,
    scheduled,
    sites,
    start,
    stations,
    transactions,
    unknown,
)
from . import stations_bulk as bulk

app_name = "api"

urlpatterns = [
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", docs, name="docs"),
    path("me", me.Me.as_view(), name="me"),
    path("stations", stations.Stations.as_view(), name="stations"),
    path("stations/bulk", bulk.StationsBulk.as_view(), name="stations-bulk"),
    path("stations/<str:id>", stations.Station.as_view(), name="station"),
    path("stations/<str:id>/rekey", stations.StationKey.as_view(), name="station-rekey"),
    path("stations/<str:id>/watch", stations.StationWatch.as_view(), name="station-watch"),
    path("stations/<str:id>/connectors", stations.StationConnectors.as_view(), name="station-connectors"),
    path("stations/<str:id>/actions", actions.StationActions.as_view(), name="station-actions"),
    path("stations/<str:id>/commands", commands.StationCommands.as_view(), name="station-commands"),
    path("stations/<str:id>/start", start.StationStart.as_view(), name="station-start"),
    path("stations/<str:id>/facts", habits.StationFacts.as_view(), name="station-facts"),
    path("stations/<str:id>/messages", logs.StationMessages.as_view(), name="station-messages"),
    path(
        "stations/<str:id>/authorizations",
        logs.StationAuthorizations.as_view(),
        name="station-authorizations",
    ),
    path("commands", commands.Commands.as_view(), name="commands"),
    path("commands/<str:id>", commands.OneCommand.as_view(), name="command"),
    path("bulk-commands", bulk_commands.BulkCommands.as_view(), name="bulk-commands"),
    path("bulk-commands/<str:id>", bulk_commands.OneBulkCommand.as_view(), name="bulk-command"),
    path("bulk-commands/<str:id>/stations", bulk_commands.BulkStations.as_view(), name="bulk-stations"),
    path("bulk-commands/<str:id>/stop", bulk_commands.BulkStop.as_view(), name="bulk-stop"),
    path(
        "stations/<str:id>/scheduled-commands", scheduled.StationScheduled.as_view(), name="station-scheduled"
    ),
    path("scheduled-commands/<str:id>", scheduled.OneScheduled.as_view(), name="scheduled-command"),
    path("reservations", reservations.Reservations.as_view(), name="reservations"),
    path("reservations/<str:id>", reservations.OneReservation.as_view(), name="reservation"),
    path("reservations/<str:id>/cancel", reservations.ReservationCancel.as_view(), name="reservation-cancel"),
    path("transactions", transactions.Transactions.as_view(), name="transactions"),
    path("transactions/<str:id>", transactions.OneTransaction.as_view(), name="transaction"),
    path(
        "transactions/<str:id>/meter-values",
        transactions.TransactionMeterValues.as_view(),
        name="meter-values",
    ),
    path("transactions/<str:id>/events", transactions.TransactionEvents.as_view(), name="transaction-events"),
    path("transactions/<str:id>/stop", transactions.TransactionStop.as_view(), name="transaction-stop"),
    path("id-tags", id_tags.IdTags.as_view(), name="id-tags"),
    path("id-tags/<str:id>", id_tags.OneIdTag.as_view(), name="id-tag"),
    path("id-tags/<str:id>/block", id_tags.IdTagBlock.as_view(), name="id-tag-block"),
    path("id-tags/<str:id>/unblock", id_tags.IdTagUnblock.as_view(), name="id-tag-unblock"),
    path("id-tags/<str:id>/expire", id_tags.IdTagExpire.as_view(), name="id-tag-expire"),
    path("id-tag-groups", id_tags.IdTagGroups.as_view(), name="id-tag-groups"),
    path("id-tag-groups/<str:id>", id_tags.OneIdTagGroup.as_view(), name="id-tag-group"),
    path("unknown-stations", unknown.UnknownStations.as_view(), name="unknown-stations"),
    path("unknown-stations/<str:id>", unknown.OneUnknownStation.as_view(), name="unknown-station"),
    path("unknown-stations/<str:id>/adopt", unknown.UnknownAdopt.as_view(), name="unknown-station-adopt"),
    path("unknown-stations/<str:id>/block", unknown.UnknownBlock.as_view(), name="unknown-station-block"),
    path("sites", sites.Sites.as_view(), name="sites"),
    path("sites/<str:id>", sites.OneSite.as_view(), name="site"),
    path("events", events.Events.as_view(), name="events"),
    path("members", members.Members.as_view(), name="members"),
    path("members/<str:id>", members.Member.as_view(), name="member"),
    path("api-keys", api_keys.ApiKeys.as_view(), name="api-keys"),
    path("api-keys/<str:id>", api_keys.OneApiKey.as_view(), name="api-key"),
    re_path("", Nowhere.as_view()),
]
