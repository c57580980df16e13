"""How stations look in the API, and what may be sent about them."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chargers.models import ChargingStation, Connector, Evse, StationConnection
from chargers.selectors.stations import sites_for, stations_for
from chargers.services.stations.registration import MAX_KEY, MIN_KEY
from chargers.stickers import link_of
from cpms.accounts.viewer import Viewer

from ...fields import (
    CONNECTOR_ID,
    Body,
    OrganisationField,
    PatchBody,
    PublicIdField,
    Text,
    connector_id,
    public_id,
)

STRICT = (
    "Refuse what deviates from the specification: a message that breaks its schema is answered with an error, a "
    "handshake without an OCPP version with 400. False (the default) mends, answers and notes it in `quirks`."
)


class ConnectorSerializer(serializers.ModelSerializer[Connector]):
    """A plug or socket with the state the station last reported."""

    id = public_id()
    number = serializers.IntegerField(help_text="At its EVSE; always 1 in OCPP 1.6. See `connector_id`.")
    connector_id = serializers.SerializerMethodField(help_text=CONNECTOR_ID)

    class Meta:
        model = Connector
        fields = [
            "id", "number", "connector_id", "type", "max_power_w", "status", "status_at", "status_received_at",
            "error_code", "error_info", "vendor_error_code",
        ]  # fmt: skip

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_connector_id(self, connector: Connector) -> int | None:
        return connector_id(connector.evse.station, connector.evse.number, connector.number)


class EvseSerializer(serializers.ModelSerializer[Evse]):
    """One place to charge at a time."""

    id = public_id()
    number = serializers.IntegerField(
        help_text="Counted through the station: a 1.6 connector n is EVSE n with one connector."
    )
    connectors = ConnectorSerializer(many=True)
    driver_page = serializers.SerializerMethodField(
        help_text="What the QR code of its sticker says: state, price, and the way to charge as a guest."
    )

    class Meta:
        model = Evse
        fields = ["id", "number", "desired_availability", "connectors", "driver_page"]

    def get_driver_page(self, evse: Evse) -> str:
        return link_of(evse)


class ConnectionSerializer(serializers.ModelSerializer[StationConnection]):
    """The newest socket of the station; `closed_at` null while it is open."""

    class Meta:
        model = StationConnection
        fields = [
            "subprotocol", "opened_at", "closed_at", "close_code", "last_seen_at", "remote_address",
            "security_profile", "heartbeats", "epoch",
        ]  # fmt: skip


class ProductSerializer(serializers.ModelSerializer[ChargingStation]):
    """What the station said of itself when it booted."""

    class Meta:
        model = ChargingStation
        fields = [
            "vendor", "model", "serial_number", "firmware_version", "iccid", "imsi", "meter_type",
            "meter_serial_number", "firmware_status", "diagnostics_status",
        ]  # fmt: skip


class DesiredSerializer(serializers.ModelSerializer[ChargingStation]):
    """What we want of the station."""

    availability = serializers.CharField(source="desired_availability")

    class Meta:
        model = ChargingStation
        fields = ["availability"]


class ReportedSerializer(serializers.ModelSerializer[ChargingStation]):
    """What the station as a whole last reported."""

    status = serializers.CharField(source="reported_status")
    error_code = serializers.CharField(source="reported_error")
    at = serializers.DateTimeField(source="reported_at", allow_null=True)

    class Meta:
        model = ChargingStation
        fields = ["status", "error_code", "at"]


class QuirkSerializer(serializers.Serializer[Any]):
    """A deviation seen at a station and forgiven, in words."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    meaning = serializers.CharField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class StationSerializer(serializers.ModelSerializer[ChargingStation]):
    """A charging station. What is wanted and what is reported are two fields."""

    id = public_id()
    organisation = public_id(source="organisation")
    site = public_id(source="site", allow_null=True)
    ocpp_url = serializers.SerializerMethodField(help_text="The address to type into the charger.")
    connected = serializers.SerializerMethodField()
    connection = serializers.SerializerMethodField(help_text="Null before the first connection.")
    product = ProductSerializer(source="*")
    desired = DesiredSerializer(source="*")
    reported = ReportedSerializer(source="*")
    evses = EvseSerializer(many=True)
    quirks = QuirkSerializer(many=True, source="deviations", help_text="The deviation seen last comes first.")

    class Meta:
        model = ChargingStation
        fields = [
            "id", "identity", "name", "notes", "organisation", "site", "ocpp_url", "connected", "connection", "product",
            "registration", "last_boot_at", "last_boot_reason", "desired", "reported", "strict", "open_until",
            "watched_until", "key_changed_at", "quirks", "evses", "created_at",
        ]  # fmt: skip

    def get_ocpp_url(self, station: ChargingStation) -> str:
        return f"{settings.OCPP_PUBLIC_URL}/{station.identity}"

    def get_connected(self, station: ChargingStation) -> bool:
        connection = getattr(station, "connection", None)
        return bool(connection and connection.is_open)

    @extend_schema_field(ConnectionSerializer(allow_null=True))
    def get_connection(self, station: ChargingStation) -> dict[str, Any] | None:
        connection = getattr(station, "connection", None)
        return ConnectionSerializer(connection).data if connection and connection.opened_at else None


