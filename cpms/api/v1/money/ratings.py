"""`ratings`: what sessions cost and why, what is held, and what a session would cost."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.filters.ratings import RatingFilter
from billing.models import Rating
from billing.selectors.accounts import accounts_for
from billing.selectors.ratings import price_of, ratings_for
from billing.services.ratings import decisions
from billing.services.ratings.payers import paying_account
from billing.services.ratings.quotes import Asked, NoDuration, Refused, quote
from chargers.selectors.stations import stations_for
from chargers.selectors.tags import id_tag_groups_for, id_tags_for
from chargers.selectors.transactions import transactions_for
from cpms.core import clock

from ...auth import require
from ...errors import Conflict, Unprocessable
from ...fields import Body, PublicIdField, Text
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import (
    Detail,
    List,
    Named,
    Resource,
    check_parameters,
)
from .rating_shapes import QuoteSerializer, RatingExplainedSerializer, RatingSerializer

MOST_WH, MOST_S, MOST_W = 10_000_000, 31 * 86_400, 10_000_000


class ReasonBody(Body):
    """Why it is decided so; kept with the price and in the audit trail."""

    reason = Text(max_length=255)


@extend_schema(tags=["ratings"])
class Ratings(List):
    """All ratings, newest first: estimates, outcomes, and what they replaced."""

    scopes = {"GET": "billing.view"}
    selector = ratings_for
    serializer_class = RatingSerializer
    filterset_class = RatingFilter
    ordering = ("-id",)

    @extend_schema(operation_id="ratings_list", summary="List ratings")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["ratings"])
class OneRating(Detail):
    """One rating."""

    scopes = {"GET": "billing.view"}
    selector = ratings_for
    serializer_class = RatingExplainedSerializer

    @extend_schema(operation_id="ratings_read", summary="Read a rating with every line explained")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["ratings"])
class TransactionRating(Named):
    """The price of one transaction."""

    scopes = {"GET": "billing.view"}
    selector = transactions_for
    serializer_class = RatingExplainedSerializer

    @extend_schema(
        operation_id="transactions_rating",
        summary="The price of a transaction, or its cost so far",
        description="404 before the first reading of a running transaction and for a stop without a start.",
    )
    def get(self, request: Request, id: str) -> Response:
        check_parameters(request, set())
        found = price_of(self.viewer, self.row())
        if found is None:
            raise Http404
        return Response(self.show(found))


class Decision(Named):
    """A decision about a rating, with its reason; subclasses say which."""

    scopes = {"POST": "billing.edit"}
    selector = ratings_for
    serializer_class = RatingExplainedSerializer

    def decide(self, rating: Rating, reason: str) -> Rating:
        """Carry it out. Raises `NotDecidable`."""
        raise NotImplementedError

    def decided(self, request: Request) -> Response:
        """Carry it out once. 409 when there is nothing to decide any more."""
        rating, reason = self.row(), self.read(ReasonBody)["reason"]
        return once(request, lambda: self._decided(rating, reason))

    def _decided(self, rating: Rating, reason: str) -> Response:
        try:
            return Response(self.show(self.decide(rating, reason)))
        except decisions.NotDecidable as error:
            raise Conflict(str(error)) from None


@extend_schema(tags=["ratings"])
class RatingRelease(Decision):
    """Letting a held price stand."""

    def decide(self, rating: Rating, reason: str) -> Rating:
        return decisions.rating_release(rating, self.actor, reason)

    @extend_schema(
        operation_id="ratings_release", summary="Release a held price", request=ReasonBody,
        parameters=[IDEMPOTENCY_KEY],
        description="It becomes final as it is and is charged. 409 when it is not held or was never rated.",
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        return self.decided(request)


@extend_schema(tags=["ratings"])
class RatingAccept(Decision):
    """Letting a correction take the place of a final price."""

    def decide(self, rating: Rating, reason: str) -> Rating:
        return decisions.correction_accept(rating, self.actor, reason)

    @extend_schema(
        operation_id="ratings_accept", summary="Accept a proposed correction", request=ReasonBody,
        parameters=[IDEMPOTENCY_KEY],
        description="The charge is taken back and made anew. 409 when it is no proposal, or more was refunded already.",
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        return self.decided(request)


@extend_schema(tags=["ratings"])
class RatingReject(Decision):
    """Leaving a final price as it is."""

    def decide(self, rating: Rating, reason: str) -> Rating:
        return decisions.correction_reject(rating, self.actor, reason)

    @extend_schema(
        operation_id="ratings_reject", summary="Reject a proposed correction", request=ReasonBody,
        parameters=[IDEMPOTENCY_KEY], description="409 when it is no proposal.",
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        return self.decided(request)


class QuoteBody(Body):
    """A session that is thought of: for a tag, for anybody of a group, or (neither) for anybody."""

    station = PublicIdField(stations_for, "station")
    evse_no = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    id_tag = PublicIdField(id_tags_for, "ID tag", required=False, help_text="Its group decides.")
    group = PublicIdField(id_tag_groups_for, "group of ID tags", required=False)
    account = PublicIdField(
        accounts_for, "account", required=False,
        help_text="Who pays: its subscription and what is left of included energy count. Without one, whoever pays for "
        "the tag.",
    )  # fmt: skip
    energy_wh = serializers.IntegerField(min_value=0, max_value=MOST_WH)
    starts_at = serializers.DateTimeField(required=False, help_text="Now when left out.")
    duration_s = serializers.IntegerField(
        min_value=1, max_value=MOST_S, required=False,
        help_text="How long the vehicle is plugged in. With `power_w` as well it stands idle once it is charged.",
    )  # fmt: skip
    power_w = serializers.IntegerField(min_value=1, max_value=MOST_W, required=False)


@extend_schema(tags=["ratings"])
class Quotes(Resource):
    """What a session would cost."""

    scopes = {"POST": "billing.view"}
    selector = ratings_for
    serializer_class = QuoteSerializer

    @extend_schema(
        operation_id="quotes_create",
        summary="What a session would cost, and why",
        description=(
            "The same choice of tariff and the same engine as for a real session; nothing is stored. Without a tariff "
            "the amounts are null: a public EVSE refuses to start then."
        ),
        request=QuoteBody,
        responses={200: QuoteSerializer},
        examples=[
            OpenApiExample(
                "20 kWh at 11 kW", {"station": "CP-1", "evse_no": 1, "energy_wh": 20000, "power_w": 11000},
                request_only=True,
            )
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(QuoteBody)
        station = body["station"]
        require(self.viewer, "billing.view", station.organisation_id)
        try:
            return Response(self.show(quote(_asked(body))))
        except NoDuration as error:
            raise Unprocessable({"duration_s": [str(error)]}) from None
        except Refused as error:
            raise Unprocessable({"station": [str(error)]}) from None


def _asked(body: dict[str, Any]) -> Asked:
    tag, group, account = (body.pop(name, None) for name in ("id_tag", "group", "account"))
    for name, row in (("id_tag", tag), ("group", group), ("account", account)):
        if row is not None and row.organisation_id != body["station"].organisation_id:
            raise Unprocessable({name: ["belongs to another organisation than the station"]})
    body.setdefault("starts_at", clock.now())
    return Asked(**body, group=tag.group if tag else group, account=account or paying_account(tag))
