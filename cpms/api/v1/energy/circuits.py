"""`sites/{id}/circuits`, `circuits/{id}`, `outlets/{id}`, `sites/{id}/sharing`: how a site is wired and shared."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from billing.selectors.tariffs import price_series_for
from chargers.selectors.stations import sites_for
from smartcharging.engine.network import NetworkError
from smartcharging.models import Circuit, Outlet, SitePolicy
from smartcharging.selectors import circuits_for, evses_for, policy_of
from smartcharging.services import circuits as service

from ...errors import Conflict, Unprocessable
from ...fields import (
    Body,
    Number,
    PatchBody,
    PublicIdField,
    Text,
    public_id,
)
from ...views import Detail

LINE_NAMES = ("L1", "L2", "L3")
HIGHEST_A = 10_000
HIGHEST_W = 100_000_000


def _current(**more: Any) -> Number:
    return Number(min_value=0, max_value=HIGHEST_A, **more)


def _power(**more: Any) -> Number:
    return Number(min_value=0, max_value=HIGHEST_W, **more)


def _three(**more: Any) -> serializers.ListField:
    return serializers.ListField(child=_current(), min_length=3, max_length=3, **more)


@contextmanager
def wires() -> Iterator[None]:
    """Wires that nobody can calculate with are refused, naming the circuit or outlet."""
    try:
        yield
    except NetworkError as error:
        raise Unprocessable({error.place: [error.problem]}) from None


class CircuitSerializer(serializers.ModelSerializer[Circuit]):
    """A fuse, a board or the grid connection: limits in ampere for L1, L2, L3, and in watt for the three together."""

    id = public_id()
    site = public_id(source="site")
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.public_id", allow_null=True, default=None, read_only=True
    )

    class Meta:
        model = Circuit
        fields = ["id", "site", "parent", "name", "limit_a", "limit_w", "unbalance_a", "created_at"]


class _CircuitFields(Body):
    name = Text(max_length=120)
    parent = PublicIdField(  # type: ignore[assignment]
        circuits_for, "circuit", required=False, allow_null=True
    )
    limit_a = _three(help_text="Ampere on L1, L2, L3.")
    limit_w = _power(required=False, allow_null=True)
    unbalance_a = _current(required=False, allow_null=True)


class CircuitBody(_CircuitFields):
    """A circuit to make. The first one of a site has no parent: it is the grid connection."""


class CircuitPatch(PatchBody, _CircuitFields):
    """What may be changed of a circuit."""


_EXAMPLE = OpenApiExample(
    "a feeder", {"name": "Feeder B", "parent": "cir_01J…", "limit_a": [63, 63, 63]}, request_only=True
)


@extend_schema(tags=["energy"])
class SiteCircuits(Detail):
    """The circuits of a site; make one."""

    scopes = {"GET": "sites.view", "POST": "sites.edit"}
    selector = sites_for
    serializer_class = CircuitSerializer

    @extend_schema(
        operation_id="sites_circuits",
        summary="The circuits of a site",
        responses=CircuitSerializer(many=True),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = circuits_for(self.viewer).filter(site=self.row())
        return Response(CircuitSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="sites_circuit_create", summary="Make a circuit", request=CircuitBody,
        responses={201: CircuitSerializer}, examples=[_EXAMPLE],
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        site = self.row()
        with wires():
            made = service.circuit_create(site, self.actor, **self.read(CircuitBody))
        location = request.build_absolute_uri(f"/api/v1/circuits/{made.public_id}")
        return Response(self.show(made), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["energy"])
class OneCircuit(Detail):
    """One circuit."""

    scopes = {"GET": "sites.view", "PATCH": "sites.edit", "DELETE": "sites.edit"}
    selector = circuits_for
    serializer_class = CircuitSerializer

    @extend_schema(operation_id="circuits_read", summary="Read a circuit")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="circuits_change", summary="Change a circuit", request=CircuitPatch)
    def patch(self, request: Request, id: str) -> Response:
        circuit = self.row()
        with wires():
            return Response(self.show(service.circuit_update(circuit, self.actor, **self.read(CircuitPatch))))

    @extend_schema(operation_id="circuits_remove", summary="Remove a circuit on which nothing hangs")
    def delete(self, request: Request, id: str) -> Response:
        try:
            service.circuit_remove(self.row(), self.actor)
        except ValidationError as error:
            raise Conflict("; ".join(error.messages)) from None
        return Response(status=status.HTTP_204_NO_CONTENT)


class OutletSerializer(serializers.ModelSerializer[Outlet]):
    """How an EVSE is wired: `lines` are the site's lines behind its own L1, L2, L3."""

    id = serializers.CharField(source="evse.public_id", read_only=True, help_text="The EVSE's id.")
    circuit = public_id(source="circuit")
    lines = serializers.SerializerMethodField()

    class Meta:
        model = Outlet
        fields = [
            "id", "circuit", "lines", "between", "direct_current", "volts", "loss", "minimum_a", "maximum_a", "step_a",
        ]  # fmt: skip

    def get_lines(self, outlet: Outlet) -> list[str]:
        """Names of the lines."""
        return [LINE_NAMES[line] for line in outlet.lines]


