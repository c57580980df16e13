"""`tariffs` and `tariff-versions`: drafted, looked at, published, compared."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from billing.choices import VersionState
from billing.models import TariffFamily, TariffVersion
from billing.pricing.document import seconds_of
from billing.pricing.errors import Refused
from billing.pricing.exact import loads
from billing.pricing.lint import ANYWHERE
from billing.selectors.tariffs import tariff_families_for, tariff_versions_for
from billing.services.tariffs import versions as service
from billing.services.tariffs.canonical import canonical
from billing.services.tariffs.following import moment_of, version_follows
from billing.services.tariffs.overview import version_tariff, with_overview
from billing.services.tariffs.surroundings import surroundings_of
from billing.tariffs.differences import differences
from billing.tariffs.look import Moment, look
from billing.tariffs.reading import texts_of
from billing.tariffs.words import price_sentence
from cpms.accounts.viewer import NOBODY, Viewer
from cpms.core import clock

from ...errors import Conflict, Unprocessable
from ...exact import ExactJSONParser, ExactJSONRenderer
from ...fields import organisation_for
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import (
    Detail,
    List,
    Named,
    Resource,
    by_ref,
    check_parameters,
)
from .tariff_shapes import (
    DraftBody,
    PreviewBody,
    PublishBody,
    TariffBody,
    TariffDifferenceSerializer,
    TariffPreviewSerializer,
    TariffSerializer,
    TariffVersionSerializer,
    follows_in,
)

_DOCUMENT = {
    "currency": "EUR",
    "tax_included": "YES",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.39, "vat": 19, "step_size": 1}]}],
}


def tariffs_shown(viewer: Viewer) -> QuerySet[TariffFamily]:
    """The viewer's tariffs with what an overview needs."""
    return with_overview(tariff_families_for(viewer)).select_related("organisation")


def refused(error: ValidationError) -> Unprocessable:
    """What the services call the body is the `document` of a request."""
    problems = error.message_dict if hasattr(error, "error_dict") else {"document": error.messages}
    return Unprocessable({"document" if name == "body" else name: texts for name, texts in problems.items()})


