"""`stations/bulk`: thousands of stations at once, from JSON or CSV.

Every row stands for itself: usable ones are registered, the others come back with their errors, and the
answer is 200. 422 means that no station was registered: no row was usable, or none was looked at.
"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.services.stations.importing import COLUMNS, Imported, stations_import
from cpms.accounts.models import Organisation
from cpms.accounts.selectors import organisations_for

from ...auth import viewer_of
from ...errors import Unprocessable
from ...fields import organisation_for
from ...idempotency import once
from ...parsers import CsvParser, StrictJSONParser
from ...schema import IDEMPOTENCY_KEY
from ...views import Resource, check_parameters
from .station_shapes import stations_shown

MAX_ROWS = 10_000


class BulkRow(serializers.Serializer[Any]):
    """One station; in CSV the first line names these columns, in any order."""

    identity = serializers.CharField(max_length=48)
    password = serializers.CharField(required=False, help_text="Left out: a random one is made.")
    name = serializers.CharField(max_length=120, required=False)
    site = serializers.CharField(required=False, help_text="Name or public id.")
    notes = serializers.CharField(required=False)


class BulkCreated(serializers.Serializer[Any]):
    """A row that became a station. The password is shown this once."""

    row = serializers.IntegerField(help_text="Counted from 1, without the header line.")
    id = serializers.CharField()
    identity = serializers.CharField()
    password = serializers.CharField()


class BulkError(serializers.Serializer[Any]):
    """Why a row was left out."""

    row = serializers.IntegerField()
    identity = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()


class BulkResult(serializers.Serializer[Any]):
    """What became of the rows."""

    created = BulkCreated(many=True)
    errors = BulkError(many=True)  # type: ignore[assignment]


_EXAMPLE = OpenApiExample(
    "two", [{"identity": "GARAGE-07", "site": "Harbour"}, {"identity": "GARAGE-08"}], request_only=True
)


@extend_schema(tags=["stations"])
class StationsBulk(Resource):
    """Register many stations."""

    scopes = {"POST": "stations.edit"}
    selector = stations_shown
    serializer_class = BulkResult
    pagination_class = None
    parser_classes = [StrictJSONParser, CsvParser]

    @extend_schema(
        operation_id="stations_register_bulk",
        summary="Register many stations, row by row",
        request={"application/json": BulkRow(many=True), "text/csv": {"type": "string"}},
        responses=BulkResult,
        parameters=[IDEMPOTENCY_KEY],
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        return once(request, lambda: register_many(request))


def register_many(request: Request) -> Response:
    """Register the rows of the body; what became of each is in the answer. Raises Unprocessable."""
    check_parameters(request, {"organisation"})
    rows = _rows(request.data)
    made = stations_import(_organisation(request), rows, viewer_of(request).actor)
    if not any(row.station for row in made):
        raise Unprocessable(
            {f"[{r.row - 1}].{name}": texts for r in made for name, texts in r.errors.items()}
        )
    return Response(_result(made))


def _organisation(request: Request) -> Organisation:
    """Of several, the one named as `?organisation=`; a table has no place for it."""
    body: dict[str, Any] = {}
    named = request.query_params.get("organisation")
    if named:
        body["organisation"] = organisations_for(viewer_of(request)).filter(public_id=named[:64]).first()
        if body["organisation"] is None:
            raise Unprocessable({"organisation": ["no such organisation"]}, code="does_not_exist")
    return organisation_for(body, viewer_of(request), "stations.edit")


def _rows(data: Any) -> list[dict[str, Any]]:
    if not isinstance(data, list):
        raise Unprocessable("must be a list of stations")
    if not 0 < len(data) <= MAX_ROWS:
        raise Unprocessable(f"must have 1 to {MAX_ROWS} rows, not {len(data)}")
    for place, row in enumerate(data):
        if not isinstance(row, dict):
            raise Unprocessable({f"[{place}]": ["must be an object"]})
        wrong = next((k for k in COLUMNS if not isinstance(row.get(k), str | None)), None)
        if wrong:
            raise Unprocessable({f"[{place}].{wrong}": ["must be a text"]})
    return data


def _result(rows: list[Imported]) -> dict[str, Any]:
    created = [
        {"row": r.row, "id": r.station, "identity": r.identity, "password": r.password}
        for r in rows
        if r.station
    ]
    errors = [
        {"row": r.row, "identity": r.identity, "field": field, "message": "; ".join(messages)}
        for r in rows
        for field, messages in r.errors.items()
    ]
    return {"created": created, "errors": errors}
