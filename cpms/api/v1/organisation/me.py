"""`me`: who the caller is, and what it may do where."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cpms.accounts.selectors import organisations_for

from ...auth import ANYBODY, viewer_of
from ...views import ApiView


class GrantSerializer(serializers.Serializer[Any]):
    """An organisation and the permissions the caller holds there."""

    id = serializers.CharField()
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())


class MeSerializer(serializers.Serializer[Any]):
    """The caller: an API key or a person."""

    kind = serializers.ChoiceField(["key", "user"])
    name = serializers.CharField()
    organisations = GrantSerializer(many=True)


@extend_schema(tags=["me"])
class Me(ApiView):
    """Who am I."""

    scopes = {"GET": ANYBODY}

    @extend_schema(operation_id="me_read", summary="Who am I", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        viewer = viewer_of(request)
        grants = [
            {"id": o.public_id, "name": o.name, "permissions": sorted(viewer.grants[o.pk])}
            for o in organisations_for(viewer)
        ]
        me = {"kind": viewer.actor.source, "name": viewer.actor.label, "organisations": grants}
        return Response(MeSerializer(me).data)
