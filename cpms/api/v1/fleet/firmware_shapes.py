"""How firmware, updates, campaigns and logs look in the API."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chargers.models import (
    FirmwareCampaign,
    FirmwareFile,
    FirmwareUpdate,
    LogRequest,
    ManufacturerRoot,
    StrayFileReport,
)

from ...fields import public_id

STEPS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "at": {"type": "string", "format": "date-time"},
            "word": {"type": "string"},
            "note": {"type": "string"},
        },
    },
}


@extend_schema_field(STEPS)
class StepsField(serializers.ReadOnlyField):
    """What happened, oldest first."""


@extend_schema_field({"type": "array", "items": {"type": "integer"}})
class WavesField(serializers.ReadOnlyField):
    """Stations a wave; the last number repeats."""


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class SelectionField(serializers.ReadOnlyField):
    """The filter the stations were chosen by."""


class FirmwareFileSerializer(serializers.ModelSerializer[FirmwareFile]):
    """A firmware. Only `unsigned` and `verified` ones may go to stations; `verdict` says what the check found."""

    id = public_id()
    organisation = public_id(source="organisation")

    class Meta:
        model = FirmwareFile
        fields = [
            "id", "organisation", "vendor", "model", "version", "notes", "signature", "certificate", "state",
            "verdict", "file_name", "size_bytes", "sha256", "uploaded_at", "added_by", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class RootSerializer(serializers.ModelSerializer[ManufacturerRoot]):
    """A root certificate that signing certificates of this manufacturer must chain to."""

    id = public_id()
    organisation = public_id(source="organisation")

    class Meta:
        model = ManufacturerRoot
        fields = [
            "id",
            "organisation",
            "vendor",
            "subject",
            "fingerprint",
            "expires_at",
            "certificate",
            "created_at",
        ]
        read_only_fields = fields


class UpdateSerializer(serializers.ModelSerializer[FirmwareUpdate]):
    """One firmware for one station. `done` is proven: the station booted with the wanted version."""

    id = public_id()
    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)
    firmware = public_id(source="file")
    version = serializers.CharField(source="file.version", read_only=True)
    campaign = public_id(source="campaign", allow_null=True)
    command = public_id(source="command", allow_null=True)
    steps = StepsField()

    class Meta:
        model = FirmwareUpdate
        fields = [
            "id", "station", "station_identity", "firmware", "version", "campaign", "wave", "request_id",
            "is_signed", "why_so", "transport", "retrieve_at", "install_at", "retries", "attempt", "command",
            "state", "note", "steps", "previous_version", "reported_version", "sent_at", "deadline_at",
            "finished_at", "requested_by", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class CampaignSerializer(serializers.ModelSerializer[FirmwareCampaign]):
    """One firmware for many stations, in waves."""

    id = public_id()
    organisation = public_id(source="organisation")
    firmware = public_id(source="file")
    wave_sizes = WavesField()
    selection = SelectionField()
    counts = serializers.SerializerMethodField(help_text="Updates by state.")

    class Meta:
        model = FirmwareCampaign
        fields = [
            "id", "organisation", "name", "firmware", "selection", "wave_sizes", "wave", "max_failures",
            "max_failed_percent", "transport", "retrieve_at", "install_at", "retries", "state", "note",
            "counts", "started_by", "created_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_counts(self, campaign: FirmwareCampaign) -> dict[str, int]:
        counts: dict[str, int] = {}
        for state in campaign.updates.values_list("state", flat=True):
            counts[state] = counts.get(state, 0) + 1
        return counts


class LogRequestSerializer(serializers.ModelSerializer[LogRequest]):
    """A log. `reported_status` is the station's word; `received_at` is when the file was here, or null."""

    id = public_id()
    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)
    command = public_id(source="command", allow_null=True)
    steps = StepsField()

    class Meta:
        model = LogRequest
        fields = [
            "id", "station", "station_identity", "kind", "request_id", "transport", "oldest_at", "latest_at",
            "command", "state", "note", "steps", "reported_status", "reported_at", "announced_name",
            "file_name", "size_bytes", "sha256", "received_at", "deadline_at", "finished_at", "requested_by",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class LinkSerializer(serializers.Serializer[dict[str, str]]):
    """A one-time address, good for 15 minutes."""

    url = serializers.URLField(help_text="PUT or POST the bytes there, or GET them.")


class StraySerializer(serializers.ModelSerializer[StrayFileReport]):
    """A status about a request we never made. `status` is what the station wrote."""

    id = public_id()
    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)

    class Meta:
        model = StrayFileReport
        fields = ["id", "station", "station_identity", "about", "status", "request_id", "received_at"]
        read_only_fields = fields
