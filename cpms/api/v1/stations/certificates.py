"""`certificates`, `certificate-authorities`, `root-certificates`, `stations/{id}/certificates`."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import CertificateUse, RevocationReason
from chargers.models import (
    CertificateAuthority,
    ChargingStation,
    InstalledCertificate,
    RootCertificate,
    StationCertificate,
)
from chargers.selectors.security import authorities_for, certificates_for, installed_for, roots_for
from chargers.services.commands.send import InvalidCommand
from chargers.services.security import authorities, certificate_roots, certificates
from cpms.accounts.viewer import Viewer

from ...errors import Conflict
from ...fields import (
    Body,
    OrganisationField,
    Text,
    organisation_for,
    public_id,
)
from ...views import (
    Detail,
    List,
    Named,
    OfStation,
)
from ..commands.commands import CommandSerializer


class CertificateSerializer(serializers.ModelSerializer[StationCertificate]):
    """A client certificate issued to a station. `in_use` means that the station came in with it."""

    id = public_id()
    station = public_id(source="station", allow_null=True)
    authority = public_id(source="authority")

    class Meta:
        model = StationCertificate
        fields = [
            "id", "station", "authority", "state", "common_name", "serial_number", "fingerprint", "key_type",
            "certificate", "issued_at", "expires_at", "delivered_at", "first_used_at", "revoked_at",
            "revocation_reason",
        ]  # fmt: skip


class AuthoritySerializer(serializers.ModelSerializer[CertificateAuthority]):
    """Our certificate authority; `crl_url` is open to everybody."""

    id = public_id()
    crl_url = serializers.SerializerMethodField()

    class Meta:
        model = CertificateAuthority
        fields = [
            "id", "kind", "subject", "fingerprint", "certificate", "starts_at", "expires_at", "crl_number",
            "crl_next_update_at", "crl_url",
        ]  # fmt: skip

    def get_crl_url(self, authority: CertificateAuthority) -> str:
        return authorities.crl_url(authority)


class RootCertificateSerializer(serializers.ModelSerializer[RootCertificate]):
    """A root that can be installed in stations."""

    id = public_id()

    class Meta:
        model = RootCertificate
        fields = [
            "id", "name", "use", "subject", "issuer", "fingerprint", "starts_at", "expires_at", "certificate",
        ]  # fmt: skip


class InstalledSerializer(serializers.ModelSerializer[InstalledCertificate]):
    """A root the station says it holds."""

    id = public_id()

    class Meta:
        model = InstalledCertificate
        fields = [
            "id", "use", "hash_algorithm", "issuer_name_hash", "issuer_key_hash", "serial_number", "checked_at",
        ]  # fmt: skip


class RevokeBody(Body):
    """Why a certificate is void."""

    reason = serializers.ChoiceField(choices=RevocationReason.choices, default=RevocationReason.UNSPECIFIED)


class RootCertificateBody(Body):
    """A root to hand out."""

    name = Text(max_length=120)
    use = serializers.ChoiceField(choices=CertificateUse.choices)
    certificate = Text(max_length=5_500, help_text="PEM, one root.", trim_whitespace=False)
    organisation = OrganisationField()


class AuthorityBody(Body):
    """Whose authority is made."""

    organisation = OrganisationField()


class StationCertificateBody(Body):
    """What is to be done with a station's certificates."""

    action = serializers.ChoiceField(choices=["read_roots", "install_root", "delete_root", "request"])
    root = Text(required=False, max_length=40, help_text="install_root: id of the root.")  # type: ignore[assignment]
    installed = Text(required=False, max_length=40, help_text="delete_root: id of the installed one.")
    last = serializers.BooleanField(
        required=False, default=False, help_text="delete_root: it may be the last one of this system."
    )


@extend_schema(tags=["security"])
class Certificates(List):
    """Client certificates of stations, newest first."""

    scopes = {"GET": "stations.view"}
    selector = certificates_for
    serializer_class = CertificateSerializer
    ordering = ("-issued_at", "-id")

    @extend_schema(operation_id="certificates_list", summary="List issued certificates")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["security"])
class OneCertificate(Detail):
    """One client certificate."""

    scopes = {"GET": "stations.view"}
    selector = certificates_for
    serializer_class = CertificateSerializer

    @extend_schema(operation_id="certificates_read", summary="Read a certificate")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["security"])
