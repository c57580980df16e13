"""What every API view shares: rows come from a selector that starts at the viewer, lists take known filters only."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chargers.models import ChargingStation
from chargers.selectors.stations import stations_for
from cpms.accounts.viewer import NOBODY, Viewer
from cpms.core.actors import Actor

from .auth import viewer_of
from .fields import M, named

Selector = Callable[[Viewer], QuerySet[Any]]
_REF = re.compile(r"[\x21-\x7e]{1,64}")


class KnownFilters(DjangoFilterBackend):
    """Filters by the view's FilterSet; a query parameter that means nothing here is an error, not ignored."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        names: set[str] = {"cursor", "limit"}
        filterset = getattr(view, "filterset_class", None)
        if filterset is not None:
            names |= set(filterset.base_filters)
        check_parameters(request, names)
        return super().filter_queryset(request, queryset, view)


def check_parameters(request: Request, names: set[str]) -> None:
    """Refuse query parameters other than `names`. Raises ParseError naming them."""
    unknown = sorted(set(request.query_params) - names)
    if unknown:
        known = ", ".join(sorted(names)) or "none"
        raise ParseError({name[:60]: [f"is not a parameter here; known: {known}"] for name in unknown})


class ApiView(APIView):
    """Any view of the API. Answers are for the caller alone, now: some show a password once."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "no-store")
        return final


class Resource(ApiView, generics.GenericAPIView[Any]):
    """A view on rows of `selector(viewer)`. `scopes` maps methods to permissions, see `HasScope`."""

    scopes: ClassVar[dict[str, str]] = {}
    selector: ClassVar[Selector]
    filter_backends = [KnownFilters]
    ordering: tuple[str, ...] = ("-id",)

    @property
    def viewer(self) -> Viewer:
        """Who asks."""
        return viewer_of(self.request)

    @property
    def actor(self) -> Actor:
        """Who acts, for services."""
        return self.viewer.actor

    def get_queryset(self) -> QuerySet[Any]:
        viewer = NOBODY if getattr(self, "swagger_fake_view", False) else self.viewer
        return type(self).selector(viewer)

    def read(self, body: type[serializers.BaseSerializer[Any]], **kwargs: Any) -> dict[str, Any]:
        """The checked request body. Raises ValidationError, shown as 422."""
        serializer = body(data=self.request.data, context=self.get_serializer_context(), **kwargs)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def show(self, row: Any) -> Any:
        """A row as the resource shows it."""
        return self.get_serializer(row).data


class List(Resource):
    """GET: one page of rows."""

    is_list = True

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Named(Resource):
    """A view on the row the URL names."""

    pagination_class = None

    def row(self) -> Any:
        """The named row, if the caller may do this where it belongs. Raises Http404, PermissionDenied."""
        found = by_ref(self.get_queryset(), self.kwargs["id"])
        self.check_object_permissions(self.request, found)
        return found


class Detail(Named):
    """GET: the row the URL names."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.show(self.row()))


class OfStation(List):
    """A list of things of the station in the URL; subclasses set `rows`."""

    def station(self) -> ChargingStation:
        """The station the URL names. Raises Http404, PermissionDenied."""
        # Site and organisation are shown with the station itself only.
        stations = stations_for(self.viewer).select_related(None).select_related("connection")
        found = by_ref(stations, self.kwargs["id"])
        self.check_object_permissions(self.request, found)
        return found

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.rows(NOBODY, ChargingStation())
        return self.rows(self.viewer, self.station())

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[Any]:
        """The viewer's rows of this station."""
        raise NotImplementedError


def by_ref(queryset: QuerySet[M], ref: str) -> M:
    """The row with this public id; stations also by identity. What is not yours is not there: Http404."""
    if not _REF.fullmatch(ref):
        raise Http404
    found = named(queryset, ref).first()
    if found is None:
        raise Http404
    return found


class Nowhere(APIView):
    """Whatever address under `/api/v1/` leads nowhere."""

    permission_classes = []
    authentication_classes = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("there is nothing at this address; see /api/v1/docs")
