"""Pieces of serializers that every resource uses."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chargers.models import ChargingStation
from chargers.ocpp.adapters import by_subprotocol
from cpms.accounts.models import Organisation
from cpms.accounts.selectors import organisations_for
from cpms.accounts.viewer import Viewer

from .auth import require, viewer_of

M = TypeVar("M", bound=Model)


def named(rows: QuerySet[M], ref: str) -> QuerySet[M]:
    """The row with this public id; stations also by identity, in addresses as in bodies."""
    wanted = Q(public_id=ref)
    if rows.model is ChargingStation:
        wanted |= Q(identity=ref)
    return rows.filter(wanted).order_by("pk")


class Body(serializers.Serializer[Any]):
    """A request body: a field it does not know is an error, not a silent loss."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = {
                str(key)[:60]: ["is not a field of this request"] for key in data if key not in self.fields
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A JSON string; numbers are not turned into text, or 007 would be lost before it arrives."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class PatchBody(Body):
    """A body whose fields are all optional; what is left out stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"partial": True})


class Number(serializers.FloatField):
    """A number that flows, costs or limits: true is none, though Python counts it as 1."""

    def to_internal_value(self, data: Any) -> float:
        """Raises ValidationError."""
        if isinstance(data, bool):
            self.fail("invalid")
        return float(super().to_internal_value(data))


@extend_schema_field(OpenApiTypes.STR)
class PublicIdField(serializers.Field):
    """A row named by its public id, out of what the caller may see; a station also by its identity.

    Another tenant's is as unknown as a made-up one.
    """

    default_error_messages = {"does_not_exist": "there is no {kind} {id}", "invalid": "must be a text"}

    def __init__(self, selector: Callable[[Viewer], QuerySet[Any]], kind: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.selector = selector
        self.kind = kind

    def to_internal_value(self, data: Any) -> Model:
        if not isinstance(data, str):
            self.fail("invalid")
        found = named(self.selector(viewer_of(self.context["request"])), data[:64]).first()
        if found is None:
            self.fail("does_not_exist", kind=self.kind, id=repr(data[:64]))
        return found

    def to_representation(self, value: Any) -> str:
        return str(value.public_id)


class OrganisationField(PublicIdField):
    """`organisation` of a new object; only callers of several organisations have to name it."""

    def __init__(self, **kwargs: Any) -> None:
        text = "Public id; may be left out by callers who belong to one organisation."
        super().__init__(organisations_for, "organisation", required=False, help_text=text, **kwargs)


def organisation_for(body: dict[str, Any], viewer: Viewer, scope: str) -> Organisation:
    """The organisation a new object goes to: the named one, else the caller's only one. Raises ValidationError."""
    allowed = viewer.organisations(scope)
    named: Organisation | None = body.pop("organisation", None)
    if named is not None:
        require(viewer, scope, named.pk)
        return named
    if len(allowed) != 1:
        raise serializers.ValidationError(
            {"organisation": ["is required: you belong to several organisations"]}
        )
    return Organisation.objects.get(pk=allowed[0])


CONNECTOR_ID = (
    "The connector's number as the station itself counts: in OCPP 1.6 its `connectorId` (our EVSE number), in 2.x the"
    " connector's id at its EVSE. Null where none is named."
)


def connector_id(station: ChargingStation, evse_no: int | None, connector_no: int | None) -> int | None:
    """A place by the number in the station's own messages."""
    link = getattr(station, "connection", None)
    return by_subprotocol(link.subprotocol if link else "").connector_id(evse_no, connector_no)


def public_id(**kwargs: Any) -> serializers.CharField:
    """The read-only `id` of a resource, or with `source="site"` the id of another one."""
    source = kwargs.pop("source", None)
    return serializers.CharField(
        source=f"{source}.public_id" if source else "public_id", read_only=True, default=None, **kwargs
    )
