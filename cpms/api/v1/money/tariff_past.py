"""`tariffs/{id}/past-run`: what earlier sessions would have cost under a draft."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import TariffFamily
from billing.selectors.ratings import ratings_for
from billing.selectors.tariffs import tariff_families_for
from billing.services.tariffs.past import MOST_SESSIONS, of_tariff, past_run

from ...errors import Conflict
from ...fields import Body
from ...views import Named


class PastBody(Body):
    """Which sessions: those that began in [since, until)."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    of_this_tariff = serializers.BooleanField(default=False, help_text="Only those this tariff has priced.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["until"] <= attrs["since"]:
            raise serializers.ValidationError({"until": ["is not after since"]})
        return attrs


class RerunSerializer(serializers.Serializer[Any]):
    """A session's price with tax, then and with the tariff."""

    transaction = serializers.CharField(source="rating.transaction.public_id")
    gross_then_minor = serializers.IntegerField(source="gross_then")
    gross_now_minor = serializers.IntegerField(source="gross_now")
    change_minor = serializers.IntegerField(source="change")


class PastRunSerializer(serializers.Serializer[Any]):
    """Income without tax, winners and losers, every session that was looked at."""

    currency = serializers.CharField()
    found = serializers.IntegerField(help_text="Sessions of the period with a final price.")
    is_sample = serializers.BooleanField(help_text=f"More than {MOST_SESSIONS} are sampled evenly.")
    left_out = serializers.IntegerField(help_text="In another currency, or the tariff cannot price them.")
    net_then_minor = serializers.IntegerField(source="net_then")
    net_now_minor = serializers.IntegerField(source="net_now")
    cheaper = serializers.IntegerField(source="winners")
    dearer = serializers.IntegerField(source="losers")
    unchanged = serializers.IntegerField()
    sessions = RerunSerializer(many=True, help_text="The greatest change first.")


@extend_schema(tags=["tariffs"])
class TariffPastRun(Named):
    """A run on the past; nothing is stored."""

    scopes = {"POST": "billing.view"}
    selector = tariff_families_for
    serializer_class = PastRunSerializer

    @extend_schema(
        operation_id="tariffs_past_run",
        summary="What earlier sessions would have cost under the draft",
        description="Under the newest version where there is no draft. 409 for a tariff without any.",
        request=PastBody,
        responses=PastRunSerializer,
        examples=[
            OpenApiExample(
                "a month",
                {"since": "2026-10-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, id: str) -> Response:
        family: TariffFamily = self.row()
        body = self.read(PastBody)
        version = family.versions.order_by("-number").first()
        if version is None:
            raise Conflict("there is no version yet")
        ratings = ratings_for(self.viewer).filter(organisation=family.organisation_id)
        if body["of_this_tariff"]:
            ratings = of_tariff(ratings, family.versions.all())
        return Response(self.show(past_run(ratings, version, body["since"], body["until"])))
