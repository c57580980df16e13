"""`local-lists`: who may charge while a station is offline, and how far each station is."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.filters.configuration import StationListFilter
from chargers.models import LocalList, StationList
from chargers.selectors.configuration import local_lists_for, station_lists_for
from chargers.selectors.stations import sites_for, stations_for
from chargers.selectors.tags import id_tag_groups_for, id_tags_for
from chargers.services.local_lists.lists import (
    local_list_create,
    local_list_remove,
    local_list_sync,
    local_list_update,
)
from cpms.accounts.viewer import NOBODY, Viewer

from ...fields import (
    Body,
    OrganisationField,
    PatchBody,
    PublicIdField,
    Text,
    organisation_for,
    public_id,
)
from ...views import (
    Detail,
    List,
    Named,
    by_ref,
)

MOST = 5_000


def _ids() -> Any:
    return serializers.SlugRelatedField(slug_field="public_id", many=True, read_only=True)


class LocalListSerializer(serializers.ModelSerializer[LocalList]):
    """A list: all tags, or those of groups and single ones; carried by stations or by those of sites."""

    id = public_id()
    organisation = public_id(source="organisation")
    groups = _ids()
    tags = _ids()
    sites = serializers.SerializerMethodField()
    stations = serializers.SerializerMethodField()

    class Meta:
        model = LocalList
        fields = [
            "id", "organisation", "name", "every_tag", "groups", "tags", "sites", "stations", "automatic",
            "changed_at", "created_at",
        ]  # fmt: skip

    def get_sites(self, local_list: LocalList) -> list[str]:
        """Public ids of the sites whose stations carry the list."""
        return [link.site.public_id for link in local_list.sites.all()]

    def get_stations(self, local_list: LocalList) -> list[str]:
        """Public ids of the stations that are named."""
        return [link.station.public_id for link in local_list.stations.all()]


class StationListSerializer(serializers.ModelSerializer[StationList]):
    """How far a station is: the version it should have, the one we know the entries of, the one it reports."""

    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)
    entries = serializers.SerializerMethodField()

    class Meta:
        model = StationList
        fields = [
            "station", "station_identity", "state", "note", "desired_version", "held_version", "reported_version",
            "entries", "checked_at", "updated_at", "wanted_since",
        ]  # fmt: skip

    def get_entries(self, row: StationList) -> int:
        """How many entries we know it holds."""
        return len(row.held)


def _many(selector: Any, kind: str, text: str) -> serializers.ListField:
    return serializers.ListField(
        child=PublicIdField(selector, kind), required=False, max_length=MOST, help_text=text
    )


class _ListFields(Body):
    name = Text(max_length=120)
    every_tag = serializers.BooleanField(required=False, help_text="All ID tags of the organisation.")
    groups = _many(id_tag_groups_for, "group", "Tags of these groups.")
    tags = _many(id_tags_for, "ID tag", "These tags.")
    sites = _many(sites_for, "site", "Stations of these sites carry the list.")
    stations = _many(
        stations_for, "station", "These stations carry it, whatever their site has: ids or identities."
    )
    automatic = serializers.BooleanField(required=False, help_text="Changes are sent without being asked.")


class LocalListBody(_ListFields):
    """A list to make."""

    organisation = OrganisationField()


class LocalListPatch(PatchBody, _ListFields):
    """What may be changed of a list."""


class SyncBody(Body):
    """Which stations to bring up to date."""

    stations = _many(stations_for, "station", "Ids or identities; left out: all that carry the list.")


class SyncSerializer(serializers.Serializer[Any]):
    """How many stations are brought up to date."""

    stations = serializers.IntegerField()


def lists_shown(viewer: Viewer) -> QuerySet[LocalList]:
    """The viewer's lists with everything they name."""
    return local_lists_for(viewer).prefetch_related("groups", "tags", "sites__site", "stations__station")


_EXAMPLE = OpenApiExample(
    "everybody, one site", {"name": "All cards", "sites": ["sit_01"]}, request_only=True
)


@extend_schema(tags=["local-lists"])
class LocalLists(List):
    """All lists; make one."""

    scopes = {"GET": "tags.view", "POST": "tags.edit"}
    selector = lists_shown
    serializer_class = LocalListSerializer

    @extend_schema(operation_id="local_lists_list", summary="List local lists")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="local_lists_create",
        summary="Make a local list",
        request=LocalListBody,
        responses={201: LocalListSerializer},
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        body = self.read(LocalListBody)
        organisation = organisation_for(body, self.viewer, "tags.edit")
        local_list = local_list_create(organisation, self.actor, **body)
        location = request.build_absolute_uri(f"/api/v1/local-lists/{local_list.public_id}")
        return Response(self.show(local_list), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["local-lists"])
class OneLocalList(Detail):
    """One list."""

    scopes = {"GET": "tags.view", "PATCH": "tags.edit", "DELETE": "tags.edit"}
    selector = lists_shown
    serializer_class = LocalListSerializer

    @extend_schema(operation_id="local_lists_read", summary="Read a local list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="local_lists_change", summary="Change a local list", request=LocalListPatch)
    def patch(self, request: Request, id: str) -> Response:
        changed = local_list_update(self.row(), self.actor, **self.read(LocalListPatch))
        return Response(self.show(lists_shown(self.viewer).get(pk=changed.pk)))

    @extend_schema(
        operation_id="local_lists_remove", summary="Remove a local list; stations keep what they hold"
    )
    def delete(self, request: Request, id: str) -> Response:
        local_list_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["local-lists"])
class LocalListStations(List):
    """The stations that carry a list, and how far each is."""

    scopes = {"GET": "tags.view"}
    serializer_class = StationListSerializer
    filterset_class = StationListFilter
    ordering = ("station__identity", "station_id")

    def get_queryset(self) -> QuerySet[StationList]:
        if getattr(self, "swagger_fake_view", False):
            return station_lists_for(NOBODY)
        found = by_ref(local_lists_for(self.viewer), self.kwargs["id"])
        self.check_object_permissions(self.request, found)
        return station_lists_for(self.viewer).filter(local_list=found)

    @extend_schema(operation_id="local_lists_stations", summary="Stations that carry a local list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["local-lists"])
class LocalListSync(Named):
    """Bringing stations up to a list."""

    scopes = {"POST": "commands.send"}
    selector = lists_shown
    serializer_class = SyncSerializer

    @extend_schema(
        operation_id="local_lists_sync",
        summary="Send a local list now",
        description="Only what has changed, where the station is where we left it. Those away get it when they come.",
        request=SyncBody,
        responses={202: SyncSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        found, body = self.row(), self.read(SyncBody)
        chosen = [station.pk for station in body["stations"]] if "stations" in body else None
        count = local_list_sync(found, self.actor, chosen)
        return Response({"stations": count}, status=status.HTTP_202_ACCEPTED)
