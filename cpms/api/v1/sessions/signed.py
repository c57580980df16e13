"""`transactions/{id}/signature`, `signed-values` and `meter-keys`: what meters signed, and whose keys judge it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from billing.choices import KeySource, ProofState
from billing.models import MeterKey, SignedRecord
from billing.selectors.signed import meter_keys_for, signed_records_for
from billing.services.signatures import words
from billing.services.signatures.again import session_verify
from billing.services.signatures.container import container
from billing.services.signatures.keys import key_add, key_confirm, key_end
from billing.services.signatures.proof import Proof, proof_of
from chargers.models import ChargingStation, Transaction
from chargers.selectors.transactions import transactions_for
from cpms.accounts.viewer import Viewer

from ...auth import require
from ...errors import Unprocessable
from ...fields import Body, Text, public_id
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import (
    Detail,
    Named,
    OfStation,
    check_parameters,
)
from .transactions import OfTransaction

_BY_PEOPLE = [choice for choice in KeySource.choices if choice[0] != KeySource.STATION]


class SignedValueSerializer(serializers.ModelSerializer[SignedRecord]):
    """One signed value, `text` to the byte as the station sent it. `offered_key` came with it and judges nothing."""

    id = public_id()
    key = public_id(source="key", allow_null=True)

    class Meta:
        model = SignedRecord
        fields = [
            "id", "format", "text", "digest", "context", "taken_at", "received_at", "offered_key", "state", "reasons",
            "key", "key_fingerprint", "checked_at", "verifier",
        ]  # fmt: skip


class SignatureSerializer(serializers.Serializer[Any]):
    """What the signed values of a transaction prove together."""

    state = serializers.ChoiceField(ProofState.choices)
    title = serializers.CharField()
    sentence = serializers.CharField()
    remarks = serializers.ListField(
        child=serializers.CharField(), help_text="What is remarkable, in sentences."
    )
    signed_wh = serializers.DecimalField(
        40, 6, allow_null=True, help_text="Between the signed begin and end."
    )
    signed_values = serializers.IntegerField()


class MeterKeySerializer(serializers.ModelSerializer[MeterKey]):
    """A public key of a meter. It judges signed values only when somebody confirmed it."""

    id = public_id()
    station = public_id(source="station")
    confirmed = serializers.BooleanField(source="is_confirmed", read_only=True)

    class Meta:
        model = MeterKey
        fields = [
            "id", "station", "evse_no", "meter_serial", "algorithm", "public_key", "fingerprint", "source",
            "valid_from", "valid_to", "confirmed", "confirmed_by", "confirmed_at", "created_at",
        ]  # fmt: skip


class MeterKeyBody(Body):
    """A key that the caller vouches for."""

    public_key = Text(max_length=1000, trim_whitespace=False, help_text="Hex, base64 or PEM.")
    source = serializers.ChoiceField(_BY_PEOPLE)  # type: ignore[assignment]
    meter_serial = Text(max_length=80, required=False, allow_blank=True)
    evse_no = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=32_767)
    algorithm = Text(max_length=60, required=False, allow_blank=True)
    valid_from = serializers.DateTimeField(required=False, allow_null=True)
    valid_to = serializers.DateTimeField(required=False, allow_null=True)


class KeyEndBody(Body):
    """When a key ceases to count."""

    at = serializers.DateTimeField(required=False, allow_null=True, help_text="Left out: now.")


class XmlRenderer(BaseRenderer):
    """For who asks for XML; a problem is JSON all the same."""

    media_type = "application/xml"
    format = "xml"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return bytes(JSONRenderer().render(data))


def _told(proof: Proof) -> dict[str, Any]:
    told = words.told(proof)
    return SignatureSerializer(
        {
            "state": told.state, "title": told.title, "sentence": told.sentence, "remarks": told.remarks,
            "signed_wh": proof.signed_wh, "signed_values": len(proof.records),
        }
    ).data  # fmt: skip


@extend_schema(tags=["transactions"])
class TransactionSignature(Named):
    """The verdict on a transaction's signed values."""

    scopes = {"GET": "transactions.view", "POST": "transactions.view"}
    selector = transactions_for
    serializer_class = SignatureSerializer

    @extend_schema(operation_id="transactions_signature", summary="What the signed meter values prove")
    def get(self, request: Request, id: str) -> Response:
        check_parameters(request, set())
        return Response(_told(proof_of(self.row())))

    @extend_schema(
        operation_id="transactions_signature_verify",
        summary="Judge the signed values again by the keys there are now",
        request=None,
    )
    def post(self, request: Request, id: str) -> Response:
        return Response(_told(session_verify(self.row())))


