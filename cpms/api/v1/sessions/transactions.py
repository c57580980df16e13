"""`transactions`: what was charged, the readings and the messages behind it, and stopping one."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.domain import RemoteStop
from chargers.filters.transactions import MeterValueFilter, TransactionFilter
from chargers.models import MeterValue, Transaction, TransactionEvent
from chargers.selectors.transactions import (
    latest_readings,
    meter_values_for,
    transaction_events_for,
    transactions_for,
)
from chargers.services.commands.send import InvalidCommand, command_request
from cpms.accounts.viewer import NOBODY, Viewer

from ...auth import viewer_of
from ...errors import Conflict
from ...fields import CONNECTOR_ID, connector_id, public_id
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY, PREFER
from ...views import (
    Detail,
    List,
    Named,
    by_ref,
)
from ..commands.commands import CommandSerializer, accepted, finished

EVSE_NO = "The place to charge, counted through the station in every version: a 1.6 connector n is EVSE n."
CONNECTOR_NO = "The plug at that place; always 1 in OCPP 1.6. See `connector_id`."


class ReadingSerializer(serializers.ModelSerializer[MeterValue]):
    """What a meter said at one instant."""

    class Meta:
        model = MeterValue
        fields = [
            "taken_at", "received_at", "evse_no", "connector_no", "context", "energy_wh", "power_w", "current_a",
            "voltage_v", "soc_percent", "samples",
        ]  # fmt: skip


class LatestSerializer(serializers.ModelSerializer[MeterValue]):
    """The newest reading of an open transaction."""

    class Meta:
        model = MeterValue
        fields = ["taken_at", "energy_wh", "power_w", "current_a", "voltage_v", "soc_percent"]


class TransactionEventSerializer(serializers.ModelSerializer[TransactionEvent]):
    """One transaction message as the station reported it."""

    class Meta:
        model = TransactionEvent
        fields = [
            "kind", "seq_no", "trigger", "charging_state", "at", "received_at", "offline", "meter_wh", "conflict",
        ]  # fmt: skip


class TransactionSerializer(serializers.ModelSerializer[Transaction]):
    """A transaction. Energy is final once it ended; while it runs, `latest` holds the newest reading."""

    id = public_id()
    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)
    open = serializers.BooleanField(source="is_open", read_only=True)
    id_tag = public_id(source="id_tag", allow_null=True)
    uid = serializers.SerializerMethodField(help_text="Null for callers without the permission tags.view.")
    stop_uid = serializers.SerializerMethodField(
        help_text="Null for callers without the permission tags.view."
    )
    evse_no = serializers.IntegerField(read_only=True, allow_null=True, help_text=EVSE_NO)
    connector_no = serializers.IntegerField(read_only=True, allow_null=True, help_text=CONNECTOR_NO)
    connector_id = serializers.SerializerMethodField(help_text=CONNECTOR_ID)
    latest = serializers.SerializerMethodField(help_text="Null once it ended, and before the first reading.")
    flags = serializers.JSONField(help_text="What is odd about it, by code.")

    class Meta:
        model = Transaction
        fields = [
            "id", "station", "station_identity", "evse_no", "connector_no", "connector_id", "reference", "state",
            "open", "id_tag", "uid", "token_type", "authorization", "started_at", "start_received_at", "ended_at",
            "end_received_at", "meter_start_wh", "meter_stop_wh", "energy_wh", "stop_reason", "stop_uid", "offline",
            "remote_start_id", "reservation_id", "flags", "latest",
        ]  # fmt: skip

    @extend_schema_field({"type": ["string", "null"]})
    def get_uid(self, transaction: Transaction) -> str | None:
        return transaction.uid if self._sees_tags(transaction) else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_stop_uid(self, transaction: Transaction) -> str | None:
        return transaction.stop_uid if self._sees_tags(transaction) else None

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_connector_id(self, transaction: Transaction) -> int | None:
        return connector_id(transaction.station, transaction.evse_no, transaction.connector_no)

    @extend_schema_field(LatestSerializer(allow_null=True))
    def get_latest(self, transaction: Transaction) -> dict[str, Any] | None:
        reading = self.context.get("latest", {}).get(transaction.pk)
        return LatestSerializer(reading).data if reading else None

    def _sees_tags(self, transaction: Transaction) -> bool:
        return viewer_of(self.context["request"]).may("tags.view", transaction.organisation_id)


def shown(view: Any, transactions: list[Transaction]) -> Any:
    """Transactions with the newest reading of those that run."""
    latest = latest_readings([t for t in transactions if t.is_open])
    context = view.get_serializer_context() | {"latest": latest}
    return TransactionSerializer(transactions, many=True, context=context).data


@extend_schema(tags=["transactions"])
class Transactions(List):
    """All transactions, newest first."""

    scopes = {"GET": "transactions.view"}
    selector = transactions_for
    serializer_class = TransactionSerializer
    filterset_class = TransactionFilter
    ordering = ("-started_at", "-id")

    @extend_schema(operation_id="transactions_list", summary="List transactions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(shown(self, list(page or [])))


@extend_schema(tags=["transactions"])
class OneTransaction(Detail):
    """One transaction."""

    scopes = {"GET": "transactions.view"}
    selector = transactions_for
    serializer_class = TransactionSerializer

    @extend_schema(operation_id="transactions_read", summary="Read a transaction")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(shown(self, [self.row()])[0])


class OfTransaction(List):
    """A list of things of the transaction in the URL; subclasses set `rows`."""

    scopes = {"GET": "transactions.view"}

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.rows(NOBODY, Transaction(organisation_id=0))
        found = by_ref(transactions_for(self.viewer), self.kwargs["id"])
        return self.rows(self.viewer, found)

    def rows(self, viewer: Viewer, transaction: Transaction) -> QuerySet[Any]:
        """The viewer's rows of this transaction."""
        raise NotImplementedError


