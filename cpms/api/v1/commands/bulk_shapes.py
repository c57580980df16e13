"""What bulk commands look like in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chargers.models import BulkCommand, BulkItem
from chargers.ocpp.redact import redact
from chargers.services.bulk.plan import Line, Plan
from chargers.services.bulk.run import bulk_counts

from ...fields import public_id


class CountsSerializer(serializers.Serializer[Any]):
    """How many stations are where."""

    waiting = serializers.IntegerField(help_text="In line, not sent yet.")
    open = serializers.IntegerField(help_text="Sent or queued, not answered.")
    accepted = serializers.IntegerField()
    seen = serializers.IntegerField(help_text="Of the accepted ones, those where it was then really seen.")
    not_seen = serializers.IntegerField(help_text="Of the accepted ones, those where it was not.")
    refused = serializers.IntegerField(help_text="Rejected, answered with an error, or not answered.")
    never = serializers.IntegerField(help_text="Never sent: offline too long, or stopped before.")
    left_out = serializers.IntegerField(help_text="Could not be sent this.")


class BulkSerializer(serializers.ModelSerializer[BulkCommand]):
    """A bulk command. `done` means that all were sent; `counts` tell what they answered."""

    id = public_id()
    request = serializers.CharField(source="wish")
    payload = serializers.SerializerMethodField(help_text="Secrets are shown as ***.")
    counts = serializers.SerializerMethodField()
    sent_by = serializers.CharField(source="actor_label")

    class Meta:
        model = BulkCommand
        fields = [
            "id", "label", "request", "action", "payload", "state", "total", "per_minute", "wait_s", "counts",
            "sent_by", "created_at", "finished_at",
        ]  # fmt: skip

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_payload(self, bulk: BulkCommand) -> dict[str, Any]:
        return redact(bulk.action, bulk.payload)

    @extend_schema_field(CountsSerializer)
    def get_counts(self, bulk: BulkCommand) -> dict[str, int]:
        return bulk_counts(bulk)


class BulkItemSerializer(serializers.ModelSerializer[BulkItem]):
    """One station of a bulk command."""

    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)
    command = public_id(source="command", allow_null=True)
    command_state = serializers.CharField(source="command.state", default=None, allow_null=True)
    effect = serializers.CharField(source="command.effect", default=None, allow_null=True)
    result = serializers.JSONField(source="command.result", default=None, allow_null=True)

    class Meta:
        model = BulkItem
        fields = [
            "station",
            "station_identity",
            "state",
            "reason",
            "command",
            "command_state",
            "effect",
            "result",
        ]


class BulkPlanLineSerializer(serializers.Serializer[Any]):
    """One station of a dry run."""

    station = serializers.CharField()
    station_identity = serializers.CharField()
    online = serializers.BooleanField()
    charging = serializers.BooleanField()
    left_out = serializers.CharField(
        allow_blank=True, help_text="Why it would not get it; empty if it would."
    )


class BulkPlanSerializer(serializers.Serializer[Any]):
    """What would happen."""

    label = serializers.CharField()  # type: ignore[assignment]
    danger = serializers.CharField(allow_blank=True)
    total = serializers.IntegerField()
    sendable = serializers.IntegerField(help_text="Give this as `confirm` for a dangerous command.")
    offline = serializers.IntegerField(help_text="Of those, how many get it only when they connect.")
    charging = serializers.IntegerField(help_text="Of those, how many have a running session.")
    left_out = serializers.IntegerField()
    stations = BulkPlanLineSerializer(many=True)


def plan_shown(made: Plan) -> dict[str, Any]:
    """The dry run as JSON."""
    return {
        "label": made.ask.label,
        "danger": made.danger,
        "total": len(made.lines),
        "sendable": len(made.sendable),
        "offline": len(made.offline),
        "charging": len(made.charging),
        "left_out": len(made.left_out),
        "stations": [_line(line) for line in made.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "station": line.station.public_id,
        "station_identity": line.station.identity,
        "online": line.online,
        "charging": line.charging,
        "left_out": line.reason,
    }
