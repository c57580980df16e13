"""`accounts`: who pays for sessions, how, and up to how much."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from billing.filters.accounts import AccountFilter
from billing.models import Account
from billing.selectors.accounts import accounts_with_money
from billing.services.accounts.parties import (
    account_change,
    account_close,
    account_open,
    account_reopen,
    party_change,
    party_create,
)
from billing.services.books.refusals import Overdrawn
from cpms.accounts.viewer import Viewer

from ...errors import Conflict
from ...fields import organisation_for
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List, Named
from .account_shapes import (
    AccountBody,
    AccountPatch,
    AccountSerializer,
    limits_of,
)

_FAMILY = {
    "name": "Family Jansen",
    "billing_mode": "prepaid",
    "currency": "EUR",
    "holder": {"kind": "driver", "legal_name": "Eva Jansen", "country": "NL"},
}


def accounts_shown(viewer: Viewer) -> QuerySet[Account]:
    """The viewer's accounts with their money and organisation."""
    return accounts_with_money(viewer).select_related("organisation", "party")


@extend_schema(tags=["accounts"])
class Accounts(List):
    """All accounts; open one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = accounts_shown
    serializer_class = AccountSerializer
    filterset_class = AccountFilter

    @extend_schema(operation_id="accounts_list", summary="List accounts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="accounts_open",
        summary="Open an account",
        request=AccountBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: AccountSerializer},
        examples=[OpenApiExample("a family with a wallet", _FAMILY, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        body = self.read(AccountBody)
        organisation = organisation_for(body, self.viewer, "billing.edit")
        return once(request, lambda: self._open(organisation, body))

    @transaction.atomic
    def _open(self, organisation: Any, body: dict[str, Any]) -> Response:
        party = party_create(organisation, self.actor, **body["holder"])
        account = account_open(party, self.actor, **limits_of(body))
        location = self.request.build_absolute_uri(f"/api/v1/accounts/{account.public_id}")
        shown = self.show(self.get_queryset().get(pk=account.pk))
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["accounts"])
class OneAccount(Detail):
    """One account."""

    scopes = {"GET": "billing.view", "PATCH": "billing.edit"}
    selector = accounts_shown
    serializer_class = AccountSerializer

    @extend_schema(operation_id="accounts_read", summary="Read an account")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="accounts_change",
        summary="Change an account",
        description="409 when the wallet is further below zero than a new overshoot.",
        request=AccountPatch,
    )
    def patch(self, request: Request, id: str) -> Response:
        account, body = self.row(), self.read(AccountPatch)
        try:
            with transaction.atomic():
                if body.get("holder"):
                    party_change(account.party, self.actor, **body["holder"])
                if limits_of(body):
                    account_change(account, self.actor, **limits_of(body))
        except Overdrawn as error:
            raise Conflict(str(error)) from None
        return Response(self.show(self.row()))


class AccountAct(Named):
    """Base of what is done to one account."""

    scopes = {"POST": "billing.edit"}
    selector = accounts_shown
    serializer_class = AccountSerializer


@extend_schema(tags=["accounts"])
class AccountClose(AccountAct):
    """Closing an account."""

    @extend_schema(
        operation_id="accounts_close",
        summary="Close an account",
        description="Its tags are refused until another account pays for them. 422 while money is in its wallet,"
        " something is owed, or a session runs.",
        request=None,
    )
    def post(self, request: Request, id: str) -> Response:
        account_close(self.row(), self.actor)
        return Response(self.show(self.row()))


@extend_schema(tags=["accounts"])
class AccountReopen(AccountAct):
    """Opening a closed account again."""

    @extend_schema(operation_id="accounts_reopen", summary="Open a closed account again", request=None)
    def post(self, request: Request, id: str) -> Response:
        account_reopen(self.row(), self.actor)
        return Response(self.show(self.row()))