@extend_schema(tags=["tariffs"])
class Tariffs(List):
    """All tariffs; make one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = tariffs_shown
    serializer_class = TariffSerializer
    parser_classes = [ExactJSONParser]

    @extend_schema(operation_id="tariffs_list", summary="List tariffs")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="tariffs_create",
        summary="Make a tariff with its first draft",
        request=TariffBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: TariffSerializer},
        examples=[
            OpenApiExample("by energy", {"name": "Public", "document": _DOCUMENT}, request_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(TariffBody)
        organisation = organisation_for(body, self.viewer, "billing.edit")
        return once(request, lambda: self._make(organisation, body))

    def _make(self, organisation: Any, body: dict[str, Any]) -> Response:
        text, hold = canonical(body["document"]), body.get("preauthorise_minor")
        try:
            family = service.tariff_begin(
                organisation, body["name"], text, self.actor, hold, follows_in(body)
            )
        except ValidationError as error:
            raise refused(error) from None
        location = self.request.build_absolute_uri(f"/api/v1/tariffs/{family.public_id}")
        return Response(self.show(family), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["tariffs"])
class OneTariff(Detail):
    """One tariff."""

    scopes = {"GET": "billing.view"}
    selector = tariffs_shown
    serializer_class = TariffSerializer

    @extend_schema(operation_id="tariffs_read", summary="Read a tariff")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["tariffs"])
class TariffDraft(Named):
    """The draft of a tariff."""

    scopes = {"POST": "billing.edit", "DELETE": "billing.edit"}
    selector = tariffs_shown
    serializer_class = TariffVersionSerializer
    parser_classes = [ExactJSONParser]
    renderer_classes = [ExactJSONRenderer]

    @extend_schema(
        operation_id="tariffs_draft",
        summary="Write the draft",
        description="The one draft is made, or overwritten.",
        request=DraftBody,
        responses=TariffVersionSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        family, body = self.row(), self.read(DraftBody)
        text = canonical(body["document"])
        try:
            draft = service.draft_save(
                family, text, self.actor, body.get("preauthorise_minor"), follows_in(body)
            )
        except ValidationError as error:
            raise refused(error) from None
        return Response(self.show(draft))

    @extend_schema(operation_id="tariffs_draft_remove", summary="Throw the draft away")
    def delete(self, request: Request, id: str) -> Response:
        draft = self.row().versions.filter(state=VersionState.DRAFT).first()
        if draft is None:
            raise Conflict("there is no draft")
        service.draft_remove(draft, self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["tariffs"])
class TariffVersions(List):
    """The versions of a tariff."""

    scopes = {"GET": "billing.view"}
    selector = tariff_versions_for
    serializer_class = TariffVersionSerializer
    renderer_classes = [ExactJSONRenderer]

    def get_queryset(self) -> QuerySet[TariffVersion]:
        if getattr(self, "swagger_fake_view", False):
            return tariff_versions_for(NOBODY)
        family = by_ref(tariff_families_for(self.viewer), self.kwargs["id"])
        self.check_object_permissions(self.request, family)
        return tariff_versions_for(self.viewer).filter(family=family)

    @extend_schema(operation_id="tariffs_versions", summary="List the versions of a tariff")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["tariffs"])
class OneVersion(Detail):
    """One version."""

    scopes = {"GET": "billing.view"}
    selector = tariff_versions_for
    serializer_class = TariffVersionSerializer
    renderer_classes = [ExactJSONRenderer]

    @extend_schema(operation_id="tariff_versions_read", summary="Read a version")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["tariffs"])
class VersionPublish(Named):
    """Publishing a draft."""

    scopes = {"POST": "billing.edit"}
    selector = tariff_versions_for
    serializer_class = TariffVersionSerializer
    renderer_classes = [ExactJSONRenderer]

    @extend_schema(
        operation_id="tariff_versions_publish",
        summary="Publish a draft",
        description="It never changes afterwards. 422 when the look at it finds errors: each is named by its place.",
        request=PublishBody,
        responses=TariffVersionSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        draft, body = self.row(), self.read(PublishBody)
        if not draft.is_draft:
            raise Conflict("is published already")
        if body.get("digest", draft.digest) != draft.digest:
            raise Conflict("the draft was changed meanwhile")
        around = surroundings_of(draft.family, clock.now())
        try:
            return Response(
                self.show(service.version_publish(draft, body.get("valid_from"), self.actor, around))
            )
        except service.NotPublishable as error:
            raise Unprocessable({f"document.{one.place}": [one.sentence] for one in error.errors}) from None


@extend_schema(tags=["tariffs"])
class VersionDifferences(Named):
    """What a version changes."""

    scopes = {"GET": "billing.view"}
    selector = tariff_versions_for
    serializer_class = TariffDifferenceSerializer

    @extend_schema(
        operation_id="tariff_versions_differences",
        summary="What a version changes against another of its tariff, in words",
        parameters=[OpenApiParameter("against", str, required=True, description="Public id of a version.")],
        responses=TariffDifferenceSerializer(many=True),
    )
    def get(self, request: Request, id: str) -> Response:
        check_parameters(request, {"against"})
        new = self.row()
        if "against" not in request.query_params:
            raise ParseError({"against": ["is required"]})
        old = by_ref(self.get_queryset().filter(family=new.family), request.query_params["against"])
        texts = texts_of(loads(old.body)), texts_of(loads(new.body))
        market = version_follows(old), version_follows(new)
        found = differences(version_tariff(old), version_tariff(new), *texts, market)
        return Response(TariffDifferenceSerializer(found, many=True).data)


def _moment(body: dict[str, Any]) -> Moment | None:
    """What the market of a body asks when its examples begin."""
    follows = follows_in(body)
    return moment_of(follows, body.get("begins_at") or clock.now()) if follows else None


@extend_schema(tags=["tariffs"])
class TariffPreview(Resource):
    """A look at a tariff that is not stored."""

    scopes = {"POST": "billing.view"}
    selector = tariff_families_for
    serializer_class = TariffPreviewSerializer
    pagination_class = None
    parser_classes = [ExactJSONParser]

    @extend_schema(
        operation_id="tariffs_preview",
        summary="Look at a tariff: its price in words, what is odd about it, what usual sessions cost",
        request=PreviewBody,
        responses=TariffPreviewSerializer,
        examples=[OpenApiExample("by energy", {"document": _DOCUMENT}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        body = self.read(PreviewBody)
        around = surroundings_of(body["tariff"], clock.now()) if "tariff" in body else ANYWHERE
        start, zone = seconds_of(body.get("begins_at") or clock.now()), body.get("time_zone") or "UTC"
        try:
            seen = look(service.document_of(canonical(body["document"])), around, start, zone, _moment(body))
        except ValidationError as error:
            raise refused(error) from None
        except Refused as error:
            name = "time_zone" if error.place == "time_zone" else f"document.{error.place}"
            raise Unprocessable({name: [error.problem]}) from None
        shown = {
            "price": price_sentence(seen.tariff, energy=seen.energy),
            "findings": seen.findings,
            "examples": seen.examples,
        }
        return Response(TariffPreviewSerializer(shown).data)
