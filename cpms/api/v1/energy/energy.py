"""`sites/{id}/energy`, `fail-safe`, `plan` and `charging-profiles`: how a site is shared now, proven and planned."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.domain import SETTABLE
from chargers.models import Site
from chargers.selectors.stations import sites_for
from cpms.core import clock
from smartcharging.balancing.failsafe import Proof
from smartcharging.models import InstalledProfile, SitePlan
from smartcharging.picture import Branch, Picture, Share, Spot, picture
from smartcharging.selectors import plan_of, profiles_for

from ...views import Detail, List
from .circuits import wires


def _number(value: float | None) -> float | None:
    """JSON has no infinity: what nobody knows is null."""
    return None if value is None or value == float("inf") else round(value, 3)


class CauseSerializer(serializers.Serializer[Any]):
    """The limit from outside that is in force instead of the wires' own."""

    limit = serializers.CharField(help_text="Its id.")
    source = serializers.CharField()  # type: ignore[assignment]
    ends_at = serializers.DateTimeField()
    chargers_only = serializers.BooleanField()
    wires = serializers.FloatField(allow_null=True, help_text="What the circuit itself carries, in `unit`.")


class ShareSerializer(serializers.Serializer[Any]):
    """One limit: what the building draws, what is kept for its changes, what cars draw and may draw; in `unit`."""

    line = serializers.IntegerField(allow_null=True, help_text="1 to 3; null for the three together.")
    unit = serializers.ChoiceField(["A", "W"])
    limit = serializers.FloatField()
    building = serializers.FloatField(allow_null=True, help_text="null where nobody knows it.")
    margin = serializers.FloatField()
    cars = serializers.FloatField()
    may = serializers.FloatField()
    free = serializers.FloatField()
    cause = CauseSerializer(allow_null=True, help_text="null where the wires are the limit.")


class EvseGrantSerializer(serializers.Serializer[Any]):
    """What an EVSE may take (`may_a`: at most now), what its car was granted and draws, and why it is not more."""

    evse = serializers.CharField()
    station = serializers.CharField()
    state = serializers.CharField()
    may_a = serializers.FloatField()
    granted_a = serializers.FloatField(allow_null=True)
    drawn_a = serializers.FloatField(allow_null=True)
    why = serializers.CharField(help_text="A sentence; empty where nothing holds the car back.")
    reason = serializers.JSONField(help_text="The same as data.")
    until = serializers.DateTimeField(
        allow_null=True, help_text="When it may get more, where anybody can say."
    )
    until_because = serializers.CharField(help_text="What happens then.")


class CircuitStateSerializer(serializers.Serializer[Any]):
    """A circuit with its limits and what hangs on it."""

    id = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    name = serializers.CharField()
    shares = ShareSerializer(many=True)
    grants = EvseGrantSerializer(many=True)


class EnergySerializer(serializers.Serializer[Any]):
    """A site now: every circuit, the root first. `balanced` says whether a process looks after it."""

    at = serializers.DateTimeField()
    managed = serializers.BooleanField()
    balanced = serializers.BooleanField()
    decided_at = serializers.DateTimeField(allow_null=True, help_text="The last round that came to its end.")
    reachable = serializers.BooleanField(help_text="Whether a gateway speaks with the chargers.")
    holds_in_silence = serializers.BooleanField()
    circuits = CircuitStateSerializer(many=True)


def _share(share: Share) -> dict[str, Any]:
    told = {
        name: _number(getattr(share, name)) for name in ("limit", "building", "margin", "cars", "may", "free")
    }
    line = None if share.line is None else share.line + 1
    return {"line": line, "unit": share.unit, "cause": _cause(share)} | told


def _cause(share: Share) -> dict[str, Any] | None:
    limit = share.cause
    if limit is None:
        return None
    return {
        "limit": limit.id,
        "source": limit.source,
        "ends_at": limit.ends_at,
        "chargers_only": limit.for_chargers,
        "wires": _number(share.wires),
    }


def _grant(spot: Spot) -> dict[str, Any]:
    grant = spot.place.grant
    return {
        "evse": spot.evse.public_id,
        "station": spot.place.station.public_id,
        "state": spot.state[1],
        "may_a": _number(spot.may_a),
        "granted_a": _number(spot.granted_a),
        "drawn_a": _number(spot.drawn_a),
        "why": spot.why,
        "reason": grant.reason if grant is not None and spot.place.transaction is not None else {},
        "until": spot.until.at if spot.until else None,
        "until_because": spot.until.because if spot.until else "",
    }


def _circuits(branch: Branch) -> list[dict[str, Any]]:
    own = {
        "id": branch.circuit.public_id,
        "parent": branch.circuit.parent.public_id if branch.circuit.parent else None,
        "name": branch.circuit.name,
        "shares": [_share(share) for share in branch.shares],
        "grants": [_grant(spot) for spot in branch.spots],
    }
    return [own, *(one for below in branch.branches for one in _circuits(below))]


def shown(site: Site) -> Picture:
    """The site's picture. Raises Http404 without circuits, Unprocessable for wires nobody can calculate with."""
    if not site.circuits.exists():
        raise Http404("this site has no circuits")
    with wires():
        return picture(site, clock.now())


