"""`audit`: who did what."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.filters.cases import AuditFilter
from cpms.accounts.selectors import audit_lines_for
from cpms.core.models import AuditLine

from ...views import List


class AuditSerializer(serializers.ModelSerializer[AuditLine]):
    """One act: its author, a stable slug, the public id it was done to, and its details."""

    actor = serializers.CharField(source="actor_label")
    detail = serializers.DictField()

    class Meta:
        model = AuditLine
        fields = ["id", "at", "actor", "action", "subject", "subject_label", "detail"]


@extend_schema(tags=["audit"])
class Audit(List):
    """The audit trail, newest first."""

    scopes = {"GET": "audit.view"}
    selector = audit_lines_for
    serializer_class = AuditSerializer
    filterset_class = AuditFilter
    ordering = ("-at", "-id")

    @extend_schema(operation_id="audit_list", summary="List who did what")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)
