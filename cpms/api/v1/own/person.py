"""`my/profile`, `my/vehicles`, `my/data`: what one tells of himself, taking it along, erasing it."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cpms.accounts.models import User
from cpms.drivers.choices import Plug
from cpms.drivers.export import everything_of
from cpms.drivers.models import Profile, Vehicle
from cpms.drivers.selectors import vehicles_of
from cpms.drivers.services import person as service
from cpms.drivers.services.erasure import person_erase

from ...auth import ANYBODY
from ...errors import Unprocessable
from ...fields import (
    Body,
    PatchBody,
    Text,
    public_id,
)
from ...own import OwnDetail, OwnList, OwnNamed


class OwnProfileSerializer(serializers.ModelSerializer[Profile]):
    """How one wants to be spoken to; empty for as the phone, or the place, says."""

    name = serializers.CharField(source="user.get_full_name")
    email = serializers.CharField(source="user.email")
    locale = serializers.ChoiceField(settings.LANGUAGES)

    class Meta:
        model = Profile
        fields = ["name", "email", "locale", "time_zone"]


class ProfileBody(PatchBody):
    """What is to be changed."""

    name = Text(max_length=150, allow_blank=True)
    locale = Text(max_length=10, allow_blank=True)
    time_zone = Text(max_length=60, allow_blank=True, help_text="IANA, e.g. Europe/Berlin.")


class OwnVehicleSerializer(serializers.ModelSerializer[Vehicle]):
    """A car; zero for what is not known."""

    id = public_id()

    class Meta:
        model = Vehicle
        fields = ["id", "name", "battery_wh", "plug", "max_ac_w", "max_dc_w", "created_at"]


class _VehicleFields(Body):
    name = Text(max_length=60)
    battery_wh = serializers.IntegerField(required=False, min_value=0, max_value=2_000_000)
    plug = serializers.ChoiceField(Plug.choices, required=False, allow_blank=True)
    max_ac_w = serializers.IntegerField(required=False, min_value=0, max_value=100_000)
    max_dc_w = serializers.IntegerField(required=False, min_value=0, max_value=4_000_000)


class VehicleBody(_VehicleFields):
    """A car."""


class VehiclePatch(PatchBody, _VehicleFields):
    """What is to be changed of a car."""


class EraseBody(Body):
    """One's own address, so that nobody is erased by accident."""

    email = Text(max_length=254)


def _profile(user: User) -> QuerySet[Profile]:
    return Profile.objects.filter(user=user)


@extend_schema(tags=["my"])
class OwnProfile(OwnNamed):
    """Your profile."""

    scopes = {"GET": ANYBODY, "PATCH": ANYBODY}
    own = _profile
    serializer_class = OwnProfileSerializer

    @extend_schema(operation_id="my_profile_read", summary="Read your profile")
    def get(self, request: Request) -> Response:
        return Response(self.show(service.profile_of(self.user)))

    @extend_schema(operation_id="my_profile_change", summary="Change your profile", request=ProfileBody)
    def patch(self, request: Request) -> Response:
        kept = service.profile_of(self.user)
        known = {"name": self.user.get_full_name(), "locale": kept.locale, "time_zone": kept.time_zone}
        return Response(self.show(service.profile_set(self.user, **known | self.read(ProfileBody))))


@extend_schema(tags=["my"])
class OwnVehicles(OwnList):
    """Your cars."""

    scopes = {"GET": ANYBODY, "POST": ANYBODY}
    own = vehicles_of
    serializer_class = OwnVehicleSerializer

    @extend_schema(operation_id="my_vehicles_list", summary="List your cars")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="my_vehicles_create", summary="Add a car", request=VehicleBody,
        responses={201: OwnVehicleSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        return Response(self.show(service.vehicle_add(self.user, **self.read(VehicleBody))), status=201)


@extend_schema(tags=["my"])
class OwnVehicle(OwnDetail):
    """One car."""

    scopes = {"GET": ANYBODY, "PATCH": ANYBODY, "DELETE": ANYBODY}
    own = vehicles_of
    serializer_class = OwnVehicleSerializer

    @extend_schema(operation_id="my_vehicles_read", summary="Read a car")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="my_vehicles_change", summary="Change a car", request=VehiclePatch)
    def patch(self, request: Request, id: str) -> Response:
        return Response(self.show(service.vehicle_change(self.row(), **self.read(VehiclePatch))))

    @extend_schema(operation_id="my_vehicles_remove", summary="Forget a car")
    def delete(self, request: Request, id: str) -> Response:
        service.vehicle_remove(self.row())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["my"])
class OwnData(OwnNamed):
    """Everything we know of you."""

    scopes = {"GET": ANYBODY}
    own = _profile
    serializer_class = OwnProfileSerializer

    @extend_schema(
        operation_id="my_data_read", summary="Take everything with you", responses={200: OpenApiTypes.OBJECT}
    )
    def get(self, request: Request) -> Response:
        return Response(everything_of(self.user))


@extend_schema(tags=["my"])
class OwnErasure(OwnNamed):
    """Erasing yourself."""

    scopes = {"POST": ANYBODY}
    own = _profile
    serializer_class = OwnProfileSerializer

    @extend_schema(
        operation_id="my_data_erase", summary="Erase your account for good",
        description="422 says what has to be settled before. The operator's books stay, without your name.",
        request=EraseBody, responses={204: None},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        if self.read(EraseBody)["email"].lower() != self.user.email.lower():
            raise Unprocessable({"email": ["is not the address of your account"]})
        person_erase(self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