class CertificateRevoke(Named):
    """Making a certificate void."""

    scopes = {"POST": "stations.credentials"}
    selector = certificates_for
    serializer_class = CertificateSerializer

    @extend_schema(operation_id="certificates_revoke", summary="Revoke a certificate", request=RevokeBody)
    def post(self, request: Request, id: str) -> Response:
        row = self.row()
        reason = RevocationReason(self.read(RevokeBody)["reason"])
        try:
            return Response(self.show(certificates.certificate_revoke(row, self.actor, reason)))
        except authorities.NoAuthority as error:
            raise Conflict(str(error)) from None


@extend_schema(tags=["security"])
class Authorities(List):
    """Certificate authorities, newest first."""

    scopes = {"GET": "stations.view", "POST": "stations.credentials"}
    selector = authorities_for
    serializer_class = AuthoritySerializer
    ordering = ("-created_at", "-id")

    @extend_schema(operation_id="certificate_authorities_list", summary="List certificate authorities")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="certificate_authorities_make",
        summary="Make a certificate authority",
        request=AuthorityBody,
        responses={201: AuthoritySerializer},
    )
    def post(self, request: Request) -> Response:
        organisation = organisation_for(self.read(AuthorityBody), self.viewer, "stations.credentials")
        try:
            made = authorities.authority_set_up(organisation, self.actor)
        except authorities.NoAuthority as error:
            raise Conflict(str(error)) from None
        return Response(self.show(made), status=status.HTTP_201_CREATED)


@extend_schema(tags=["security"])
class Roots(List):
    """Roots that can be installed in stations."""

    scopes = {"GET": "stations.view", "POST": "stations.credentials"}
    selector = roots_for
    serializer_class = RootCertificateSerializer
    ordering = ("name", "id")

    @extend_schema(operation_id="root_certificates_list", summary="List roots")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="root_certificates_add",
        summary="Add a root",
        request=RootCertificateBody,
        responses={201: RootCertificateSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(RootCertificateBody)
        organisation = organisation_for(body, self.viewer, "stations.credentials")
        row = certificate_roots.root_add(organisation, self.actor, **body)
        return Response(self.show(row), status=status.HTTP_201_CREATED)


@extend_schema(tags=["security"])
class OneRoot(Detail):
    """One root."""

    scopes = {"GET": "stations.view", "DELETE": "stations.credentials"}
    selector = roots_for
    serializer_class = RootCertificateSerializer

    @extend_schema(operation_id="root_certificates_read", summary="Read a root")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="root_certificates_remove", summary="Hand a root out no more")
    def delete(self, request: Request, id: str) -> Response:
        certificate_roots.root_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["security"])
class StationCertificates(OfStation):
    """Roots a station holds; installing, deleting, reading them, and asking for a client certificate."""

    scopes = {"GET": "stations.view", "POST": "stations.credentials"}
    serializer_class = InstalledSerializer
    ordering = ("use", "id")

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[InstalledCertificate]:
        return installed_for(viewer).filter(station_id=station.pk)

    @extend_schema(operation_id="stations_certificates", summary="Roots a station holds")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="stations_certificates_change",
        summary="Change a station's certificates",
        request=StationCertificateBody,
        responses={202: CommandSerializer(many=True)},
    )
    def post(self, request: Request, id: str) -> Response:
        station, body = self.station(), self.read(StationCertificateBody)
        try:
            commands = self._commands(station, body)
        except (InvalidCommand, certificate_roots.LastRoot) as error:
            raise Conflict(str(error)) from None
        shown = CommandSerializer(commands, many=True).data
        return Response({"results": shown, "next": None}, status=status.HTTP_202_ACCEPTED)

    def _commands(self, station: ChargingStation, body: dict[str, Any]) -> list[Any]:
        if body["action"] == "read_roots":
            return certificate_roots.roots_read(station, self.actor)
        if body["action"] == "request":
            return [certificates.certificate_request(station, self.actor)]
        if body["action"] == "install_root":
            root = _named(roots_for(self.viewer), body, "root")
            return [certificate_roots.root_install(station, root, self.actor)]
        row = _named(self.rows(self.viewer, station), body, "installed")
        return [certificate_roots.root_delete(row, self.actor, last=body["last"])]


def _named(rows: QuerySet[Any], body: dict[str, Any], field: str) -> Any:
    found = rows.filter(public_id=body.get(field, "")).first()
    if found is None:
        raise ValidationError({field: "no such certificate"})
    return found
