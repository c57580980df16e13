"""`firmware-files` and `manufacturer-roots`: the repository. Bytes travel over one-time links, not through here."""

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import FirmwareFileState
from chargers.selectors.files import firmware_files_for, manufacturer_roots_for
from chargers.services.files import firmware_files as service
from chargers.services.files.links import link_for_firmware_download, link_for_firmware_upload

from ...errors import Conflict
from ...fields import (
    Body,
    OrganisationField,
    Text,
    organisation_for,
)
from ...views import Detail, List, Named
from .firmware_shapes import FirmwareFileSerializer, LinkSerializer, RootSerializer


class FirmwareFileBody(Body):
    """The facts of a firmware; its bytes go to the address that `upload-link` gives."""

    organisation = OrganisationField()
    vendor = Text(max_length=255)
    model = Text(max_length=255, required=False, allow_blank=True, help_text="Empty: all models.")
    version = Text(max_length=255, help_text="As the station reports it when it runs.")
    notes = Text(max_length=10_000, required=False, allow_blank=True)
    signature = Text(
        max_length=2000, required=False, allow_blank=True, help_text="Base64, RSA-PSS or ECDSA, SHA-256."
    )
    certificate = Text(max_length=20_000, required=False, allow_blank=True, help_text="PEM of the signer.")


class RootBody(Body):
    """A root to trust for one manufacturer's firmware."""

    organisation = OrganisationField()
    vendor = Text(max_length=255)
    certificate = Text(max_length=20_000, help_text="PEM, one certificate.")


@extend_schema(tags=["firmware"])
class FirmwareFiles(List):
    """The repository."""

    scopes = {"GET": "stations.view", "POST": "stations.edit"}
    selector = firmware_files_for
    serializer_class = FirmwareFileSerializer

    @extend_schema(operation_id="firmware_files_list", summary="List firmware")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="firmware_files_create",
        summary="Add a firmware, whose bytes come next",
        request=FirmwareFileBody,
        responses={201: FirmwareFileSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(FirmwareFileBody)
        organisation = organisation_for(body, self.viewer, "stations.edit")
        file = service.firmware_file_create(organisation, self.actor, **body)
        location = request.build_absolute_uri(f"/api/v1/firmware-files/{file.public_id}")
        return Response(self.show(file), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["firmware"])
class OneFirmwareFile(Detail):
    """One firmware."""

    scopes = {"GET": "stations.view", "DELETE": "stations.edit"}
    selector = firmware_files_for
    serializer_class = FirmwareFileSerializer

    @extend_schema(operation_id="firmware_files_read", summary="Read a firmware")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="firmware_files_remove", summary="Remove a firmware that was never sent")
    def delete(self, request: Request, id: str) -> Response:
        try:
            service.firmware_file_remove(self.row(), self.actor)
        except ValidationError as error:
            raise Conflict("; ".join(error.messages)) from None
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["firmware"])
class FirmwareUploadLink(Named):
    """Where the bytes of a firmware go."""

    scopes = {"POST": "stations.edit"}
    selector = firmware_files_for
    serializer_class = LinkSerializer

    @extend_schema(
        operation_id="firmware_files_upload_link",
        summary="A one-time address that takes the file",
        request=None,
        responses={201: LinkSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        file = self.row()
        if file.state != FirmwareFileState.EMPTY:
            raise Conflict("this firmware already has its file; add another one")
        return Response({"url": link_for_firmware_upload(file)}, status=status.HTTP_201_CREATED)


@extend_schema(tags=["firmware"])
class FirmwareDownloadLink(Named):
    """Where the bytes of a firmware come from."""

    scopes = {"POST": "stations.edit"}
    selector = firmware_files_for
    serializer_class = LinkSerializer

    @extend_schema(
        operation_id="firmware_files_download_link",
        summary="A one-time address that gives the file",
        request=None,
        responses={201: LinkSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        file = self.row()
        if not file.storage_name:
            raise Conflict("the file itself has not been uploaded yet")
        return Response({"url": link_for_firmware_download(file)}, status=status.HTTP_201_CREATED)


@extend_schema(tags=["firmware"])
class ManufacturerRoots(List):
    """Roots that vouch for firmware."""

    scopes = {"GET": "stations.view", "POST": "stations.edit"}
    selector = manufacturer_roots_for
    serializer_class = RootSerializer

    @extend_schema(operation_id="manufacturer_roots_list", summary="List manufacturers' roots")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="manufacturer_roots_create",
        summary="Trust a manufacturer's root; firmware is judged anew",
        request=RootBody,
        responses={201: RootSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(RootBody)
        organisation = organisation_for(body, self.viewer, "stations.edit")
        root = service.manufacturer_root_add(organisation, self.actor, **body)
        return Response(self.show(root), status=status.HTTP_201_CREATED)


@extend_schema(tags=["firmware"])
class OneManufacturerRoot(Detail):
    """One root."""

    scopes = {"GET": "stations.view", "DELETE": "stations.edit"}
    selector = manufacturer_roots_for
    serializer_class = RootSerializer

    @extend_schema(operation_id="manufacturer_roots_read", summary="Read a manufacturer's root")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="manufacturer_roots_remove", summary="Trust a root no longer")
    def delete(self, request: Request, id: str) -> Response:
        service.manufacturer_root_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
