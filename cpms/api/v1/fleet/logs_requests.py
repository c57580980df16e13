"""`stations/{id}/firmware-updates`, `stations/{id}/log-requests`: files to and from one station."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import LogKind, Transport
from chargers.filters.fields import StationRefFilter
from chargers.models import ChargingStation, FirmwareUpdate, LogRequest
from chargers.selectors.files import (
    firmware_files_for,
    firmware_updates_for,
    log_requests_for,
    stray_file_reports_for,
)
from chargers.selectors.stations import stations_for
from chargers.services.commands.send import InvalidCommand
from chargers.services.files.firmware_updates import (
    CannotUpdate,
    firmware_policy_set,
    update_cancel,
    update_start,
)
from chargers.services.files.links import NoTransport, link_for_log_download
from chargers.services.files.logs import CannotRequest, log_remove, log_request_start
from chargers.services.files.storage import StorageAway
from cpms.accounts.viewer import Viewer

from ...errors import Conflict, Unprocessable
from ...fields import Body, PublicIdField, Text
from ...views import (
    Detail,
    List,
    Named,
    OfStation,
)
from .firmware_shapes import (
    LinkSerializer,
    LogRequestSerializer,
    StraySerializer,
    UpdateSerializer,
)

REFUSALS = (CannotUpdate, CannotRequest, NoTransport, StorageAway)


class UpdateBody(Body):
    """A firmware for the station."""

    firmware = PublicIdField(firmware_files_for, "firmware")
    transport = serializers.ChoiceField(Transport.choices, required=False)
    retrieve_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Left out: now.")
    install_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Signed updates only.")
    retries = serializers.IntegerField(required=False, min_value=0, max_value=10)


class LogBody(Body):
    """A log to bring."""

    kind = serializers.ChoiceField(LogKind.choices)
    transport = serializers.ChoiceField(Transport.choices, required=False)
    oldest_at = serializers.DateTimeField(required=False, allow_null=True)
    latest_at = serializers.DateTimeField(required=False, allow_null=True)


class PolicyBody(Body):
    """Whether unsigned firmware may go to the station."""

    allows_unsigned = serializers.BooleanField()
    reason = Text(max_length=255, required=False, allow_blank=True)


def asked(work: Any) -> Any:
    """Do it. 409 when it may not be done now, 422 when the station has no word for it."""
    try:
        return work()
    except REFUSALS as error:
        raise Conflict(str(error)) from None
    except InvalidCommand as error:
        raise Unprocessable({error.path: [str(error)]}) from None


@extend_schema(tags=["firmware"])
class StationUpdates(OfStation):
    """Firmware updates of a station."""

    scopes = {"GET": "stations.view", "POST": "commands.send"}
    serializer_class = UpdateSerializer

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[FirmwareUpdate]:
        return firmware_updates_for(viewer).filter(station_id=station.pk)

    @extend_schema(operation_id="stations_firmware_updates_list", summary="Firmware updates of a station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="stations_firmware_updates_start",
        summary="Update the firmware of a station",
        request=UpdateBody,
        responses={202: UpdateSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        station, body = self.station(), self.read(UpdateBody)
        file = body.pop("firmware")
        update = asked(lambda: update_start(station, file, self.actor, **body))
        return Response(self.show(update), status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=["firmware"])
class StationFirmwarePolicy(Named):
    """Flagging a station for unsigned updates."""

    scopes = {"POST": "stations.edit"}
    selector = stations_for
    serializer_class = PolicyBody

    @extend_schema(
        operation_id="stations_firmware_policy",
        summary="Allow or forbid unsigned firmware for a station",
        request=PolicyBody,
        responses={200: PolicyBody},
    )
    def post(self, request: Request, id: str) -> Response:
        station, body = self.row(), self.read(PolicyBody)
        policy = firmware_policy_set(station, self.actor, **body)
        return Response({"allows_unsigned": policy.allows_unsigned, "reason": policy.reason})


@extend_schema(tags=["firmware"])
class OneUpdate(Detail):
    """One update."""

    scopes = {"GET": "stations.view", "DELETE": "commands.send"}
    selector = firmware_updates_for
    serializer_class = UpdateSerializer

    @extend_schema(operation_id="firmware_updates_read", summary="Read a firmware update")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="firmware_updates_cancel",
        summary="Take an update back while the station has not fetched it",
        responses={200: UpdateSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        update = self.row()
        return Response(self.show(asked(lambda: update_cancel(update, self.actor))))


@extend_schema(tags=["logs"])
class StationLogRequests(OfStation):
    """Logs of a station."""

    scopes = {"GET": "stations.view", "POST": "commands.send"}
    serializer_class = LogRequestSerializer

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[LogRequest]:
        return log_requests_for(viewer).filter(station_id=station.pk)

    @extend_schema(operation_id="stations_log_requests_list", summary="Logs of a station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="stations_log_requests_start",
        summary="Ask a station for a log",
        request=LogBody,
        responses={202: LogRequestSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        station, body = self.station(), self.read(LogBody)
        kind = LogKind(body.pop("kind"))
        made = asked(lambda: log_request_start(station, kind, self.actor, **body))
        return Response(self.show(made), status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=["logs"])
class LogRequests(List):
    """Logs of all stations."""

    scopes = {"GET": "stations.view"}
    selector = log_requests_for
    serializer_class = LogRequestSerializer

    @extend_schema(operation_id="log_requests_list", summary="List logs")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["logs"])
class OneLogRequest(Detail):
    """One log."""

    scopes = {"GET": "stations.view", "DELETE": "stations.edit"}
    selector = log_requests_for
    serializer_class = LogRequestSerializer

    @extend_schema(operation_id="log_requests_read", summary="Read a log request")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="log_requests_remove", summary="Remove a log with its file")
    def delete(self, request: Request, id: str) -> Response:
        row = self.row()
        try:
            log_remove(row, self.actor)
        except ValidationError as error:
            raise Conflict("; ".join(error.messages)) from None
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["logs"])
class LogDownloadLink(Named):
    """Where a log comes from."""

    scopes = {"POST": "stations.view"}
    selector = log_requests_for
    serializer_class = LinkSerializer

    @extend_schema(
        operation_id="log_requests_download_link",
        summary="A one-time address that gives the file",
        request=None,
        responses={201: LinkSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        row = self.row()
        if not row.is_here:
            raise Conflict("the file is not here")
        return Response({"url": link_for_log_download(row)}, status=status.HTTP_201_CREATED)


class StrayFilter(filters.FilterSet):
    """By station."""

    station = StationRefFilter(help_text="Id or identity of a station.")


@extend_schema(tags=["logs"])
class StrayFileReports(List):
    """Statuses of firmware and logs that nobody asked for: they change nothing, and may tell of a second system."""

    scopes = {"GET": "stations.view"}
    selector = stray_file_reports_for
    serializer_class = StraySerializer
    filterset_class = StrayFilter
    ordering = ("-received_at", "-id")

    @extend_schema(operation_id="stray_file_reports_list", summary="List statuses about unknown requests")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)
