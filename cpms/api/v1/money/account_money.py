"""The money of an account: its lines in the books, bank transfers, stored cards, top-ups."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Account, JournalEntry, JournalLine, PaymentMethod
from billing.selectors.accounts import accounts_for
from billing.selectors.books import journal_lines_for
from billing.selectors.payments import payment_methods_for
from billing.services.accounts.bank import Transfer, bank_receive, bank_return
from billing.services.books.refusals import BooksRefuse
from billing.services.payments.methods import method_remove
from billing.services.payments.opening import Means, PaymentRefused, top_up
from cpms.accounts.viewer import Viewer
from cpms.core.actors import Actor

from ...errors import Conflict
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Named
from .account_parts import OfAccount
from .account_shapes import (
    AccountLineSerializer,
    JournalEntrySerializer,
    MethodSerializer,
    TopUpBody,
    TransferBody,
)
from .payments import PaymentSerializer


def methods_shown(viewer: Viewer) -> QuerySet[PaymentMethod]:
    """The viewer's stored cards that may still be used."""
    return payment_methods_for(viewer).filter(removed_at=None)


@extend_schema(tags=["accounts"])
class AccountLines(OfAccount):
    """Lines of an account in the books."""

    scopes = {"GET": "billing.view"}
    path = "ledger_account__account"
    selector = journal_lines_for
    serializer_class = AccountLineSerializer

    def get_queryset(self) -> QuerySet[JournalLine]:
        return super().get_queryset().order_by()

    @extend_schema(operation_id="accounts_lines", summary="List the lines of an account in the books")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["accounts"])
class AccountTransfers(Named):
    """Bank transfers of an account."""

    scopes = {"POST": "billing.edit"}
    selector = accounts_for
    serializer_class = JournalEntrySerializer

    @extend_schema(
        operation_id="accounts_transfers_book",
        summary="Book a bank transfer",
        description="The reference names it: told again it changes nothing. 409 when the same reference was booked "
        "with another amount or day, or the month is closed.",
        request=TransferBody,
        responses={201: JournalEntrySerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        account, body = self.row(), self.read(TransferBody)
        transfer = Transfer(body["amount_minor"], body["reference"], body["on"])
        try:
            entry = _booked(account, transfer, body["what"], self.actor)
        except BooksRefuse as error:
            raise Conflict(str(error)) from None
        return Response(self.show(entry), status=status.HTTP_201_CREATED)


def _booked(account: Account, transfer: Transfer, what: str, actor: Actor) -> JournalEntry:
    if what == "back":
        return bank_return(account, transfer, actor)
    return bank_receive(account, transfer, actor, pays_claim=what == "claim")


@extend_schema(tags=["accounts"])
class AccountTopUps(Named):
    """Top-ups of a wallet."""

    scopes = {"POST": "billing.edit"}
    selector = accounts_for
    serializer_class = PaymentSerializer

    @extend_schema(
        operation_id="accounts_top_ups",
        summary="Top a wallet up with a stored card",
        description="The payment is asked for within seconds; its state tells what came of it. Send an "
        "Idempotency-Key: without one, a repeat is a second top-up. 409 when there is no wallet, or no such card.",
        request=TopUpBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: PaymentSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        account, body = self.row(), self.read(TopUpBody)
        return once(request, lambda: self._open(account, body))

    def _open(self, account: Account, body: dict[str, Any]) -> Response:
        means = Means(method=body["method"], off_session=True)
        try:
            intent = top_up(account, body["amount_minor"], means, self.actor)
        except PaymentRefused as error:
            raise Conflict(str(error)) from None
        return Response(self.show(intent), status=status.HTTP_201_CREATED)


@extend_schema(tags=["accounts"])
class AccountMethods(OfAccount):
    """Stored cards of an account."""

    scopes = {"GET": "billing.view"}
    selector = methods_shown
    serializer_class = MethodSerializer

    @extend_schema(operation_id="accounts_payment_methods", summary="List the stored cards of an account")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["accounts"])
class OneMethod(Named):
    """One stored card."""

    scopes = {"DELETE": "billing.edit"}
    selector = methods_shown
    serializer_class = MethodSerializer

    @extend_schema(
        operation_id="payment_methods_remove",
        summary="Remove a stored card",
        description="Nothing new is paid with it; payments that run are finished.",
    )
    def delete(self, request: Request, id: str) -> Response:
        method_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
