"""What hangs on an account: people, ID tags and groups of them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from billing.choices import AccountRole
from billing.models import Account
from billing.selectors.accounts import (
    account_groups_for,
    account_memberships_for,
    account_tags_for,
    accounts_for,
)
from billing.services.accounts.parties import member_remove, member_set, person_named
from billing.services.ratings.payers import (
    group_pay_from,
    group_pay_no_more,
    tag_pay_from,
    tag_pay_no_more,
)
from chargers.models import IdTag, IdTagGroup
from cpms.accounts.viewer import NOBODY

from ...views import List, Named, by_ref
from .account_shapes import (
    AccountGroupSerializer,
    AccountTagSerializer,
    LinkGroupBody,
    LinkTagBody,
    MemberOfAccountBody,
    MemberOfAccountSerializer,
)


class OfAccount(List):
    """A list of things of the account in the URL; `path` leads from them to it."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    path = "account"

    def account(self) -> Account:
        """The account the URL names. Raises Http404, PermissionDenied."""
        found = by_ref(accounts_for(self.viewer), self.kwargs["id"])
        self.check_object_permissions(self.request, found)
        return found

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return type(self).selector(NOBODY)
        return type(self).selector(self.viewer).filter(**{self.path: self.account()})

    def made(self, row: Any) -> Response:
        """A new row as the answer."""
        return Response(self.show(row), status=status.HTTP_201_CREATED)


def _check_same(field: str, account: Account, row: IdTag | IdTagGroup) -> None:
    """Whoever sees two organisations must not mix them up."""
    if row.organisation_id != account.organisation_id:
        raise ValidationError({field: ["belongs to another organisation than the account"]})


@extend_schema(tags=["accounts"])
class AccountMembers(OfAccount):
    """People of an account."""

    selector = account_memberships_for
    serializer_class = MemberOfAccountSerializer

    @extend_schema(operation_id="accounts_members", summary="List the people of an account")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="accounts_members_set",
        summary="Add a person, or change role and budget",
        request=MemberOfAccountBody,
        responses={201: MemberOfAccountSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        account, body = self.account(), self.read(MemberOfAccountBody)
        person, role = person_named(body["email"]), AccountRole(body["role"])
        return self.made(member_set(account, person, role, self.actor, budget_minor=body.get("budget_minor")))


@extend_schema(tags=["accounts"])
class OneAccountMember(Named):
    """One person of an account."""

    scopes = {"DELETE": "billing.edit"}
    selector = account_memberships_for
    serializer_class = MemberOfAccountSerializer

    @extend_schema(operation_id="account_members_remove", summary="Remove a person from an account")
    def delete(self, request: Request, id: str) -> Response:
        member = self.row()
        member_remove(member.account, member.user, self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["accounts"])
class AccountTags(OfAccount):
    """ID tags an account pays for."""

    selector = account_tags_for
    serializer_class = AccountTagSerializer

    @extend_schema(operation_id="accounts_tags", summary="List the ID tags an account pays for")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="accounts_tags_link",
        summary="Let an account pay for an ID tag",
        description="From its next session on; a tag that paid elsewhere is moved. Needs the scope tags.view, too.",
        request=LinkTagBody,
        responses={201: AccountTagSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        account, body = self.account(), self.read(LinkTagBody)
        member = person_named(body["member"]) if body.get("member") else None
        _check_same("id_tag", account, body["id_tag"])
        return self.made(tag_pay_from(body["id_tag"], account, self.actor, member))


@extend_schema(tags=["accounts"])
class OneAccountTag(Named):
    """One ID tag an account pays for."""

    scopes = {"DELETE": "billing.edit"}
    selector = account_tags_for
    serializer_class = AccountTagSerializer

    @extend_schema(operation_id="account_tags_remove", summary="Let an ID tag go")
    def delete(self, request: Request, id: str) -> Response:
        tag_pay_no_more(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["accounts"])
class AccountGroups(OfAccount):
    """Groups of ID tags an account pays for."""

    selector = account_groups_for
    serializer_class = AccountGroupSerializer

    @extend_schema(operation_id="accounts_groups", summary="List the groups of ID tags an account pays for")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="accounts_groups_link",
        summary="Let an account pay for a group of ID tags",
        description="For each that has no payer of its own, also those added later.",
        request=LinkGroupBody,
        responses={201: AccountGroupSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        account, body = self.account(), self.read(LinkGroupBody)
        _check_same("group", account, body["group"])
        return self.made(group_pay_from(body["group"], account, self.actor))


@extend_schema(tags=["accounts"])
class OneAccountGroup(Named):
    """One group an account pays for."""

    scopes = {"DELETE": "billing.edit"}
    selector = account_groups_for
    serializer_class = AccountGroupSerializer

    @extend_schema(operation_id="account_groups_remove", summary="Let a group go")
    def delete(self, request: Request, id: str) -> Response:
        group_pay_no_more(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
