"""`foreign-charging-profiles`: what stations hold that is none of ours; and asking them for all they hold."""

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.domain import ProfilePurpose
from chargers.selectors.stations import sites_for
from smartcharging.choices import ProfileSource
from smartcharging.models import ForeignProfile
from smartcharging.selectors import foreign_profiles_for
from smartcharging.services.foreign import foreign_clear
from smartcharging.services.readback import site_ask

from ...errors import Conflict
from ...fields import public_id
from ...schema import IDEMPOTENCY_KEY
from ...views import List, Named
from ..commands.commands import CommandSerializer, accepted


class ForeignProfileSerializer(serializers.ModelSerializer[ForeignProfile]):
    """A profile of others at a station; `removable` is false for what is set at the station itself."""

    id = public_id()
    station = serializers.CharField(source="station.public_id", read_only=True)
    purpose = serializers.ChoiceField([str(one) for one in ProfilePurpose])
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=ProfileSource.choices, help_text="Who installed it, as the station says."
    )
    removable = serializers.BooleanField(source="is_removable", read_only=True)

    class Meta:
        model = ForeignProfile
        fields = [
            "id",
            "station",
            "evse_no",
            "number",
            "purpose",
            "level",
            "source",
            "removable",
            "body",
            "seen_at",
        ]


@extend_schema(tags=["energy"])
class ForeignProfiles(List):
    """What stations hold that is none of ours."""

    scopes = {"GET": "sites.view"}
    selector = foreign_profiles_for
    serializer_class = ForeignProfileSerializer

    @extend_schema(
        operation_id="foreign_charging_profiles_list", summary="Charging profiles of others at stations"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["energy"])
class ForeignProfileRemove(Named):
    """Taking one away."""

    scopes = {"POST": "commands.send"}
    selector = foreign_profiles_for
    serializer_class = CommandSerializer

    @extend_schema(
        operation_id="foreign_charging_profiles_remove",
        summary="Have a station remove a charging profile of others",
        description="After its answer the station is asked again what it holds; the profile goes from the list once "
        "it is not reported any more.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: OpenApiResponse(CommandSerializer, "Queued; Location names the command.")},
    )
    def post(self, request: Request, id: str) -> Response:
        try:
            return accepted(self, foreign_clear(self.row(), self.actor))
        except ValidationError as error:
            raise Conflict("; ".join(error.messages)) from None


class AskedSerializer(serializers.Serializer[Any]):
    """How many stations were asked."""

    asked = serializers.IntegerField(help_text="Those of OCPP 1.6 have no such question.")


@extend_schema(tags=["energy"])
class SiteProfilesRead(Named):
    """Asking the stations of a site."""

    scopes = {"POST": "commands.send"}
    selector = sites_for
    serializer_class = AskedSerializer

    @extend_schema(
        operation_id="sites_charging_profiles_read",
        summary="Ask the stations of a site for all charging profiles they hold",
        request=None,
        responses=AskedSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        return Response({"asked": site_ask(self.row(), self.actor)})
