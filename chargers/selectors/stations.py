"""Reading sites, stations and what they said, each query starting from the viewer."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from chargers.models import (
    ChargingStation,
    Connector,
    LearnedFact,
    MessageExchange,
    RefusedHandshake,
    Site,
    UnknownStation,
)
from cpms.accounts.models import Organisation
from cpms.accounts.viewer import Viewer

CONNECTED = Q(connection__opened_at__isnull=False, connection__closed_at__isnull=True)


def sites_for(viewer: Viewer) -> QuerySet[Site]:
    """Sites of the viewer's organisations, by name."""
    return Site.objects.filter(organisation_id__in=viewer.organisations("sites.view")).select_related(
        "organisation"
    )


def stations_for(viewer: Viewer) -> QuerySet[ChargingStation]:
    """Stations with their site and connection, by identity."""
    stations = ChargingStation.objects.filter(organisation_id__in=viewer.organisations("stations.view"))
    return stations.select_related("site", "connection", "organisation")


def connected(stations: QuerySet[ChargingStation], yes: bool = True) -> QuerySet[ChargingStation]:
    """Those of the stations whose socket is open (or not)."""
    return stations.filter(CONNECTED) if yes else stations.exclude(CONNECTED)


def connectors_for(viewer: Viewer) -> QuerySet[Connector]:
    """Connectors with their station, site and connection, by station and number."""
    connectors = Connector.objects.filter(
        evse__station__organisation_id__in=viewer.organisations("stations.view")
    )
    related = ("evse__station__site", "evse__station__connection")
    return connectors.select_related(*related).order_by("evse__station__identity", "evse__number", "number")


def messages_for(viewer: Viewer, station: ChargingStation) -> QuerySet[MessageExchange]:
    """The message log of one station, newest first; empty when the viewer may not see it."""
    if not viewer.may("messages.view", station.organisation_id):
        return MessageExchange.objects.none()
    return MessageExchange.objects.filter(station=station).order_by("-received_at", "-id")


def facts_for(viewer: Viewer, station: ChargingStation) -> QuerySet[LearnedFact]:
    """What was learned about one station; empty when the viewer may not see it."""
    if not viewer.may("stations.view", station.organisation_id):
        return LearnedFact.objects.none()
    return LearnedFact.objects.filter(station=station).order_by("kind")


def unknown_stations_for(viewer: Viewer) -> QuerySet[UnknownStation]:
    """The inbox of unknown stations: only for organisations that are trusted with it."""
    return _unknown(viewer.organisations("stations.view"))


def adoptable_stations_for(viewer: Viewer) -> QuerySet[UnknownStation]:
    """The same for those who may take a station out of the inbox."""
    return _unknown(viewer.organisations("stations.adopt"))


def _unknown(allowed: Iterable[int]) -> QuerySet[UnknownStation]:
    if not Organisation.objects.filter(pk__in=allowed, adopts_unknown_stations=True).exists():
        return UnknownStation.objects.none()
    return UnknownStation.objects.order_by("-last_seen_at")


def refusals_for(viewer: Viewer, station: ChargingStation) -> QuerySet[RefusedHandshake]:
    """Refused handshakes of one station, the latest first; empty when the viewer may not see it."""
    if not viewer.may("stations.view", station.organisation_id):
        return RefusedHandshake.objects.none()
    return RefusedHandshake.objects.filter(station=station).order_by("-last_at")
