"""`id-tags` and `id-tag-groups`: who may charge."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import TagStatus, TokenType
from chargers.filters.tags import IdTagFilter
from chargers.models import IdTag, IdTagGroup
from chargers.selectors.tags import id_tag_groups_for, id_tags_for
from chargers.services.tags.id_tags import (
    group_create,
    id_tag_block,
    id_tag_create,
    id_tag_remove,
    id_tag_unblock,
    id_tag_update,
)
from cpms.accounts.viewer import Viewer
from cpms.core import clock

from ...fields import (
    Body,
    OrganisationField,
    PatchBody,
    PublicIdField,
    Text,
    organisation_for,
    public_id,
)
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List, Named


class IdTagSerializer(serializers.ModelSerializer[IdTag]):
    """A card, app or other token (OCPP 1.6 idTag, 2.x IdToken)."""

    id = public_id()
    organisation = public_id(source="organisation")
    group = public_id(source="group", allow_null=True)

    class Meta:
        model = IdTag
        fields = [
            "id", "organisation", "uid", "type", "label", "status", "expires_at", "group", "max_concurrent",
            "max_energy_wh", "max_minutes", "created_at",
        ]  # fmt: skip


class GroupSerializer(serializers.ModelSerializer[IdTagGroup]):
    """Tags that may stop each other's transactions; the name goes to stations as the parent tag."""

    id = public_id()
    organisation = public_id(source="organisation")

    class Meta:
        model = IdTagGroup
        fields = ["id", "organisation", "name", "created_at"]


class _TagFields(Body):
    uid = Text(max_length=255, help_text="Compared without regard to case.")
    type = serializers.ChoiceField(TokenType.choices, required=False)
    label = Text(max_length=120, required=False, allow_blank=True)  # type: ignore[assignment]
    status = serializers.ChoiceField(TagStatus.choices, required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    group = PublicIdField(id_tag_groups_for, "group", required=False, allow_null=True)
    max_concurrent = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=32767, help_text="Null for no limit."
    )
    max_energy_wh = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**53)
    max_minutes = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)


class IdTagBody(_TagFields):
    """A tag to make known."""

    organisation = OrganisationField()


class IdTagPatch(PatchBody, _TagFields):
    """What may be changed of a tag."""


class ExpireBody(Body):
    """When a tag stops being valid."""

    at = serializers.DateTimeField(required=False, help_text="Left out: now.")


class GroupBody(Body):
    """A group to make."""

    name = Text(max_length=20)
    organisation = OrganisationField()


def tags_shown(viewer: Viewer) -> QuerySet[IdTag]:
    """The viewer's tags with group and organisation."""
    return id_tags_for(viewer).select_related("organisation")


def groups_shown(viewer: Viewer) -> QuerySet[IdTagGroup]:
    """The viewer's groups with their organisation."""
    return id_tag_groups_for(viewer).select_related("organisation")


_EXAMPLE = OpenApiExample("a card", {"uid": "04A2B3C4D5E6F7", "label": "Pool car 3"}, request_only=True)


@extend_schema(tags=["id-tags"])
class IdTags(List):
    """All ID tags; make one known."""

    scopes = {"GET": "tags.view", "POST": "tags.edit"}
    selector = tags_shown
    serializer_class = IdTagSerializer
    filterset_class = IdTagFilter

    @extend_schema(operation_id="id_tags_list", summary="List ID tags")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="id_tags_create",
        summary="Make an ID tag known",
        request=IdTagBody,
        responses={201: IdTagSerializer},
        parameters=[IDEMPOTENCY_KEY],
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        return once(request, self._create)

    def _create(self) -> Response:
        body = self.read(IdTagBody)
        organisation = organisation_for(body, self.viewer, "tags.edit")
        tag = id_tag_create(organisation, self.actor, **body)
        location = self.request.build_absolute_uri(f"/api/v1/id-tags/{tag.public_id}")
        return Response(self.show(tag), status=status.HTTP_201_CREATED, headers={"Location": location})


class TagAct(Named):
    """Base of what is done to one tag."""

    selector = tags_shown
    serializer_class = IdTagSerializer


@extend_schema(tags=["id-tags"])
class OneIdTag(Detail):
    """One ID tag."""

    selector = tags_shown
    serializer_class = IdTagSerializer
    scopes = {"GET": "tags.view", "PATCH": "tags.edit", "DELETE": "tags.edit"}

    @extend_schema(operation_id="id_tags_read", summary="Read an ID tag")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="id_tags_change", summary="Change an ID tag", request=IdTagPatch)
    def patch(self, request: Request, id: str) -> Response:
        return Response(self.show(id_tag_update(self.row(), self.actor, **self.read(IdTagPatch))))

    @extend_schema(operation_id="id_tags_remove", summary="Remove an ID tag; its transactions stay")
    def delete(self, request: Request, id: str) -> Response:
        id_tag_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["id-tags"])
class IdTagBlock(TagAct):
    """Blocking a tag."""

    scopes = {"POST": "tags.edit"}

    @extend_schema(operation_id="id_tags_block", summary="Block an ID tag", request=None)
    def post(self, request: Request, id: str) -> Response:
        return Response(self.show(id_tag_block(self.row(), self.actor)))


@extend_schema(tags=["id-tags"])
class IdTagUnblock(TagAct):
    """Letting a tag charge again."""

    scopes = {"POST": "tags.edit"}

    @extend_schema(operation_id="id_tags_unblock", summary="Unblock an ID tag", request=None)
    def post(self, request: Request, id: str) -> Response:
        return Response(self.show(id_tag_unblock(self.row(), self.actor)))


@extend_schema(tags=["id-tags"])
class IdTagExpire(TagAct):
    """Ending the validity of a tag."""

    scopes = {"POST": "tags.edit"}

    @extend_schema(operation_id="id_tags_expire", summary="Let an ID tag expire", request=ExpireBody)
    def post(self, request: Request, id: str) -> Response:
        at = self.read(ExpireBody).get("at") or clock.now()
        return Response(self.show(id_tag_update(self.row(), self.actor, expires_at=at)))


@extend_schema(tags=["id-tags"])
class IdTagGroups(List):
    """Groups of ID tags; make one."""

    scopes = {"GET": "tags.view", "POST": "tags.edit"}
    selector = groups_shown
    serializer_class = GroupSerializer

    @extend_schema(operation_id="id_tag_groups_list", summary="List groups of ID tags")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="id_tag_groups_create",
        summary="Make a group of ID tags",
        request=GroupBody,
        responses={201: GroupSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(GroupBody)
        organisation = organisation_for(body, self.viewer, "tags.edit")
        group = group_create(organisation, body["name"], self.actor)
        location = request.build_absolute_uri(f"/api/v1/id-tag-groups/{group.public_id}")
        return Response(self.show(group), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["id-tags"])
class OneIdTagGroup(Detail):
    """One group of ID tags."""

    scopes = {"GET": "tags.view"}
    selector = groups_shown
    serializer_class = GroupSerializer

    @extend_schema(operation_id="id_tag_groups_read", summary="Read a group of ID tags")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)