@extend_schema(tags=["transactions"])
class TransactionMeterValues(OfTransaction):
    """Readings of one transaction, oldest first."""

    serializer_class = ReadingSerializer
    filterset_class = MeterValueFilter
    ordering = ("taken_at", "id")

    def rows(self, viewer: Viewer, transaction: Transaction) -> QuerySet[MeterValue]:
        return meter_values_for(viewer, transaction)

    @extend_schema(operation_id="transactions_meter_values", summary="Meter values of a transaction")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["transactions"])
class TransactionEvents(OfTransaction):
    """Messages of one transaction, oldest first."""

    serializer_class = TransactionEventSerializer
    ordering = ("at", "id")

    def rows(self, viewer: Viewer, transaction: Transaction) -> QuerySet[TransactionEvent]:
        return transaction_events_for(viewer, transaction)

    @extend_schema(operation_id="transactions_events", summary="Messages of a transaction")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["transactions"])
class TransactionStop(Named):
    """Stopping an open transaction from here."""

    scopes = {"POST": "commands.send"}
    selector = transactions_for
    serializer_class = CommandSerializer

    @extend_schema(
        operation_id="transactions_stop",
        summary="Ask the station to stop a transaction",
        description="The same as sending the station's own remote stop command.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, PREFER],
        responses={
            202: OpenApiResponse(CommandSerializer, "Queued; Location names the command."),
            200: OpenApiResponse(CommandSerializer, "Final within the preferred wait."),
        },
    )
    def post(self, request: Request, id: str) -> Response:
        transaction = self.row()
        return finished(self, transaction.station, once(request, lambda: self._stop(transaction)))

    def _stop(self, transaction: Transaction) -> Response:
        if not transaction.is_open:
            raise Conflict(f"the transaction is {transaction.state}, not open")
        try:
            return accepted(
                self, command_request(transaction.station, RemoteStop(transaction.reference), self.actor)
            )
        except InvalidCommand as error:
            raise Conflict(str(error)) from None
