"""`need-defaults`: what is usual for a tag or a group."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import IdTag, IdTagGroup
from chargers.selectors.tags import id_tag_groups_for, id_tags_for
from cpms.api.auth import require
from cpms.api.fields import Body, PublicIdField, public_id
from cpms.api.v1.energy.need_shapes import energy_field, priority_field
from cpms.api.views import Detail, List
from smartcharging.inputs.needs.usual import (
    need_default_remove,
    need_default_set,
)
from smartcharging.inputs.selectors import need_defaults_for
from smartcharging.models import NeedDefault


class NeedDefaultSerializer(serializers.ModelSerializer[NeedDefault]):
    """What is usual for an ID tag or for a group."""

    id = public_id()
    id_tag = public_id(source="id_tag", allow_null=True)
    group = public_id(source="group", allow_null=True)

    class Meta:
        model = NeedDefault
        fields = ["id", "id_tag", "group", "energy_wh", "departs_by", "soon_wh", "priority", "created_at"]


class NeedDefaultBody(Body):
    """What is usual for one ID tag or one group."""

    id_tag = PublicIdField(id_tags_for, "ID tag", required=False)
    group = PublicIdField(id_tag_groups_for, "group of ID tags", required=False)
    energy_wh = energy_field()
    departs_by = serializers.TimeField(required=False, allow_null=True, help_text="By the clock of the site.")
    soon_wh = energy_field("So much of it as fast as possible; Wh.")
    priority = priority_field()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if ("id_tag" in attrs) == ("group" in attrs):
            raise serializers.ValidationError({"id_tag": "name an ID tag or a group, one of the two"})
        return attrs


@extend_schema(tags=["needs"])
class NeedDefaults(List):
    """What is usual."""

    scopes = {"GET": "tags.view", "POST": "needs.edit"}
    selector = need_defaults_for
    serializer_class = NeedDefaultSerializer

    @extend_schema(operation_id="need_defaults_list", summary="List what is usual for tags and groups")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="need_defaults_set",
        summary="Say what is usual for a tag or a group",
        description="Replaces what was usual for the same one.",
        request=NeedDefaultBody,
        responses={201: NeedDefaultSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(NeedDefaultBody)
        owner: IdTag | IdTagGroup = body.pop("id_tag", None) or body.pop("group")
        require(self.viewer, "needs.edit", owner.organisation_id)
        made = need_default_set(owner, self.actor, **body)
        location = request.build_absolute_uri(f"/api/v1/need-defaults/{made.public_id}")
        return Response(self.show(made), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["needs"])
class OneNeedDefault(Detail):
    """What is usual for one of them."""

    scopes = {"GET": "tags.view", "DELETE": "needs.edit"}
    selector = need_defaults_for
    serializer_class = NeedDefaultSerializer

    @extend_schema(operation_id="need_defaults_read", summary="Read what is usual")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="need_defaults_remove", summary="Nothing is usual any more")
    def delete(self, request: Request, id: str) -> Response:
        need_default_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