class NewStationSerializer(StationSerializer):
    """A station just registered; `password` is shown this once."""

    password = serializers.CharField(
        allow_null=True, help_text="Null when the station keeps the key it offered."
    )

    class Meta(StationSerializer.Meta):
        fields = [*StationSerializer.Meta.fields, "password"]


class PasswordField(Text):
    """A password to be given to a charger, taken as it is."""

    def __init__(self, **kwargs: Any) -> None:
        text = "Left out or null: a random one is made."
        super().__init__(
            required=False, allow_null=True, trim_whitespace=False, min_length=MIN_KEY, max_length=MAX_KEY,
            help_text=text, **kwargs,
        )  # fmt: skip


class StationBody(Body):
    """A station to register."""

    identity = Text(max_length=48, help_text="As configured in the charger; unique everywhere.")
    name = Text(max_length=120, required=False, allow_blank=True)
    notes = Text(required=False, allow_blank=True, max_length=10_000)
    site = PublicIdField(sites_for, "site", required=False, allow_null=True)
    password = PasswordField()
    organisation = OrganisationField()


class StationPatch(PatchBody):
    """What may be changed by hand."""

    name = Text(max_length=120, allow_blank=True)
    notes = Text(allow_blank=True, max_length=10_000)
    site = PublicIdField(sites_for, "site", allow_null=True)
    strict = serializers.BooleanField(help_text=STRICT)
    open_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the station may connect without a password."
    )


class KeyBody(Body):
    """A password to set."""

    password = PasswordField()


class KeySerializer(serializers.Serializer[Any]):
    """A password, shown this once."""

    identity = serializers.CharField()
    password = serializers.CharField()


class WatchBody(Body):
    """How long heartbeats are logged too."""

    minutes = serializers.IntegerField(min_value=0, max_value=1440, help_text="0 ends it.")


def stations_shown(viewer: Viewer) -> QuerySet[ChargingStation]:
    """The viewer's stations with all that their resource shows, in three queries."""
    connectors = Prefetch("connectors", Connector.objects.order_by("number"))
    evses = Prefetch("evses", Evse.objects.order_by("number").prefetch_related(connectors))
    return stations_for(viewer).prefetch_related(evses)


def new_station(station: ChargingStation, password: str | None, viewer: Viewer) -> Any:
    """A station just made, with its password."""
    shown = stations_shown(viewer).filter(pk=station.pk).first() or station
    shown.password = password  # type: ignore[attr-defined]
    return NewStationSerializer(shown).data