@extend_schema(tags=["energy"])
class SiteEnergy(Detail):
    """How a site is shared now."""

    scopes = {"GET": "sites.view"}
    selector = sites_for
    serializer_class = EnergySerializer

    @extend_schema(operation_id="sites_energy", summary="Limits, loads, grants and their reasons now")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = shown(self.row())
        return Response(
            {
                "at": found.at,
                "managed": found.snapshot.policy.managed,
                "balanced": found.is_balanced,
                "decided_at": found.lease.beat_at if found.lease else None,
                "reachable": not found.is_out_of_reach,
                "holds_in_silence": found.proof.holds,
                "circuits": _circuits(found.root),
            }
        )


class SumSerializer(serializers.Serializer[Any]):
    """One limit in silence: the most the chargers and the building may draw together."""

    circuit = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    unit = serializers.ChoiceField(["A", "W"])
    chargers = serializers.FloatField()
    building = serializers.FloatField()
    limit = serializers.FloatField()
    holds = serializers.BooleanField()


class ProofSerializer(serializers.Serializer[Any]):
    """Whether every limit holds if nobody hears anything more; `after` is when the last grant has ended by itself."""

    holds = serializers.BooleanField()
    after = serializers.DateTimeField(allow_null=True)
    sums = SumSerializer(many=True)
    unknown = serializers.ListField(
        child=serializers.CharField(), help_text="EVSEs without a confirmed safe limit."
    )
    uncontrolled = serializers.ListField(child=serializers.CharField())
    most_a = serializers.DictField(child=serializers.FloatField(), help_text="By EVSE.")


def proof_shown(proof: Proof) -> dict[str, Any]:
    """The proof as JSON."""
    sums = [
        {
            "circuit": one.circuit, "line": None if one.line is None else one.line + 1, "unit": one.unit,
            "chargers": _number(one.silent), "building": _number(one.other), "limit": _number(one.limit),
            "holds": one.holds,
        }
        for one in proof.sums
    ]  # fmt: skip
    return {
        "holds": proof.holds,
        "after": proof.after,
        "sums": sums,
        "unknown": proof.unknown,
        "uncontrolled": proof.uncontrolled,
        "most_a": proof.most_a,
    }


@extend_schema(tags=["energy"])
class SiteFailSafe(Detail):
    """Whether a site holds if we go silent now."""

    scopes = {"GET": "sites.view"}
    selector = sites_for
    serializer_class = ProofSerializer

    @extend_schema(operation_id="sites_fail_safe", summary="The sums that prove, or refute, that it holds")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(proof_shown(shown(self.row()).proof))


class SitePlanSerializer(serializers.ModelSerializer[SitePlan]):
    """A plan: `slots_s` are starts in seconds after `starts_at`, the last one is the end; watts by EVSE and slot.

    `inputs.sun_w`: what the solar meters are expected to give, W by slot; null without one or without the site's place.
    `inputs.building_w`: what all but cars and sun is expected to draw, null where nobody knows it; `inputs.limit_w`:
    what the site may take from the grid, both W by slot.
    `inputs.peak`: `price_per_kw` and `so_far_w` (null: no meter tells it) of the month's peak; empty without a price.
    `solver.peak_w`: how high the plan lets it get.
    """

    class Meta:
        model = SitePlan
        fields = ["made_at", "starts_at", "slots_s", "powers_w", "ceiling_w", "state", "inputs", "solver"]


@extend_schema(tags=["energy"])
class SitePlanNow(Detail):
    """The newest plan of a site."""

    scopes = {"GET": "sites.view"}
    selector = sites_for
    serializer_class = SitePlanSerializer

    @extend_schema(operation_id="sites_plan", summary="The newest plan")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        plan = plan_of(self.row())
        if plan is None:
            raise Http404("nothing was planned for this site yet")
        return Response(self.show(plan))


class DriftSerializer(serializers.Serializer[Any]):
    """What a station holds in place of what is wanted; `reported` null: no such profile."""

    wanted = serializers.FloatField()
    reported = serializers.FloatField(allow_null=True)
    unit = serializers.ChoiceField(["A", "W"])
    exceeds = serializers.BooleanField(help_text="It allows more, or nobody knows.")


class InstalledProfileSerializer(serializers.ModelSerializer[InstalledProfile]):
    """A charging profile of ours at a station: what is wanted, how far it came, and what a look at it showed."""

    reported = serializers.JSONField(
        read_only=True,
        allow_null=True,
        help_text="As the station told it (2.x); {}: it holds none; null: not asked.",
    )
    drift = DriftSerializer(read_only=True, allow_null=True)
    station = serializers.CharField(source="station.public_id", read_only=True)
    purpose = serializers.ChoiceField([str(purpose) for purpose in SETTABLE])

    class Meta:
        model = InstalledProfile
        fields = [
            "station", "evse_no", "purpose", "number", "level", "state", "body", "sent_at", "confirmed_at",
            "expires_at", "refusals", "checked_at", "check_result", "reported_at", "reported", "drift_since", "drift",
        ]  # fmt: skip


@extend_schema(tags=["energy"])
class ChargingProfiles(List):
    """What is installed at stations, as far as anybody knows."""

    scopes = {"GET": "sites.view"}
    selector = profiles_for
    serializer_class = InstalledProfileSerializer

    @extend_schema(operation_id="charging_profiles_list", summary="Charging profiles of ours at stations")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)