@extend_schema(tags=["transactions"])
class TransactionSignedValues(OfTransaction):
    """The signed values of one transaction, in order of receipt."""

    serializer_class = SignedValueSerializer
    ordering = ("id",)

    def rows(self, viewer: Viewer, transaction: Transaction) -> QuerySet[SignedRecord]:
        return signed_records_for(viewer).filter(transaction_id=transaction.pk)

    @extend_schema(operation_id="transactions_signed_values", summary="Signed meter values of a transaction")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["transactions"])
class TransactionContainer(Named):
    """The XML that the transparency software opens."""

    scopes = {"GET": "transactions.view"}
    selector = transactions_for
    serializer_class = SignedValueSerializer
    renderer_classes = [JSONRenderer, XmlRenderer]

    @extend_schema(
        operation_id="transactions_signature_container",
        summary="The signed values as the XML of the SAFE transparency software",
        responses={(200, "application/xml"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, id: str) -> HttpResponse:
        check_parameters(request, set())
        found = self.row()
        rows = list(signed_records_for(self.viewer).filter(transaction=found))
        return HttpResponse(container(found, rows), content_type="application/xml")


@extend_schema(tags=["stations"])
class StationMeterKeys(OfStation):
    """Keys of a station's meters; add one."""

    scopes = {"GET": "stations.view", "POST": "stations.edit"}
    serializer_class = MeterKeySerializer

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[MeterKey]:
        return meter_keys_for(viewer).filter(station_id=station.pk)

    @extend_schema(operation_id="stations_meter_keys", summary="Keys of a station's meters")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="stations_meter_keys_add",
        summary="Add a key of a meter that you vouch for",
        request=MeterKeyBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: MeterKeySerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        station, body = self.station(), self.read(MeterKeyBody)
        require(self.viewer, "stations.edit", station.organisation_id)
        return once(request, lambda: self._add(station, body))

    def _add(self, station: ChargingStation, body: dict[str, Any]) -> Response:
        try:
            made = key_add(station, self.actor, **body)
        except ValidationError as error:
            raise Unprocessable(error.message_dict) from None
        return Response(self.show(made), status=status.HTTP_201_CREATED)


@extend_schema(tags=["stations"])
class OneMeterKey(Detail):
    """One key."""

    scopes = {"GET": "stations.view"}
    selector = meter_keys_for
    serializer_class = MeterKeySerializer

    @extend_schema(operation_id="meter_keys_read", summary="Read a key of a meter")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["stations"])
class MeterKeyConfirm(Named):
    """Vouching for a key."""

    scopes = {"POST": "stations.edit"}
    selector = meter_keys_for
    serializer_class = MeterKeySerializer

    @extend_schema(
        operation_id="meter_keys_confirm",
        summary="Vouch for a key that the station offered",
        description="Compare it with the meter's label or a register first. A second time changes nothing.",
        request=None,
        responses=MeterKeySerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        return Response(self.show(key_confirm(self.row(), self.actor)))


@extend_schema(tags=["stations"])
class MeterKeyEnd(Named):
    """The end of a key."""

    scopes = {"POST": "stations.edit"}
    selector = meter_keys_for
    serializer_class = MeterKeySerializer

    @extend_schema(
        operation_id="meter_keys_end",
        summary="Let a key count no more",
        description="Values from before are still judged by it.",
        request=KeyEndBody,
        responses=MeterKeySerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        key, body = self.row(), self.read(KeyEndBody)
        try:
            return Response(self.show(key_end(key, self.actor, body.get("at"))))
        except ValidationError as error:
            raise Unprocessable(error.message_dict) from None
