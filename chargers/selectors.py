"""Reading, each query starting from the viewer: the getter is the permission check."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from cpms.accounts.models import Organisation
from cpms.accounts.viewer import Viewer

from .choices import OPEN_STATES, SettingState
from .models import (
    Authorization,
    BulkCommand,
    BulkItem,
    Case,
    ChargingStation,
    Command,
    ConfigurationPush,
    ConfigurationTemplate,
    Connector,
    IdTag,
    IdTagGroup,
    LearnedFact,
    LocalList,
    MessageExchange,
    MeterValue,
    RefusedHandshake,
    Reservation,
    ScheduledCommand,
    Site,
    StationList,
    StationSetting,
    Transaction,
    TransactionEvent,
    UnknownStation,
)

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


def transactions_for(viewer: Viewer) -> QuerySet[Transaction]:
    """Transactions with station and tag, newest first."""
    transactions = Transaction.objects.filter(organisation_id__in=viewer.organisations("transactions.view"))
    tied = transactions.select_related("station__site", "station__connection", "id_tag")
    return tied.order_by("-started_at", "-id")


def open_transactions_for(viewer: Viewer) -> QuerySet[Transaction]:
    """Those in which energy may still flow."""
    return transactions_for(viewer).filter(state__in=OPEN_STATES)


def meter_values_for(viewer: Viewer, transaction: Transaction) -> QuerySet[MeterValue]:
    """Readings of one transaction by time; empty when the viewer may not see it."""
    if not viewer.may("transactions.view", transaction.organisation_id):
        return MeterValue.objects.none()
    return MeterValue.objects.filter(transaction=transaction).order_by("taken_at", "id")


def transaction_events_for(viewer: Viewer, transaction: Transaction) -> QuerySet[TransactionEvent]:
    """Messages of one transaction by time; empty when the viewer may not see it."""
    if not viewer.may("transactions.view", transaction.organisation_id):
        return TransactionEvent.objects.none()
    return transaction.events.order_by("at", "seq_no", "id")


def latest_readings(transactions: Iterable[Transaction]) -> dict[int, MeterValue]:
    """The newest reading of each transaction, by the transaction's key, in one query."""
    keys = [t.pk for t in transactions]
    newest = MeterValue.objects.filter(transaction_id__in=keys).order_by("transaction_id", "-taken_at", "-id")
    return {
        value.transaction_id: value for value in newest.distinct("transaction_id") if value.transaction_id
    }


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


def commands_for(viewer: Viewer) -> QuerySet[Command]:
    """Commands with their station, newest first."""
    commands = Command.objects.filter(station__organisation_id__in=viewer.organisations("commands.view"))
    return commands.select_related("station").order_by("-created_at", "-id")


def reservations_for(viewer: Viewer) -> QuerySet[Reservation]:
    """Reservations with station, tag and transaction, newest first."""
    rows = Reservation.objects.filter(organisation_id__in=viewer.organisations("stations.view"))
    tied = rows.select_related("station__connection", "id_tag", "transaction")
    return tied.order_by("-created_at", "-id")


def bulk_commands_for(viewer: Viewer) -> QuerySet[BulkCommand]:
    """Bulk commands, newest first."""
    rows = BulkCommand.objects.filter(organisation_id__in=viewer.organisations("commands.view"))
    return rows.order_by("-created_at", "-id")


def bulk_items_for(viewer: Viewer, bulk: BulkCommand) -> QuerySet[BulkItem]:
    """The stations of a bulk command with their commands; empty when the viewer may not see it."""
    if not viewer.may("commands.view", bulk.organisation_id):
        return BulkItem.objects.none()
    return bulk.items.select_related("station__connection", "command").order_by("id")


def scheduled_for(viewer: Viewer) -> QuerySet[ScheduledCommand]:
    """Commands that wait for their moment or did, newest first."""
    rows = ScheduledCommand.objects.filter(station__organisation_id__in=viewer.organisations("commands.view"))
    return rows.select_related("station", "command").order_by("-created_at", "-id")


def id_tags_for(viewer: Viewer) -> QuerySet[IdTag]:
    """ID tags with their group, by UID."""
    return IdTag.objects.filter(organisation_id__in=viewer.organisations("tags.view")).select_related("group")


def id_tag_groups_for(viewer: Viewer) -> QuerySet[IdTagGroup]:
    """Groups of ID tags, by name."""
    return IdTagGroup.objects.filter(organisation_id__in=viewer.organisations("tags.view"))


def authorizations_for(viewer: Viewer) -> QuerySet[Authorization]:
    """The authorise log, newest first. Shows tag numbers, so it needs the right to see tags."""
    log = Authorization.objects.filter(station__organisation_id__in=viewer.organisations("tags.view"))
    return log.select_related("station", "id_tag").order_by("-at", "-id")


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


def cases_for(viewer: Viewer) -> QuerySet[Case]:
    """Cases of the reconciliation desk, newest first."""
    cases = Case.objects.filter(organisation_id__in=viewer.organisations("transactions.view"))
    return cases.select_related("station", "transaction").order_by("-happened_at", "-id")


def refusals_for(viewer: Viewer, station: ChargingStation) -> QuerySet[RefusedHandshake]:
    """Refused handshakes of one station, the latest first; empty when the viewer may not see it."""
    if not viewer.may("stations.view", station.organisation_id):
        return RefusedHandshake.objects.none()
    return RefusedHandshake.objects.filter(station=station).order_by("-last_at")


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
