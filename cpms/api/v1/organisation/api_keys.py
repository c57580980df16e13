"""`api-keys`: keys for third parties. The secret is shown once; nobody grants more than they hold."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from cpms.accounts.models import ApiKey
from cpms.accounts.roles import OFFERED
from cpms.accounts.selectors import api_keys_for
from cpms.accounts.services.api_keys import api_key_create, api_key_revoke
from cpms.accounts.viewer import Viewer
from cpms.core import clock

from ...fields import (
    Body,
    OrganisationField,
    Text,
    organisation_for,
    public_id,
)
from ...views import Detail, List


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key, without its secret."""

    id = public_id()
    organisation = public_id(source="organisation")
    expires_at = serializers.DateTimeField(source="expiry_date", allow_null=True, read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)

    class Meta:
        model = ApiKey
        fields = [
            "id", "organisation", "name", "prefix", "scopes", "expires_at", "revoked", "last_used_at", "created_at",
        ]  # fmt: skip


class NewApiKeySerializer(ApiKeySerializer):
    """A key just made; `key` is shown this once."""

    key = serializers.CharField(read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]


class ApiKeyBody(Body):
    """A key to make."""

    name = Text(max_length=50)
    scopes = serializers.ListField(child=serializers.ChoiceField(OFFERED), allow_empty=False, max_length=100)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    organisation = OrganisationField()

    def validate_expires_at(self, value: Any) -> Any:
        """An expired key is a mistake, not a wish."""
        if value is not None and value <= clock.now():
            raise serializers.ValidationError("lies in the past")
        return value


def keys_shown(viewer: Viewer) -> QuerySet[ApiKey]:
    """The keys the viewer may see, with their organisation."""
    return api_keys_for(viewer).select_related("organisation")


_EXAMPLE = OpenApiExample(
    "reporting", {"name": "Reporting", "scopes": ["transactions.view"]}, request_only=True
)


@extend_schema(tags=["api-keys"])
class ApiKeys(List):
    """All keys; make one."""

    scopes = {"GET": "apikeys.view", "POST": "apikeys.edit"}
    selector = keys_shown
    serializer_class = ApiKeySerializer
    ordering = ("-created", "-public_id")

    @extend_schema(operation_id="api_keys_list", summary="List API keys")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="api_keys_create",
        summary="Make an API key",
        request=ApiKeyBody,
        responses={201: NewApiKeySerializer},
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        body = self.read(ApiKeyBody)
        organisation = organisation_for(body, self.viewer, "apikeys.edit")
        missing = set(body["scopes"]) - self.viewer.grants[organisation.pk]
        if missing:
            raise PermissionDenied(f"you do not hold {', '.join(sorted(missing))}")
        key, secret = api_key_create(
            organisation, body["name"], body["scopes"], self.actor, body.get("expires_at")
        )
        key.key = secret  # type: ignore[attr-defined]
        location = request.build_absolute_uri(f"/api/v1/api-keys/{key.public_id}")
        shown = NewApiKeySerializer(key).data
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["api-keys"])
class OneApiKey(Detail):
    """One key."""

    scopes = {"GET": "apikeys.view", "DELETE": "apikeys.edit"}
    selector = keys_shown
    serializer_class = ApiKeySerializer

    @extend_schema(operation_id="api_keys_read", summary="Read an API key")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="api_keys_revoke", summary="Revoke an API key")
    def delete(self, request: Request, id: str) -> Response:
        api_key_revoke(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