class OutletBody(PatchBody):
    """How an EVSE is wired. What is left out stays, or is as usual for the first time."""

    circuit = PublicIdField(circuits_for, "circuit")
    lines = serializers.ListField(
        child=serializers.ChoiceField(LINE_NAMES), min_length=1, max_length=3,
        help_text="The site's lines behind its L1, L2, L3, such as [\"L2\", \"L3\", \"L1\"].",
    )  # fmt: skip
    between = serializers.BooleanField(help_text="Between two lines instead of lines and neutral.")
    direct_current = serializers.BooleanField()
    volts = Number(min_value=50, max_value=1000)
    loss = Number(min_value=1, max_value=2, help_text="Watts drawn for one delivered.")
    minimum_a = _current()
    maximum_a = _current()
    step_a = _current()


@extend_schema(tags=["energy"])
class OneOutlet(Detail):
    """How one EVSE is wired."""

    scopes = {"GET": "sites.view", "PATCH": "sites.edit", "DELETE": "sites.edit"}
    selector = evses_for
    serializer_class = OutletSerializer

    def outlet(self) -> Outlet:
        """The wiring of the EVSE in the URL. Raises NotFound where it hangs on no circuit."""
        found = Outlet.objects.filter(evse=self.row()).select_related("circuit", "evse").first()
        if found is None:
            raise NotFound("this EVSE is on no circuit")
        return found

    @extend_schema(operation_id="outlets_read", summary="How an EVSE is wired")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.show(self.outlet()))

    @extend_schema(operation_id="outlets_set", summary="Say how an EVSE is wired", request=OutletBody)
    def patch(self, request: Request, id: str) -> Response:
        evse, body = self.row(), self.read(OutletBody)
        if "lines" in body:
            body["lines"] = [LINE_NAMES.index(name) for name in body["lines"]]
        with wires():
            return Response(self.show(service.outlet_set(evse, self.actor, **body)))

    @extend_schema(operation_id="outlets_remove", summary="Take an EVSE off its circuit")
    def delete(self, request: Request, id: str) -> Response:
        self.row()
        service.outlet_remove(self.outlet(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SharingSerializer(serializers.ModelSerializer[SitePolicy]):
    """How the power of a site is shared. `building_worst_a` is the most all but the chargers ever draws, by line."""

    price_series = public_id(source="price_series", allow_null=True)

    class Meta:
        model = SitePolicy
        fields = [
            "managed", "building_worst_a", "service_minimum_a", "margin_sigmas", "price_series", "feed_in_price",
            "peak_price",
        ]  # fmt: skip


class SharingBody(PatchBody):
    """What may be decided. What is left out stays."""

    managed = serializers.BooleanField()
    building_worst_a = _three()
    service_minimum_a = _current()
    margin_sigmas = Number(min_value=0, max_value=20)
    feed_in_price = Number(
        min_value=0, max_value=100_000,
        help_text="What a kWh of solar energy earns that nobody uses; in the currency of the prices.",
    )  # fmt: skip
    peak_price = Number(
        min_value=0, max_value=100_000,
        help_text="What a kW of the month's highest quarter of an hour costs, in their currency; 0: nothing.",
    )  # fmt: skip
    price_series = PublicIdField(
        price_series_for, "price series", allow_null=True,
        help_text="What the site pays for energy: cars are charged when it is cheapest. Null: all hours are alike.",
    )  # fmt: skip


@extend_schema(tags=["energy"])
class SiteSharing(Detail):
    """How the power of a site is shared."""

    scopes = {"GET": "sites.view", "PATCH": "sites.edit"}
    selector = sites_for
    serializer_class = SharingSerializer

    @extend_schema(operation_id="sites_sharing", summary="How the power of a site is shared")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.show(policy_of(self.row())))

    @extend_schema(
        operation_id="sites_sharing_set",
        summary="Decide how the power of a site is shared",
        request=SharingBody,
    )
    def patch(self, request: Request, id: str) -> Response:
        site = self.row()
        with wires():
            return Response(self.show(service.policy_set(site, self.actor, **self.read(SharingBody))))
