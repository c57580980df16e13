"""Back-office views of stations and what they reported. Operators use the dashboard; services write."""

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from chargers.models import (
    ChargingStation,
    Command,
    Connector,
    Evse,
    IdTag,
    IdTagGroup,
    Site,
    StationConnection,
    Transaction,
    TransactionEvent,
    UnknownStation,
)
from cpms.core.admin import ReadOnlyAdmin


class EvseInline(TabularInline):
    model = Evse
    extra = 0
    fields = ("number", "desired_availability")


@admin.register(ChargingStation)
class ChargingStationAdmin(ModelAdmin):
    list_display = ("identity", "name", "organisation", "site", "vendor", "model", "registration")
    list_filter = ("organisation", "registration", "vendor")
    search_fields = ("identity", "name", "serial_number")
    autocomplete_fields = ("site",)
    readonly_fields = (
        "quirks",
        "last_boot_at",
        "last_boot_reason",
        "reported_at",
        "reported_status",
        "reported_error",
    )
    inlines = (EvseInline,)


@admin.register(Connector)
class ConnectorAdmin(ReadOnlyAdmin):
    list_display = ("evse", "number", "status", "error_code", "status_received_at")
    list_select_related = ("evse__station",)
    search_fields = ("evse__station__identity",)


@admin.register(StationConnection)
class StationConnectionAdmin(ReadOnlyAdmin):
    list_display = (
        "station",
        "epoch",
        "subprotocol",
        "remote_address",
        "opened_at",
        "closed_at",
        "last_seen_at",
    )
    list_select_related = ("station",)
    search_fields = ("station__identity",)


@admin.register(Site)
class SiteAdmin(ModelAdmin):
    list_display = ("name", "organisation", "city", "country", "time_zone")
    search_fields = ("name", "city")


@admin.register(IdTagGroup)
class IdTagGroupAdmin(ModelAdmin):
    list_display = ("name", "organisation")
    search_fields = ("name",)


@admin.register(IdTag)
class IdTagAdmin(ModelAdmin):
    list_display = ("uid", "label", "organisation", "type", "status", "expires_at", "group")
    list_filter = ("organisation", "status", "type")
    search_fields = ("uid", "label")
    autocomplete_fields = ("group",)


class TransactionEventInline(TabularInline):
    model = TransactionEvent
    extra = 0
    can_delete = False


@admin.register(Transaction)
class TransactionAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "station", "state", "started_at", "ended_at", "energy_wh", "stop_reason")
    list_filter = ("organisation", "state")
    list_select_related = ("station",)
    search_fields = ("public_id", "reference", "uid", "station__identity")
    inlines = (TransactionEventInline,)


@admin.register(Command)
class CommandAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "station", "action", "state", "effect", "actor_label")
    list_filter = ("state", "effect", "action")
    list_select_related = ("station",)
    search_fields = ("public_id", "station__identity")


@admin.register(UnknownStation)
class UnknownStationAdmin(ReadOnlyAdmin):
    list_display = ("identity", "state", "attempts", "last_seen_at", "remote_address")
    search_fields = ("identity",)
