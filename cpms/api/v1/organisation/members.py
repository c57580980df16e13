"""`members`: people of the organisation and their roles. Nobody grants more than they hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from cpms.accounts.models import Membership, Organisation, User
from cpms.accounts.roles import MATRIX, Role
from cpms.accounts.selectors import memberships_for
from cpms.accounts.services.organisations import LastOwner, OwnersOnly, member_add, member_remove
from cpms.accounts.viewer import Viewer

from ...errors import Conflict, Unprocessable
from ...fields import (
    Body,
    OrganisationField,
    organisation_for,
    public_id,
)
from ...views import Detail, List


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A person in an organisation."""

    id = public_id()
    organisation = public_id(source="organisation")
    email = serializers.CharField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.label", read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "organisation", "email", "name", "role", "created_at"]


class MemberBody(Body):
    """An account to make a member."""

    email = serializers.EmailField(help_text="Of somebody who has signed up.")
    role = serializers.ChoiceField(Role.choices)
    organisation = OrganisationField()


class RoleBody(Body):
    """Another role."""

    role = serializers.ChoiceField(Role.choices)


@extend_schema(tags=["members"])
class Members(List):
    """All members; add one."""

    scopes = {"GET": "members.view", "POST": "members.edit"}
    selector = memberships_for
    serializer_class = MemberSerializer

    @extend_schema(operation_id="members_list", summary="List members")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="members_add",
        summary="Add a member",
        request=MemberBody,
        responses={201: MemberSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(MemberBody)
        organisation = organisation_for(body, self.viewer, "members.edit")
        membership = self._add(organisation, body["email"], Role(body["role"]))
        location = request.build_absolute_uri(f"/api/v1/members/{membership.public_id}")
        return Response(self.show(membership), status=status.HTTP_201_CREATED, headers={"Location": location})

    def _add(self, organisation: Organisation, email: str, role: Role) -> Membership:
        check_grant(self.viewer, organisation.pk, role)
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise Unprocessable({"email": ["nobody with this address has signed up"]})
        if _members(organisation).filter(user=user).exists():
            raise Conflict("is a member already; change the role instead")
        with refusals():
            return member_add(organisation, user, role, self.actor)


@extend_schema(tags=["members"])
class Member(Detail):
    """One member."""

    scopes = {"GET": "members.view", "PATCH": "members.edit", "DELETE": "members.edit"}
    selector = memberships_for
    serializer_class = MemberSerializer

    @extend_schema(operation_id="members_read", summary="Read a member")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="members_change", summary="Give a member another role", request=RoleBody)
    def patch(self, request: Request, id: str) -> Response:
        member = self.row()
        role = Role(self.read(RoleBody)["role"])
        check_grant(self.viewer, member.organisation_id, role)
        check_grant(self.viewer, member.organisation_id, Role(member.role))
        with refusals():
            return Response(self.show(member_add(member.organisation, member.user, role, self.actor)))

    @extend_schema(operation_id="members_remove", summary="Remove a member")
    def delete(self, request: Request, id: str) -> Response:
        member = self.row()
        check_grant(self.viewer, member.organisation_id, Role(member.role))
        with refusals():
            member_remove(member, self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


def check_grant(viewer: Viewer, organisation_id: int, role: Role) -> None:
    """Refuse to give or take a role above the caller's own. Raises PermissionDenied."""
    missing = MATRIX[role] - viewer.grants.get(organisation_id, frozenset())
    if missing:
        raise PermissionDenied(
            f"the role {role} has permissions you do not hold: {', '.join(sorted(missing))}"
        )


@contextmanager
def refusals() -> Iterator[None]:
    """What the service refuses, as problems: 403 where only an owner may, 409 for the last owner."""
    try:
        yield
    except OwnersOnly as error:
        raise PermissionDenied(str(error)) from None
    except LastOwner as error:
        raise Conflict(str(error)) from None


def _members(organisation: Organisation) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation=organisation)
