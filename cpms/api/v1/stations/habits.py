"""`stations/{id}/facts`: what was learned about a station from how it behaves."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import ChargingStation, LearnedFact
from chargers.selectors.stations import facts_for
from cpms.accounts.viewer import Viewer

from ...views import OfStation


class FactSerializer(serializers.ModelSerializer[LearnedFact]):
    """A learned fact with what it rests on. A value that changes starts anew: `first_at` and `count` are its own."""

    sentence = serializers.CharField(help_text="What it says, for people.")
    alarming = serializers.BooleanField(
        source="is_alarming", help_text="Somebody should do something about it."
    )

    class Meta:
        model = LearnedFact
        fields = ["kind", "value", "sentence", "alarming", "evidence", "first_at", "last_at", "count"]


@extend_schema(tags=["stations"])
class StationFacts(OfStation):
    """What was learned about one station: its clock, its meter, how it answers."""

    scopes = {"GET": "stations.view"}
    serializer_class = FactSerializer
    ordering = ("-last_at", "-id")

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[LearnedFact]:
        return facts_for(viewer, station)

    @extend_schema(operation_id="stations_facts", summary="What was learned about a station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)
