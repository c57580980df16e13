"""`stations/{id}/diagnosis`: what keeps a station away, and what to set on it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import Health
from chargers.models import RefusedHandshake
from chargers.selectors.stations import stations_for
from chargers.services.diagnosis.diagnose import diagnose

from ...views import Detail, check_parameters


class FindingSerializer(serializers.Serializer[Any]):
    """One check, with the setting to change on the charger; empty when there is nothing to change."""

    topic = serializers.CharField()
    health = serializers.ChoiceField(choices=Health.choices)
    sentence = serializers.CharField()
    setting = serializers.CharField()


class RefusalSerializer(serializers.ModelSerializer[RefusedHandshake]):
    """Refused handshakes from one address for one reason."""

    class Meta:
        model = RefusedHandshake
        fields = [
            "remote_address",
            "reason",
            "detail",
            "subprotocols",
            "user_agent",
            "count",
            "first_at",
            "last_at",
        ]


class DiagnosisSerializer(serializers.Serializer[Any]):
    """All findings in the order a connection is made, and the refused handshakes of the last 24 hours."""

    headline = serializers.CharField()
    health = serializers.ChoiceField(choices=Health.choices)
    findings = FindingSerializer(many=True)
    refusals = RefusalSerializer(many=True)


@extend_schema(tags=["stations"])
class StationDiagnosis(Detail):
    """The connection doctor of a station."""

    scopes = {"GET": "stations.view"}
    selector = stations_for
    serializer_class = DiagnosisSerializer

    @extend_schema(operation_id="stations_diagnosis", summary="Diagnose a station's connection")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_parameters(request, set())
        return Response(self.show(diagnose(self.row())))
