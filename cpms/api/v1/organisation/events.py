"""`events`: everything that happened, in an order that never changes."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from cpms.core import outbox
from cpms.core.models import OutboxEvent

from ...auth import viewer_of
from ...pagination import MAX_LIMIT, read_limit
from ...views import ApiView, check_parameters


class EventSerializer(serializers.ModelSerializer[OutboxEvent]):
    """Something that happened; `subject` is the public id of what it happened to."""

    cursor = serializers.SerializerMethodField()
    payload = serializers.DictField()

    class Meta:
        model = OutboxEvent
        fields = ["cursor", "type", "subject", "occurred_at", "payload"]

    def get_cursor(self, event: OutboxEvent) -> str:
        return str(outbox.Cursor(event.xid, event.id))


class FeedSerializer(serializers.Serializer[Any]):
    """The events after the cursor; `next` is the cursor to ask with next time, also when there were none."""

    results = EventSerializer(many=True)
    next = serializers.CharField()


@extend_schema(tags=["events"])
class Events(ApiView):
    """The event feed of the caller's organisations."""

    scopes = {"GET": "events.view"}

    @extend_schema(
        operation_id="events_list",
        summary="Events after a cursor, oldest first",
        description="Stable: an event never appears behind a cursor that was given out. Begin without `after`.",
        parameters=[
            OpenApiParameter("after", str, description="`next` of the answer before."),
            OpenApiParameter("limit", int, description=f"At most {MAX_LIMIT}."),
        ],
        responses=FeedSerializer,
    )
    def get(self, request: Request) -> Response:
        check_parameters(request, {"after", "limit"})
        cursor = _cursor(request.query_params.get("after", ""))
        allowed = viewer_of(request).organisations("events.view")
        events = outbox.after(allowed, cursor, read_limit(request))
        following = outbox.Cursor(events[-1].xid, events[-1].id) if events else cursor
        return Response(FeedSerializer({"results": events, "next": str(following)}).data)


def _cursor(text: str) -> outbox.Cursor:
    try:
        cursor = outbox.Cursor.parse(text) if text else outbox.Cursor()
    except ValueError as error:
        raise ParseError({"after": [str(error)]}) from None
    if cursor.xid >= 2**63 or cursor.id >= 2**63:
        raise ParseError({"after": ["is out of range"]})
    return cursor
